#include "core/reward.hpp"

#include <algorithm>

namespace skep {

Thresholds seed_thresholds(const ThresholdSettings& settings, std::optional<int> replicas) {
  if (!replicas) {
    return {settings.cpu_unknown, settings.ram_unknown};
  }
  if (*replicas > settings.last) {
    return {settings.beyond, settings.beyond};
  }
  const double allowance = settings.per_replica * (*replicas - 1);
  return {settings.cpu_base + allowance, settings.ram_base + allowance};
}

int seed_reward(std::optional<double> cpu_percent, std::optional<double> ram_percent,
                const Thresholds& thresholds) {
  if (!cpu_percent || !ram_percent) {
    return 0;
  }
  const auto whole = [](double percent) { return static_cast<int>(std::min(percent, 1e6)); };
  const int cpu = whole(*cpu_percent);
  const int ram = whole(*ram_percent);
  const int cpu_bound = whole(thresholds.cpu_percent) + whole(0.2 * cpu);
  const int ram_bound = whole(thresholds.ram_percent) + whole(0.2 * ram);
  const bool close = cpu - cpu_bound <= 15;
  const bool too_many = cpu_bound - cpu >= 10;
  if (cpu <= cpu_bound && ram <= ram_bound) {
    return 20;
  }
  if (close) {
    return too_many ? -10 : -5;
  }
  return -15;  // not close, so there cannot be too many
}

double slo_reward(const SloInput& input, const RewardSettings& settings, int max_replicas) {
  const RewardWeights& weights = settings.weights;
  const Limits& limits = settings.limits;
  double violation = 0;
  const auto judge = [&violation, &settings](double value, double limit) {
    if (over(value, limit)) {
      violation = std::max(violation, settings.graded ? value / limit : 1);
    }
  };
  judge(input.cpu_percent, limits.cpu_percent);
  judge(input.ram_percent, limits.ram_percent);
  if (limits.latency > Duration::zero() && input.latency_seconds) {
    judge(*input.latency_seconds, to_seconds(limits.latency));
  }
  return -(weights.performance * violation + weights.resources * input.replicas / max_replicas);
}

}  // namespace skep
