// Model-based control: a learned chain of the load, and value iteration on it, a few states at each
// tick. It judges what follows from load and replicas; the RAM of a replica and a latency do not.
#pragma once

#include "core/agent.hpp"
#include "core/autoscale_env.hpp"
#include "core/demand.hpp"
#include "core/load_chain.hpp"
#include "core/load_plan.hpp"
#include "core/settings.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace skep {

class ModelBasedAgent final : public Agent {
 public:
  /// `env` must outlive the agent.
  ModelBasedAgent(const ControllerSettings& settings, const AutoscaleEnv& env);

  std::optional<LearnedUpdate> observe(const AgentView& view) override;
  Wish wish(const AgentView& view) override;
  std::string explain(const AgentView& view, const Wish& wish) const override;
  std::vector<ActionValue> values(const AgentView& view) const override;
  std::optional<int> preferred(double load, int replicas) const override;

  std::string layout() const override { return layout_; }
  void save(Snapshot& snapshot, TimePoint now) const override;
  bool restore(const Snapshot& snapshot, TimePoint saved) override;

 private:
  struct Sample {
    TimePoint time;
    double load;
    std::size_t state;
  };

  /// Learns the step to the load that was seen. False when it was no step of one tick.
  bool learn(const AgentView& view);
  void plan();
  /// Of the changes, nothing first, the cheapest by the plan.
  int best_change(double load, std::size_t feature, int replicas,
                  const std::vector<bool>& allowed) const;

  ControllerSettings settings_;
  std::string layout_;
  const AutoscaleEnv& env_;
  std::size_t lag_ticks_;
  Demand demand_;
  LoadChain chain_;
  LoadPlan plan_;
  std::deque<Sample> samples_;  ///< the last ticks, without a gap
  double load_ = 0;             ///< of the last observe
  std::size_t feature_ = 0;
  std::size_t lowest_ = 0;  ///< bin that was seen, with the bins near it
  std::size_t highest_ = 0;
  std::size_t next_ = 0;  ///< state that is planned next
};

}  // namespace skep
