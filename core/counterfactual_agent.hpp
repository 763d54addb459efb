// An agent that learns from the load that it sees, whatever is done to the service: cooling, in a
// dry run or while another policy acts.
//
// What does not follow from load and replicas (RAM, a latency query) is not imagined: it stays with
// the guard.
#pragma once

#include "core/agent.hpp"
#include "core/autoscale_env.hpp"
#include "core/demand.hpp"
#include "core/imagined_learner.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace skep {

class CounterfactualAgent final : public Agent {
 public:
  using MakeLearner = std::function<std::unique_ptr<ImaginedLearner>()>;
  /// `make` gives a learner that has learned nothing yet; `env` must outlive the agent.
  CounterfactualAgent(const ControllerSettings& settings, const AutoscaleEnv& env,
                      MakeLearner make);

  std::optional<LearnedUpdate> observe(const AgentView& view) override;
  Wish wish(const AgentView& view) override;
  std::string explain(const AgentView& view, const Wish& wish) const override;
  std::vector<ActionValue> values(const AgentView& view) const override;
  void missed() override { missed_ = true; }
  std::optional<int> preferred(double load, int replicas) const override;

  std::string layout() const override { return learner_->layout(); }
  void save(Snapshot& snapshot, TimePoint now) const override;
  bool restore(const Snapshot& snapshot, TimePoint saved) override;

 private:
  const AutoscaleEnv& env_;
  Duration interval_;
  ReplicaSettings replicas_;
  double panic_percent_;  ///< CPU from which on the guard panics; 0: never
  MakeLearner make_;
  std::unique_ptr<ImaginedLearner> learner_;
  std::optional<TimePoint> last_;  ///< when the load was last seen
  bool missed_ = false;            ///< a tick since then
  Demand demand_;
};

}  // namespace skep
