#include "core/benchmark_policy.hpp"

#include <algorithm>
#include <stdexcept>

namespace skep {

int ControllerPolicy::decide(const Sight& sight) {
  if (!input_.service) {
    input_.service.emplace();
    input_.metrics.emplace();
  }
  input_.service->replicas = {sight.replicas, sight.replicas};
  input_.metrics->cpu_service_percent = 100 * sight.load;
  input_.metrics->cpu_percent = 100 * sight.load / sight.seen_replicas;
  now_ += controller_.settings().interval;
  TickResult result = controller_.tick(input_, now_);
  if (!result.command) {
    return sight.replicas;
  }
  controller_.scale_finished(ScaleOutcome::kAccepted, {}, *result.decision, now_);
  return result.command->to;
}

Snapshot ControllerPolicy::learned() const {
  Snapshot learned = controller_.snapshot(now_, std::nullopt);
  learned.last_load.reset();
  return learned;
}

void ControllerPolicy::start_from(const Snapshot& learned) {
  if (!controller_.restore(learned, Duration::zero(), now_)) {
    throw std::logic_error("what was learned belongs to other settings");
  }
}

ControllerSettings benchmark_settings(PolicyType policy, int max_replicas, int max_step) {
  ControllerSettings settings;
  settings.agent.policy = policy;
  TargetSettings& target = settings.agent.target;
  const Duration::rep seconds = settings.interval / 1s;
  target.scale_in_stabilization /= seconds;
  for (ScalingRules* rules : {&target.scale_out, &target.scale_in}) {
    for (RatePolicy& rate : rules->policies) {
      rate.period /= seconds;
    }
  }
  settings.interval = 1s;
  settings.cooldown = Duration::zero();
  settings.replicas = {1, max_replicas, max_step};
  settings.environment.state = {Feature::kReplicas, Feature::kLoad};
  settings.guard.panic_cpu_percent = 0;
  settings.guard.scale_in_over_limit = true;
  return settings;
}

void replay(std::span<const double> load, const ReplaySettings& settings, BenchmarkPolicy& policy,
            std::vector<int>& replicas) {
  replicas.assign(load.size(), settings.start);
  const auto lag = static_cast<std::size_t>(settings.lag);
  const auto every = static_cast<std::size_t>(settings.every);
  for (std::size_t tick = 0; tick + 1 < load.size(); ++tick) {
    const int now = replicas[tick];
    int next = now;
    if (tick % every == 0) {
      const std::size_t seen_tick = tick < lag ? 0 : tick - lag;
      const int seen = replicas[seen_tick];
      const double demand = load[seen_tick];
      const double used =
          settings.sees_demand ? demand : std::min(demand, static_cast<double>(seen));
      next = std::clamp(policy.decide({used, seen, now}), now - settings.max_step,
                        now + settings.max_step);
    }
    replicas[tick + 1] = std::clamp(next, 1, settings.max_replicas);
  }
}

}  // namespace skep
