#include "core/autoscale_env.hpp"

#include "core/reward.hpp"

#include <algorithm>
#include <utility>

namespace skep {

ActionSpace::ActionSpace(const std::vector<ActionKind>& actions, int max_step) {
  for (const ActionKind action : actions) {
    if (action == ActionKind::kHold) {
      changes_.push_back(0);
      continue;
    }
    for (int size = 1; size <= max_step; ++size) {
      changes_.push_back(static_cast<int>(action) * size);
    }
  }
}

std::optional<std::size_t> ActionSpace::index_of(int change) const {
  const auto found = std::find(changes_.begin(), changes_.end(), change);
  if (found == changes_.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - changes_.begin());
}

AutoscaleEnv::AutoscaleEnv(const ControllerSettings& settings)
    : settings_(settings.environment),
      replicas_(settings.replicas),
      actions_(settings.environment.actions, settings.replicas.max_step),
      discretizer_(settings.environment.state, settings.environment.bins, settings.replicas) {}

std::optional<int> AutoscaleEnv::reset(TimePoint now) {
  episode_start_ = now;
  return settings_.episode.reset ? std::optional<int>(replicas_.min) : std::nullopt;
}

bool AutoscaleEnv::is_done(TimePoint now) const {
  return settings_.episode.duration > Duration::zero() && episode_start_ &&
         now - *episode_start_ >= settings_.episode.duration;
}

void AutoscaleEnv::step(int change) { changed_ = change != 0; }

std::vector<NamedBin> AutoscaleEnv::bins(const Observation& observation) const {
  return discretizer_.bins(state_input(observation));
}

EnvStep AutoscaleEnv::observe(const Observation& observation) {
  const StateInput input = state_input(observation);
  EnvStep step;
  step.state = discretizer_.id(input);
  step.cpu_percent = input.cpu_percent;
  step.ram_percent = input.ram_percent;
  step.thresholds = thresholds(observation.replicas.desired);
  step.reward = reward(observation) - (std::exchange(changed_, false) ? price_of_change() : 0);
  return step;
}

Thresholds AutoscaleEnv::thresholds(std::optional<int> replicas) const {
  if (settings_.reward.type == RewardType::kThresholds) {
    return seed_thresholds(settings_.reward.thresholds, replicas);
  }
  return {settings_.reward.limits.cpu_percent, settings_.reward.limits.ram_percent};
}

bool AutoscaleEnv::over_threshold(const EnvStep& step) const {
  return over(step.cpu_percent, step.thresholds.cpu_percent) ||
         over(step.ram_percent, step.thresholds.ram_percent);
}

double AutoscaleEnv::reward(const Observation& observation) const {
  const Metrics& metrics = observation.metrics;
  if (settings_.reward.type == RewardType::kThresholds) {
    return seed_reward(metrics.cpu_service_percent, metrics.ram_service_percent,
                       thresholds(observation.replicas.desired));
  }
  SloInput input;
  input.cpu_percent = metrics.cpu_percent;
  input.ram_percent = metrics.ram_percent;
  input.latency_seconds = metrics.latency_seconds;
  input.replicas = observation.replicas.desired;
  return slo_reward(input, settings_.reward, replicas_.max);
}

double AutoscaleEnv::price_of_change() const {
  return settings_.reward.type == RewardType::kThresholds ? 0 : settings_.reward.weights.adaptation;
}

double AutoscaleEnv::reward_scale() const {
  const RewardWeights& weights = settings_.reward.weights;
  return settings_.reward.type == RewardType::kThresholds
             ? 20
             : weights.performance + weights.resources + weights.adaptation;
}

StateInput AutoscaleEnv::state_input(const Observation& observation) const {
  const Metrics& metrics = observation.metrics;
  const bool whole_service = settings_.reward.type == RewardType::kThresholds;
  StateInput input;
  input.replicas = observation.replicas.desired;
  input.load = metrics.load();
  input.cpu_percent = whole_service ? metrics.cpu_service_percent : metrics.cpu_percent;
  input.ram_percent = whole_service ? metrics.ram_service_percent : metrics.ram_percent;
  return input;
}

}  // namespace skep
