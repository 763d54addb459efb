#include "core/counterfactual_agent.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace skep {
namespace {

/// Where ticks are closer than this, one that is late is taken for the next one.
constexpr Duration kShortestGap = 1s;
/// Beyond this, nothing that was seen before matters for the time of it.
constexpr Duration kLongestAge = std::chrono::hours(24 * 365);

}  // namespace

CounterfactualAgent::CounterfactualAgent(const ControllerSettings& settings,
                                         const AutoscaleEnv& env, MakeLearner make)
    : env_(env),
      interval_(settings.interval),
      replicas_(settings.replicas),
      panic_percent_(settings.guard.panic_cpu_percent),
      make_(std::move(make)),
      learner_(make_()) {}

std::optional<LearnedUpdate> CounterfactualAgent::observe(const AgentView& view) {
  const Observation& observation = view.observation;
  if (view.between_ticks) {
    return std::nullopt;  // a part of a step teaches nothing
  }
  if (last_) {
    const Duration pause = view.now - *last_;
    const double intervals = std::round(to_seconds(pause) / to_seconds(interval_));
    if (missed_ || (intervals > 1 && pause > kShortestGap)) {
      learner_->interrupt(intervals > 1 ? static_cast<std::size_t>(intervals) - 1 : 0);
    }
  }
  missed_ = false;
  last_ = view.now;
  const int desired = observation.replicas.desired;
  learner_->see(demand_.see(observation.metrics), desired);
  return learner_->learned(std::clamp(desired, replicas_.min, replicas_.max));
}

Wish CounterfactualAgent::wish(const AgentView& view) {
  const int desired = view.observation.replicas.desired;
  const int within = std::clamp(desired, replicas_.min, replicas_.max);
  int wanted = learner_->want(within);
  // In a panic the guard allows more than a step, and what is wanted decides how much more.
  if (panic_percent_ == 0 || view.observation.metrics.cpu_percent < panic_percent_) {
    wanted = std::clamp(wanted, within - replicas_.max_step, within + replicas_.max_step);
  }
  return {wanted - desired, false};
}

std::string CounterfactualAgent::explain(const AgentView& view, const Wish&) const {
  return learner_->explain(
      std::clamp(view.observation.replicas.desired, replicas_.min, replicas_.max));
}

std::vector<ActionValue> CounterfactualAgent::values(const AgentView& view) const {
  const int desired = view.observation.replicas.desired;
  const std::vector<double> costs =
      learner_->costs(std::clamp(desired, replicas_.min, replicas_.max));
  std::vector<ActionValue> values;
  for (const int change : env_.action_space().changes()) {
    const int count = std::clamp(desired + change, replicas_.min, replicas_.max);
    values.push_back({change, -costs[static_cast<std::size_t>(count - 1)]});
  }
  return values;
}

std::optional<int> CounterfactualAgent::preferred(double load, int replicas) const {
  return learner_->preferred(load, std::clamp(replicas, replicas_.min, replicas_.max));
}

void CounterfactualAgent::save(Snapshot& snapshot, TimePoint now) const {
  snapshot.layout = layout();
  learner_->save(snapshot.arrays);
  if (last_) {
    snapshot.last_load = {now - *last_, interval_};
  }
  snapshot.arrays.push_back(
      {"demand", {static_cast<float>(demand_.used()), static_cast<float>(demand_.asked())}});
}

bool CounterfactualAgent::restore(const Snapshot& snapshot, TimePoint saved) {
  std::vector<LearnedArray> arrays = snapshot.arrays;
  if (snapshot.layout != layout() || arrays.empty() || arrays.back().values.size() != 2) {
    return false;
  }
  const std::vector<float> used_and_asked = arrays.back().values;
  arrays.pop_back();
  Demand demand;
  std::unique_ptr<ImaginedLearner> learner = make_();
  if (!demand.restore(used_and_asked[0], used_and_asked[1]) || !learner->restore(arrays)) {
    return false;
  }
  demand_ = demand;
  learner_ = std::move(learner);
  last_.reset();
  missed_ = true;
  if (snapshot.last_load && snapshot.last_load->interval == interval_) {
    last_ = saved - std::min(snapshot.last_load->age, kLongestAge);
  } else {
    learner_->interrupt(std::numeric_limits<std::size_t>::max());
  }
  return true;
}

}  // namespace skep
