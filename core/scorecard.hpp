// What is counted of one run of a simulated service, in a form that compares policies fairly: at
// each multiple of the interval, whatever ticks a policy had in between.
#pragma once

#include "core/autoscale_env.hpp"
#include "core/elasticity.hpp"
#include "core/settings.hpp"
#include "core/simulator.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace skep {

class Scorecard {
 public:
  /// For a run that lasts `length`, which is cut into `windows` (>= 1, at most its ticks) of nearly
  /// the same size.
  Scorecard(const ControllerSettings& settings, const SimulatorSettings& simulator, Duration length,
            std::size_t windows);

  /// The ticks in order, as `simulate` and ServiceOptimum give them.
  void add(const SimulatedTick& tick);

  /// Mean of a tick, the prices of the changes included.
  double cost() const;
  /// The mean cost of a tick in each window.
  std::vector<double> window_costs() const;
  double violations_percent() const;
  double replica_hours() const;
  double mean_replicas() const;
  std::uint64_t changes() const { return changes_; }
  std::uint64_t reversals() const { return reversals_; }
  const Elasticity& elasticity() const { return elasticity_; }

  /// The fewest replicas within the bounds with which `load` violates nothing, or max.
  int demand(double load);

 private:
  struct Window {
    double cost = 0;
    double ticks = 0;
  };

  ReplicaSettings replicas_;
  Limits limits_;
  SimulatorSettings simulator_;
  Duration interval_;
  Duration length_;
  double price_of_change_;
  std::vector<Window> windows_;
  std::uint64_t ticks_ = 0;
  std::uint64_t violations_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t reversals_ = 0;
  int direction_ = 0;  ///< of the last change
  double replica_seconds_ = 0;
  Duration last_time_{0};
  int supply_ = 0;  ///< desired since last_time_
  Elasticity elasticity_;
  double last_load_ = -1;
  int last_demand_ = 1;
};

}  // namespace skep
