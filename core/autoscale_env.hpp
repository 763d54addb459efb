// The environment of the agent: state, thresholds, reward, episode. Its parts bear the names of the
// seed's Gym environment, but a step is split in two, because time passes between its halves:
// `step` says what was applied, and the next `observe` what came of it.
#pragma once

#include "core/decision.hpp"
#include "core/discretizer.hpp"
#include "core/observation.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace skep {

/// The changes of the replica count that an agent can choose from, in the order of the
/// configuration; with max_step above 1 an action stands for all its sizes, the smallest first.
class ActionSpace {
 public:
  ActionSpace(const std::vector<ActionKind>& actions, int max_step);
  const std::vector<int>& changes() const { return changes_; }
  std::size_t size() const { return changes_.size(); }
  int change(std::size_t action) const { return changes_[action]; }
  std::optional<std::size_t> index_of(int change) const;

 private:
  std::vector<int> changes_;
};

/// An observation as the agent gets it.
struct EnvStep {
  std::size_t state = 0;
  double cpu_percent = 0;  ///< in the unit that thresholds are in: mean of a replica (slo) or whole
                           ///< service (thresholds)
  double ram_percent = 0;
  Thresholds thresholds;
  double reward = 0;  ///< of the tick that ends with this observation, the price of an applied
                      ///< change included once
};

class AutoscaleEnv {
 public:
  explicit AutoscaleEnv(const ControllerSettings& settings);

  const ActionSpace& action_space() const { return actions_; }
  const Discretizer& observation_space() const { return discretizer_; }

  /// Begins an episode at `now`. Returns the replica count to begin with when episodes reset: one,
  /// or min.
  std::optional<int> reset(TimePoint now);
  bool episode_running() const { return episode_start_.has_value(); }
  /// An episode that lasts `episode.duration` is over. That is a time-out, not a terminal state.
  bool is_done(TimePoint now) const;

  /// `change` was really applied: its price is part of the next reward.
  void step(int change);
  /// The state of an observation, bin by bin.
  std::vector<NamedBin> bins(const Observation& observation) const;
  /// What is seen now: state, thresholds and the reward of the tick that just ended.
  EnvStep observe(const Observation& observation);

  Thresholds thresholds(std::optional<int> replicas) const;
  /// CPU or RAM is over its threshold.
  bool over_threshold(const EnvStep& step) const;
  /// The reward of one tick with these values, without the price of a change.
  double reward(const Observation& observation) const;
  /// What a change costs, whatever its size, >= 0.
  double price_of_change() const;
  /// The spread of the reward, from which the prior takes its margin: the sum of the weights,
  /// or 20.
  double reward_scale() const;

  /// What the state of an observation is made from.
  StateInput state_input(const Observation& observation) const;

 private:
  EnvironmentSettings settings_;
  ReplicaSettings replicas_;
  ActionSpace actions_;
  Discretizer discretizer_;
  std::optional<TimePoint> episode_start_;
  bool changed_ = false;
};

}  // namespace skep
