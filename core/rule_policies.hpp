// Policies without learning besides target tracking: thresholds, and none.
#pragma once

#include "core/agent.hpp"
#include "core/autoscale_env.hpp"

namespace skep {

/// One replica more while CPU or RAM is over its threshold; one less while CPU is below 75% of what
/// one replica less would be allowed (for the slo limits: below 0.75 limit (n - 1) / n of the
/// mean).
class ThresholdPolicy final : public Agent {
 public:
  ThresholdPolicy(const ControllerSettings& settings, const AutoscaleEnv& env)
      : settings_(settings), env_(env) {}
  Wish wish(const AgentView& view) override;

 private:
  const ControllerSettings& settings_;
  const AutoscaleEnv& env_;
};

/// Keeps the count that there is.
class StaticPolicy final : public Agent {
 public:
  Wish wish(const AgentView& view) override;
};

}  // namespace skep
