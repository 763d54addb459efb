// The service as counterfactual learning imagines it: the load is what it was, whatever the replica
// count, so each count and each change has a cost that can be computed without trying it.
#pragma once

#include "core/settings.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace skep {

struct ImaginedService {
  /// From the slo reward, whatever its type, and with times in whole ticks.
  explicit ImaginedService(const ControllerSettings& settings);

  int min_replicas;
  int max_replicas;
  int max_step;
  double utilization_limit;  ///< of one replica, in (0, 1]
  bool graded;               ///< a violation counts utilization / limit, or else 1
  RewardWeights weights;
  int lag;       ///< ticks from a load to its observation
  int startup;   ///< ticks until a new replica serves, beyond the one that any change takes
  int cooldown;  ///< ticks after a change in which there cannot be another
  double panic_utilization;   ///< of a replica, from which on the guard panics; 0: never
  double target_utilization;  ///< to which it then scales out, as target tracking would
  double target_tolerance;    ///< of target tracking
  int target_window;          ///< of the stabilisation of target tracking, in ticks
  bool scale_in_over_limit;   ///< the guard allows it

  /// 0 while `replicas` (>= 1) keep the limit under `load` (in units of one replica).
  double violation(double load, int replicas) const;
  /// The share of a tick's cost that the replicas cause.
  double price_of_replicas(int replicas) const {
    return weights.resources * replicas / max_replicas;
  }
  /// The smallest and the largest count that the guard lets a command go to from `from` replicas,
  /// of which `running` (>= 1) serve `load`.
  struct Reach {
    int least;
    int most;
  };
  Reach reach(int from, double load, int running) const;
  /// The same in a panic at full use.
  Reach reach_in_panic(int from) const { return in_panic_[static_cast<std::size_t>(from - 1)]; }
  /// From when on what is decided now shows in an observation, in ticks, >= 1.
  int horizon() const { return lag + startup + 1; }
  /// Names what gives learned values their meaning. The least count, step, cooldown and panic do
  /// not: with others, the values are still a good start.
  std::string layout() const;

 private:
  Reach panic(int from, double utilization) const;

  std::vector<Reach> in_panic_;  ///< by replicas less one
};

}  // namespace skep
