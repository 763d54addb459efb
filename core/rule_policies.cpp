#include "core/rule_policies.hpp"

#include "core/words.hpp"

#include <algorithm>

namespace skep {
namespace {

/// CPU that `replicas` are allowed, in percent of the whole service.
double cpu_allowance(const AutoscaleEnv& env, bool whole_service, int replicas) {
  return env.thresholds(replicas).cpu_percent * (whole_service ? 1 : replicas);
}

}  // namespace

Wish ThresholdPolicy::wish(const AgentView& view) {
  const int replicas = view.observation.replicas.desired;
  const double cpu = view.observation.metrics.cpu_service_percent;
  Wish wish;
  wish.change = ram_over(view) ? 1 : change_for(cpu, replicas);
  return wish;
}

std::optional<int> ThresholdPolicy::preferred(double load, int replicas) const {
  const double used = std::min(load, static_cast<double>(replicas));
  return std::clamp(replicas + change_for(100 * used, replicas), bounds_.min, bounds_.max);
}

std::string ThresholdPolicy::explain(const AgentView& view, const Wish& wish) const {
  if (wish.change > 0) {
    const bool cpu =
        cpu_over(view.observation.metrics.cpu_service_percent, view.observation.replicas.desired);
    return std::string("the threshold rule adds a replica, since ") + (cpu ? "CPU" : "RAM") +
           " is over its threshold";
  }
  if (wish.change < 0) {
    return "the threshold rule takes a replica away, since one fewer would still be below 75% of "
           "its CPU threshold";
  }
  return "the threshold rule keeps " + replicas_text(view.observation.replicas.desired);
}

bool ThresholdPolicy::cpu_over(double cpu_service_percent, int replicas) const {
  return over(cpu_service_percent, cpu_allowance(env_, whole_service_, replicas));
}

int ThresholdPolicy::change_for(double cpu_service_percent, int replicas) const {
  if (cpu_over(cpu_service_percent, replicas)) {
    return 1;
  }
  const bool fewer_would_do =
      replicas > 1 &&
      cpu_service_percent < 0.75 * cpu_allowance(env_, whole_service_, replicas - 1);
  return fewer_would_do ? -1 : 0;
}

bool ThresholdPolicy::ram_over(const AgentView& view) const {
  const Metrics& metrics = view.observation.metrics;
  return over(whole_service_ ? metrics.ram_service_percent : metrics.ram_percent,
              env_.thresholds(view.observation.replicas.desired).ram_percent);
}

std::string StaticPolicy::explain(const AgentView& view, const Wish&) const {
  return "the static policy keeps " + replicas_text(view.observation.replicas.desired);
}

}  // namespace skep
