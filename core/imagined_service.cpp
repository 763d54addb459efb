#include "core/imagined_service.hpp"

#include <algorithm>
#include <sstream>

namespace skep {
namespace {

/// A ratio that is over the limit by less than this is rounding.
constexpr double kRounding = 1e-12;

int ticks_rounded_up(Duration duration, Duration interval) {
  return static_cast<int>((duration + interval - Duration(1)) / interval);
}

}  // namespace

ImaginedService::ImaginedService(const ControllerSettings& settings)
    : min_replicas(settings.replicas.min),
      max_replicas(settings.replicas.max),
      max_step(settings.replicas.max_step),
      utilization_limit(settings.environment.reward.limits.cpu_percent / 100),
      graded(settings.environment.reward.graded),
      weights(settings.environment.reward.weights),
      lag(ticks_rounded_up(settings.environment.lag, settings.interval)),
      startup(ticks_rounded_up(settings.environment.startup, settings.interval)),
      cooldown(std::max(0, ticks_rounded_up(settings.cooldown, settings.interval) - 1)) {}

double ImaginedService::violation(double load, int replicas) const {
  const double ratio = load / (replicas * utilization_limit);
  if (ratio <= 1 + kRounding) {
    return 0;
  }
  return graded ? ratio : 1;
}

std::string ImaginedService::layout() const {
  std::ostringstream text;
  text << "max " << max_replicas << "; limit " << utilization_limit
       << (graded ? " graded" : " counted") << "; weights " << weights.performance << ' '
       << weights.resources << ' ' << weights.adaptation << "; horizon " << horizon();
  return text.str();
}

}  // namespace skep
