// Tabular Q-learning from what was really done (factual updates), and Dyna-Q, which learns the same
// again in between (core/dyna_q.hpp).
//
// An applied change opens a transition; it lasts until the first observation at least a cooldown
// after the scale command. A hold lasts one tick. Whatever makes it unclear what caused what drops
// the open transition.
#pragma once

#include "core/agent.hpp"
#include "core/autoscale_env.hpp"
#include "core/dyna_q.hpp"
#include "core/q_table.hpp"
#include "core/random.hpp"
#include "core/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace skep {

class QLearningAgent final : public Agent {
 public:
  /// Dyna-Q when the settings say so. `env` must outlive the agent.
  QLearningAgent(const ControllerSettings& settings, const AutoscaleEnv& env);

  std::optional<LearnedUpdate> observe(const AgentView& view) override;
  Wish wish(const AgentView& view) override;
  std::string explain(const AgentView& view, const Wish& wish) const override;
  std::vector<ActionValue> values(const AgentView& view) const override;
  /// With the RAM of the last observation.
  std::optional<int> preferred(double load, int replicas) const override;
  void applied(int change, TimePoint due) override;
  void drop() override { open_.reset(); }

  double epsilon() const override { return epsilon_.epsilon(); }
  std::string layout() const override;
  void save(Snapshot& snapshot, TimePoint now) const override;
  bool restore(const Snapshot& snapshot, TimePoint saved) override;

  const QTable& table() const { return table_; }

 private:
  struct Transition {
    std::size_t state;
    std::size_t action;
    TimePoint due;
    DiscountedReturn rewards;
  };

  std::vector<bool> explorable(const AgentView& view) const;
  /// The largest value in a state, over what the bounds of the replica count allow there.
  double value_of(std::size_t state) const;

  AgentSettings settings_;
  ReplicaSettings bounds_;
  Limits limits_;
  std::string layout_;
  const AutoscaleEnv& env_;
  QTable table_;
  std::vector<std::size_t>
      preference_;  ///< hold first, then out by size, then in by size: ties go to the safest
  EpsilonSchedule epsilon_;
  Random random_;
  std::size_t state_ = 0;  ///< of the last observe
  std::optional<Transition> open_;
  std::optional<DynaModel> model_;           ///< of Dyna-Q
  std::vector<std::vector<bool>> possible_;  ///< actions within the bounds, by replicas from min on
};

}  // namespace skep
