// The least that anything can cost on a simulated service: somebody who knows the whole trace, and
// keeps to bounds, largest step, cooldown and start-up. What regret is measured against.
#pragma once

#include "core/service_graph.hpp"
#include "core/settings.hpp"
#include "core/simulator.hpp"
#include "core/time.hpp"

#include <functional>
#include <span>

namespace skep {

/// Dynamic programming backwards over the ticks and the states of ServiceGraph. Costs are those of
/// `simulate`, taken at each multiple of the interval.
///
/// What it does not know of: rules of the guard that only hold changes back or force them (so a
/// policy that must obey them may not reach it). It may double where CPU is in the panic range, or
/// anywhere when the metrics are late or noisy. exact() says whether it is otherwise the optimum of
/// this very simulation; if not it is a bound, which costs as much or less: when the cooldown is no
/// multiple of the interval, when episodes reset the service (then any step is allowed), or when
/// the states are too many, and start-up, then cooldown too, count as shorter.
class ServiceOptimum {
 public:
  /// `replicas` run at the beginning, within the bounds.
  ServiceOptimum(const ControllerSettings& settings, const SimulatorSettings& simulator,
                 int replicas);

  bool exact() const { return exact_; }
  /// Walks the cheapest way over the trace (see `simulate`), tick by tick; of several the one that
  /// changes later.
  void run(std::span<const double> loads, Duration step,
           const std::function<void(const SimulatedTick&)>& on_tick) const;

 private:
  ControllerSettings settings_;
  SimulatorSettings simulator_;
  ServiceGraph graph_;
  bool exact_ = true;
};

}  // namespace skep
