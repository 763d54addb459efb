// Warm start: an agent learns from a load history in the simulator before it scales anything, and
// is compared with target tracking under the same guard on the same load.
#pragma once

#include "core/settings.hpp"
#include "core/simulator.hpp"
#include "core/snapshot.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <functional>
#include <span>

namespace skep {

/// With fewer ticks than this nothing is to be learned that the prior does not know better.
inline constexpr std::size_t kLeastTrainingTicks = 500;

/// How often the history is gone through. The first time the tables and the forecast begin with
/// nothing, so the policies are judged by what they could not know yet.
inline constexpr int kTrainingPasses = 2;

struct TrainingResult {
  SimulationResult rule;  ///< target tracking, over the whole history
  SimulationResult
      untrained;  ///< the agent from nothing, over the whole history, while it learns from it
  SimulationResult last_rule;  ///< target tracking, over the last quarter
  SimulationResult last_untrained;
  SimulationResult last_trained;  ///< the agent that has learned from the first three quarters
  Snapshot learned;  ///< what the agent knows that has learned from the whole history, and nothing
                     ///< else: no cooldown, no pause, no replica count, and not when that ended
};

/// True when the policy has anything that can be learned and saved.
bool can_learn(const ControllerSettings& settings);

/// Row i of `loads` is the load from i to i + 1 times `step` (> 0), in units of one replica's
/// limit; NaN is a gap, over which nothing is learned. At least four rows are not NaN, and the last
/// quarter is that of those. `settings` without dry_run. `progress` gets the part that is done, now
/// and then.
TrainingResult train(const ControllerSettings& settings, const SimulatorSettings& simulator,
                     std::span<const double> loads, Duration step,
                     const std::function<void(double)>& progress);

/// `before` with what `trained` has learned in place of what it knew. Its cooldown, pause and
/// replica counts go on, `age` later.
Snapshot with_learned(const Snapshot& before, Duration age, const Snapshot& trained);

}  // namespace skep
