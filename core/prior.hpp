// What the Q-table believes before it has seen anything.
#pragma once

#include "core/autoscale_env.hpp"
#include "core/q_table.hpp"
#include "core/settings.hpp"

namespace skep {

/// Fills `table` so that its greedy choice is that of target tracking, in every state that tells
/// replicas and load (or CPU), and counts each cell as `prior.visits` visits. The values are the
/// returns of following target tracking under a load that stays as it is, so that what is learned
/// starts from the right level; a change that target tracking would not make is worth at least a
/// tenth of the reward scale less, for each replica that it is off. A state that does not tell the
/// replicas is taken to be in the middle of min and max.
void fill_prior(QTable& table, const ControllerSettings& settings, const AutoscaleEnv& env);

/// The change of the action space nearest to what target tracking asks for at this load, of those
/// that stay within min and max. Empty when there is none (a space without hold). Exposed for
/// tests.
std::optional<std::size_t> tracking_action(const ControllerSettings& settings,
                                           const AutoscaleEnv& env, int replicas, double load);

}  // namespace skep
