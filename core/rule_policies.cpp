#include "core/rule_policies.hpp"

#include "core/words.hpp"

namespace skep {
namespace {

/// CPU that `replicas` are allowed, in percent of the whole service.
double cpu_allowance(const AutoscaleEnv& env, bool whole_service, int replicas) {
  return env.thresholds(replicas).cpu_percent * (whole_service ? 1 : replicas);
}

}  // namespace

Wish ThresholdPolicy::wish(const AgentView& view) {
  const int replicas = view.observation.replicas.desired;
  const Metrics& metrics = view.observation.metrics;
  Wish wish;
  if (cpu_over(view) || ram_over(view)) {
    wish.change = 1;
  } else if (replicas > 1 && metrics.cpu_service_percent <
                                 0.75 * cpu_allowance(env_, whole_service_, replicas - 1)) {
    wish.change = -1;
  }
  return wish;
}

std::string ThresholdPolicy::explain(const AgentView& view, const Wish& wish) const {
  if (wish.change > 0) {
    return std::string("the threshold rule adds a replica, since ") +
           (cpu_over(view) ? "CPU" : "RAM") + " is over its threshold";
  }
  if (wish.change < 0) {
    return "the threshold rule takes a replica away, since one fewer would still be below 75% of "
           "its CPU threshold";
  }
  return "the threshold rule keeps " + replicas_text(view.observation.replicas.desired);
}

bool ThresholdPolicy::cpu_over(const AgentView& view) const {
  return view.observation.metrics.cpu_service_percent >
         cpu_allowance(env_, whole_service_, view.observation.replicas.desired);
}

bool ThresholdPolicy::ram_over(const AgentView& view) const {
  const Metrics& metrics = view.observation.metrics;
  return (whole_service_ ? metrics.ram_service_percent : metrics.ram_percent) >
         env_.thresholds(view.observation.replicas.desired).ram_percent;
}

std::string StaticPolicy::explain(const AgentView& view, const Wish&) const {
  return "the static policy keeps " + replicas_text(view.observation.replicas.desired);
}

}  // namespace skep
