// The two rewards: a cost with three weights, and the seed's rule.
#pragma once

#include "core/decision.hpp"
#include "core/settings.hpp"

#include <optional>

namespace skep {

/// The seed's thresholds for `replicas` (empty: unknown), in percent of the whole service.
Thresholds seed_thresholds(const ThresholdSettings& settings, std::optional<int> replicas);

/// The seed's reward, from -15 to +20. Percentages are cut to whole ones first, as there; no data
/// (empty) is worth 0. The first branch comes first there too, so an idle service with far too many
/// replicas is not penalised: that is the seed's rule, kept for comparison, not a good one.
int seed_reward(std::optional<double> cpu_percent, std::optional<double> ram_percent,
                const Thresholds& thresholds);

/// What the slo reward judges, as the mean of a replica.
struct SloInput {
  double cpu_percent = 0;
  double ram_percent = 0;
  std::optional<double> latency_seconds;
  int replicas = 0;
};

/// minus (performance v + resources replicas / max), where v is 0 while every objective is met, and
/// otherwise the largest of value / limit over the violated ones: the worse the overload, the
/// dearer, so that giving up on a spike does not pay.
/// With `settings.graded` off, v is 0 or 1.
double slo_reward(const SloInput& input, const RewardSettings& settings, int max_replicas);

}  // namespace skep
