// The expected violation by the distance from the load to a capacity, in log load: a table made
// anew at each tick from a mixture of distributions.
//
// Let T(x) be the probability that the log load ends more than x above where it is. A violation
// that counts as the ratio of load and capacity then has the expectation, by parts,
//   E[exp(step - x); step > x] = T(x) + integral of exp(y - x) T(y) dy over y > x,
// so that only the plain tails of the distributions need to be mixed.
#pragma once

#include "core/fading_histogram.hpp"
#include "core/near_rows.hpp"

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

  /// Mixes in `share` of a distribution: bin 0 of its histogram begins at the distance `first`, and
  /// each is `bin_width` wide.
  void add(const FadingHistogram& histogram, double share, double first, double bin_width);
  /// Makes the table of what was added since the last time.
  void finish();
  /// Whether anything was mixed in.
  bool empty() const { return empty_; }

  /// Any distance.
  double at(double distance) const;
  /// Adds at(log_capacity - log_load) to each of `expected`, for the first capacities.
  void add_load(double log_load, std::span<const double> log_capacities,
                std::span<float> expected) const;
  /// Of the near rows of a load, the first of them at `log_load` and each other one `width` above
  /// the one before: adds at(log_capacity - log load) for each capacity and then row.
  void add_rows(double log_load, std::span<const double> log_capacities,
                std::span<float> expected) const;

 private:
  /// Among the points, and outside of them.
  double place_of(double distance) const { return (highest_ - distance) * per_width_; }

  double highest_;
  double width_;
  double per_width_;  ///< 1 / width_
  bool graded_;
  int last_;              ///< point
  std::size_t farthest_;  ///< point
  float near_ = 0;        ///< the integral over a straight line of exp(y) T(y) from one point to
  float far_ = 0;         ///< the farther one: near_ * T of the one + far_ * T of the other
  // By point, from the highest distance to the lowest:
  std::vector<float> price_;   ///< exp of the distance
  std::vector<float> shrink_;  ///< its inverse
  std::vector<float> expected_;
  // What is being mixed, all 0 after finish():
  std::vector<float> tail_;  ///< T at the points where a distribution is
  std::vector<float> jump_;  ///< what more T has at a point and after it
  std::size_t begin_;        ///< before it, nothing exceeds the distance
  std::size_t end_ = 0;      ///< from it on, everything does
  bool mixed_ = false;       ///< something
  bool empty_ = true;
  // Of one distribution:
  std::vector<int> bins_;     ///< where the points are
  std::vector<float> parts_;  ///< and how far into them
};

}  // namespace skep
