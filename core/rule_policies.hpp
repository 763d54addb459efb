// Policies without learning besides target tracking: thresholds, and none.
#pragma once

#include "core/agent.hpp"
#include "core/autoscale_env.hpp"

namespace skep {

/// One replica more while CPU or RAM is over its threshold; one less while CPU is below 75% of what
/// one replica less would be allowed (for the slo limits: below 0.75 limit (n - 1) / n of the
/// mean). `env` must outlive it.
class ThresholdPolicy final : public Agent {
 public:
  ThresholdPolicy(const ControllerSettings& settings, const AutoscaleEnv& env)
      : whole_service_(settings.environment.reward.type == RewardType::kThresholds),
        bounds_(settings.replicas),
        env_(env) {}

  Wish wish(const AgentView& view) override;
  std::string explain(const AgentView& view, const Wish& wish) const override;
  std::optional<int> preferred(double load, int replicas) const override;

 private:
  bool cpu_over(double cpu_service_percent, int replicas) const;
  bool ram_over(const AgentView& view) const;
  /// What CPU alone asks for.
  int change_for(double cpu_service_percent, int replicas) const;

  bool whole_service_;  ///< thresholds are of the whole service, not of the mean of a replica
  ReplicaSettings bounds_;
  const AutoscaleEnv& env_;
};

/// Keeps the count that there is.
class StaticPolicy final : public Agent {
 public:
  Wish wish(const AgentView&) override { return {}; }
  std::string explain(const AgentView& view, const Wish& wish) const override;
  std::optional<int> preferred(double, int replicas) const override { return replicas; }
};

}  // namespace skep
