// The expected violation by the distance from the load to a capacity, in log load: a table made
// anew at each tick from a mixture of distributions.
//
// Let T(x) be the probability that the log load ends more than x above where it is. A violation
// that counts as the ratio of load and capacity then has the expectation, by parts,
//   E[exp(step - x); step > x] = T(x) + integral of exp(y - x) T(y) dy over y > x,
// so that only the plain tails of the distributions need to be mixed.
#pragma once

#include "core/fading_histogram.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace skep {

class ExcessTable {
 public:
  struct Distances {
    double lowest;    ///< below it, the expectation is computed
    double farthest;  ///< beyond it, the expectation is taken to be what it is there
    double highest;   ///< beyond it, the distributions count as if they ended there
  };
  /// A point every `width` of the log load. A violation counts as the load over the capacity when
  /// it is `graded`, otherwise as 1.
  ExcessTable(const Distances& distances, double width, bool graded);

  void clear();
  bool empty() const { return high_ == 0; }
  /// Mixes in `share` of a distribution: bin 0 of its histogram begins at the distance `first`, and
  /// each is `bin_width` wide.
  void add(const FadingHistogram& histogram, double share, double first, double bin_width);
  /// To be called after the last add.
  void finish();

  /// Any distance.
  double at(double distance) const;
  /// at(distance - i * kStride * width) for each i, into expected[i * pitch].
  void falling(double distance, std::size_t count, float* expected, std::size_t pitch) const;
  static constexpr std::size_t kStride = 2;

 private:
  void integrate();

  double lowest_;
  double width_;
  bool graded_;
  std::size_t farthest_;  ///< point
  std::vector<float> tail_;
  std::vector<float> price_;   ///< exp of the distance
  std::vector<float> shrink_;  ///< its inverse
  std::vector<float> expected_;
  std::size_t low_ = 0;   ///< below it, everything exceeds the distance
  std::size_t high_ = 0;  ///< from it on, nothing does
};

}  // namespace skep
