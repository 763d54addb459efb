// The elasticity metrics of the SPEC Research Group: how far and how long the supply of replicas is
// from what the demand needs (Herbst et al., "Ready for Rain? A View from SPEC Research on the
// Future of Cloud Metrics", 2016, section 3). Smaller is better; all are percentages.
#pragma once

#include <cstdint>

namespace skep {

class Elasticity {
 public:
  /// One tick: the fewest replicas that keep the limits (>= 1), and those that serve (>= 0).
  void add(int demand, int supply);

  /// Missing (theta_U) and spare (theta_O) replicas in parts of the demand, mean over all ticks.
  double under_accuracy_percent() const { return percent(under_); }
  double over_accuracy_percent() const { return percent(over_); }
  /// The share of the ticks with too few (tau_U) and too many (tau_O).
  double under_time_percent() const { return percent(static_cast<double>(ticks_under_)); }
  double over_time_percent() const { return percent(static_cast<double>(ticks_over_)); }
  /// The share of the steps from tick to tick in which supply and demand do not move in the same
  /// direction (upsilon).
  double instability_percent() const;

 private:
  double percent(double sum) const;

  std::uint64_t ticks_ = 0;
  double under_ = 0;
  double over_ = 0;
  std::uint64_t ticks_under_ = 0;
  std::uint64_t ticks_over_ = 0;
  std::uint64_t steps_apart_ = 0;
  int last_demand_ = 0;
  int last_supply_ = 0;
};

}  // namespace skep
