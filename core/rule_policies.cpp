#include "core/rule_policies.hpp"

#include "core/words.hpp"

namespace skep {

Wish ThresholdPolicy::wish(const AgentView& view) {
  const int replicas = view.observation.replicas.desired;
  const Metrics& metrics = view.observation.metrics;
  const bool whole_service = settings_.environment.reward.type == RewardType::kThresholds;
  const auto cpu_allowance = [&](int count) {  // in percent of the whole service
    return env_.thresholds(count).cpu_percent * (whole_service ? 1 : count);
  };
  const Thresholds now = env_.thresholds(replicas);
  const double ram_percent = whole_service ? metrics.ram_service_percent : metrics.ram_percent;

  Wish wish;
  if (metrics.cpu_service_percent > cpu_allowance(replicas)) {
    wish.change = 1;
    wish.why = "the threshold rule adds a replica, since CPU is over its threshold";
  } else if (ram_percent > now.ram_percent) {
    wish.change = 1;
    wish.why = "the threshold rule adds a replica, since RAM is over its threshold";
  } else if (replicas > 1 && metrics.cpu_service_percent < 0.75 * cpu_allowance(replicas - 1)) {
    wish.change = -1;
    wish.why =
        "the threshold rule takes a replica away, since one fewer would still be below 75% of its "
        "CPU threshold";
  } else {
    wish.why = "the threshold rule keeps " + replicas_text(replicas);
  }
  return wish;
}

Wish StaticPolicy::wish(const AgentView& view) {
  Wish wish;
  wish.why = "the static policy keeps " + replicas_text(view.observation.replicas.desired);
  return wish;
}

}  // namespace skep
