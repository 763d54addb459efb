// What each count of replicas would violate, by a load forecast: its mixture of distributions as
// tables, made anew at each tick.
#pragma once

#include "core/difference_table.hpp"
#include "core/excess_table.hpp"
#include "core/fading_histogram.hpp"
#include "core/near_rows.hpp"

#include <span>
#include <vector>

namespace skep {

class ExpectedViolations {
 public:
  /// The bins of a histogram.
  struct Bins {
    double first;  ///< where bin 0 begins
    double width;
  };
  /// Of 1 to `max_replicas`, of which each shall stay within `utilization_limit` (in (0, 1]), with
  /// `levels` for add_level. See ImaginedService::graded.
  ExpectedViolations(int max_replicas, double utilization_limit, bool graded, const Bins& levels);

  /// Forgets what was mixed.
  void begin();
  /// Mixes in `share` of a distribution: of the step of the log load from where it is,
  void add_ratio(const FadingHistogram& histogram, double share, const Bins& bins);
  /// of the log load itself,
  void add_level(const FadingHistogram& histogram, double share);
  /// or of the step of the load, with the middle bin around 0.
  void add_difference(const FadingHistogram& histogram, double share, double bin_width);
  /// Mixes in `share` of a load that stays exactly what it is.
  void add_repeat(double share) { repeat_ = share; }
  /// To be called when all is mixed in.
  void finish();

  /// For each count from 1 to `expected.size()` (at most max_replicas): the expectation, had the
  /// newest load and all before it been scaled so that the newest is `load`.
  void of(double load, std::span<float> expected) const;
  /// The same for the loads where `near` rows went: of n replicas and row i at
  /// (n - 1) * NearRows::kCount + i.
  void of_rows(const NearRows& near, std::span<float> expected) const;

  static constexpr double kLeastLoad = 0.005;  ///< its logarithm is the least that is told apart

 private:
  /// To what is laid out as of_rows, for these loads, which rise.
  void add_repeat_to(std::span<const float> loads, std::span<float> expected) const;

  double utilization_limit_;
  bool graded_;
  Bins level_bins_;
  std::vector<double> log_capacity_;  ///< of n replicas, at n - 1
  ExcessTable ratios_;                ///< by the distance from the load
  ExcessTable levels_;                ///< by the log load
  std::vector<float> of_levels_;      ///< what does not depend on the load of now, by replicas
  DifferenceTable differences_;
  double repeat_ = 0;  ///< share
};

}  // namespace skep
