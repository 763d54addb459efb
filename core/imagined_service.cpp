#include "core/imagined_service.hpp"

#include "core/guard.hpp"

#include <algorithm>
#include <sstream>

namespace skep {

ImaginedService::ImaginedService(const ControllerSettings& settings)
    : min_replicas(settings.replicas.min),
      max_replicas(settings.replicas.max),
      max_step(settings.replicas.max_step),
      utilization_limit(settings.environment.reward.limits.cpu_percent / 100),
      graded(settings.environment.reward.graded),
      weights(settings.environment.reward.weights),
      lag(ticks_up(settings.environment.lag, settings.interval)),
      startup(std::max(0, ticks_up(settings.environment.startup, settings.interval) - 1)),
      cooldown(std::max(0, ticks_up(settings.cooldown, settings.interval) - 1)),
      panic_utilization(settings.guard.panic_cpu_percent / 100),
      target_utilization(settings.agent.target.cpu_percent / 100),
      target_tolerance(settings.agent.target.tolerance),
      target_window(ticks_up(settings.agent.target.scale_in_stabilization, settings.interval)),
      scale_in_over_limit(settings.guard.scale_in_over_limit) {
  for (int n = 1; n <= max_replicas; ++n) {
    in_panic_.push_back(panic(n, 1));
  }
}

double ImaginedService::violation(double load, int replicas) const {
  const double capacity = replicas * utilization_limit;
  if (!over(load, capacity)) {
    return 0;
  }
  return graded ? load / capacity : 1;
}

ImaginedService::Reach ImaginedService::panic(int from, double utilization) const {
  const PanicRange range = panic_range(from, 100 * utilization, 100 * target_utilization,
                                       std::max(0, max_replicas - from));
  return {from + range.least, from + range.most};
}

ImaginedService::Reach ImaginedService::reach(int from, double load, int running) const {
  const double utilization = std::min(1.0, load / running);
  if (panic_utilization > 0 && utilization >= panic_utilization) {
    return utilization == 1 ? reach_in_panic(from) : panic(from, utilization);
  }
  const bool no_less = over(utilization, utilization_limit) && !scale_in_over_limit;
  return {no_less ? from : std::max(from - max_step, min_replicas),
          std::min(from + max_step, max_replicas)};
}

std::string ImaginedService::layout() const {
  std::ostringstream text;
  text << "max " << max_replicas << "; limit " << utilization_limit
       << (graded ? " graded" : " counted") << "; weights " << weights.performance << ' '
       << weights.resources << ' ' << weights.adaptation << "; horizon " << horizon();
  return text.str();
}

}  // namespace skep
