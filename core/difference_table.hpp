// The expected violation where the load goes by a difference, whatever it was: a table made anew at
// each tick, like the excess table, but in the load itself.
//
// Let T(x) be the probability that the difference is more than x. A violation that counts as the
// ratio of load and capacity then has the expectation, by parts,
//   E[(load + step) / capacity; load + step > capacity]
//     = T(capacity - load) + integral of T beyond it / capacity.
#pragma once

#include "core/fading_histogram.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace skep {

class DifferenceTable {
 public:
  /// Of up to `max_replicas`, of which each shall stay within `utilization_limit` (in (0, 1]). A
  /// violation counts as the load over the capacity when it is `graded`, otherwise as 1.
  DifferenceTable(int max_replicas, double utilization_limit, bool graded);

  void clear() { parts_.clear(); }
  /// Mixes in `share` of a distribution of the difference, in bins of `bin_width` around 0, which
  /// is the middle of the middle one.
  void add(const FadingHistogram& histogram, double share, double bin_width);
  /// Adds the expectation to `expected`: of n replicas and load i (they rise) at
  /// (n - 1) * loads + i.
  void add_to(std::span<const float> loads, std::span<float> expected) const;

 private:
  static constexpr std::size_t kBins = FadingHistogram::kBins;

  /// At the lower edge of a bin; both go on straight lines.
  struct Point {
    float tail = 0;      ///< T
    float integral = 0;  ///< of T beyond it
  };
  struct Part {
    float bin_width;
    float per_bin;  ///< 1 / bin_width
    std::array<Point, kBins + 2> points{};
  };

  // By replicas less one:
  std::vector<float> capacities_;
  std::vector<float> prices_;  ///< 1 / capacity when graded, or else 0
  std::vector<Part> parts_;
};

}  // namespace skep
