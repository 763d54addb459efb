#include "core/prior.hpp"

#include "core/target_tracking.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace skep {
namespace {

/// The deterministic world of the prior: a load and a RAM use that stay, and replicas that all run.
class SteadyWorld {
 public:
  SteadyWorld(const ControllerSettings& settings, const AutoscaleEnv& env, double load,
              double ram_percent)
      : settings_(settings),
        env_(env),
        load_(load),
        ram_percent_(ram_percent),
        known_(static_cast<std::size_t>(settings.replicas.max) + 1) {}

  /// The return of applying `change` with `replicas`, and following target tracking from then on.
  double action_value(int replicas, int change) {
    const int next = replicas + change;
    const int ticks = change != 0 ? ticks_of_change() : 1;
    const double price = change != 0 ? env_.price_of_change() : 0;
    // The same reward at each tick of the transition: a geometric sum.
    const double gamma = settings_.agent.gamma;
    const double factor_at_end = std::pow(gamma, ticks);
    return reward(next) * (1 - factor_at_end) / (1 - gamma) - price + factor_at_end * value(next);
  }

 private:
  /// The return of following target tracking from `replicas` on. It moves towards a count at which
  /// it stays, so this ends.
  double value(int replicas) {
    std::optional<double>& known = known_[static_cast<std::size_t>(replicas)];
    if (!known) {
      const auto action = tracking_action(settings_, env_, replicas, load_);
      const int change = action ? env_.action_space().change(*action) : 0;
      known = change == 0 ? reward(replicas) / (1 - settings_.agent.gamma)
                          : action_value(replicas, change);
    }
    return *known;
  }

  double reward(int replicas) const {
    Observation observation;
    observation.replicas = {replicas, replicas};
    const double cpu_percent = std::min(100.0, 100 * load_ / replicas);
    const MeanAndSum cpu = mean_and_sum(cpu_percent, false, replicas);
    observation.metrics.cpu_percent = cpu.mean;
    observation.metrics.cpu_service_percent = cpu.sum;
    observation.metrics.ram_percent = ram_percent_;
    observation.metrics.ram_service_percent = ram_percent_;
    return env_.reward(observation);
  }

  int ticks_of_change() const {
    return std::max(1, ticks_up(settings_.cooldown, settings_.interval, 10'000));
  }

  const ControllerSettings& settings_;
  const AutoscaleEnv& env_;
  double load_;
  double ram_percent_;
  std::vector<std::optional<double>> known_;
};

}  // namespace

std::optional<std::size_t> tracking_action(const ControllerSettings& settings,
                                           const AutoscaleEnv& env, int replicas, double load) {
  const ReplicaSettings& bounds = settings.replicas;
  const int wanted = std::clamp(tracking_count(100 * load / replicas, load, {replicas, replicas},
                                               settings.agent.target),
                                bounds.min, bounds.max) -
                     replicas;
  std::optional<std::size_t> nearest;
  for (std::size_t action = 0; action < env.action_space().size(); ++action) {
    const int change = env.action_space().change(action);
    const bool between =
        wanted >= 0 ? (change >= 0 && change <= wanted) : (change <= 0 && change >= wanted);
    if (between && (!nearest || std::abs(change) > std::abs(env.action_space().change(*nearest)))) {
      nearest = action;
    }
  }
  return nearest;
}

void fill_prior(QTable& table, const ControllerSettings& settings, const AutoscaleEnv& env) {
  const Discretizer& space = env.observation_space();
  const ReplicaSettings& bounds = settings.replicas;
  const double margin = 0.1 * env.reward_scale();
  const StateInput middle{(bounds.min + bounds.max) / 2, 0, 0, 0};
  for (std::size_t state = 0; state < table.states(); ++state) {
    StateInput input = space.representative(state, middle);
    if (!space.has(Feature::kLoad)) {
      const bool whole_service = settings.environment.reward.type == RewardType::kThresholds;
      input.load = input.cpu_percent / 100 * (whole_service ? 1 : input.replicas);
    }
    SteadyWorld world(settings, env, input.load, input.ram_percent);
    const auto tracking = tracking_action(settings, env, input.replicas, input.load);
    for (std::size_t action = 0; action < table.actions(); ++action) {
      const int change = env.action_space().change(action);
      const int next = input.replicas + change;
      const bool possible = next >= bounds.min && next <= bounds.max;
      table.at(state, action) = {world.action_value(input.replicas, possible ? change : 0),
                                 settings.agent.prior.visits};
    }
    if (!tracking) {
      continue;
    }
    const double best = table.at(state, *tracking).value;
    for (std::size_t action = 0; action < table.actions(); ++action) {
      const int distance =
          std::abs(env.action_space().change(action) - env.action_space().change(*tracking));
      double& value = table.at(state, action).value;
      value = std::min(value, best - margin * distance);
    }
  }
}

}  // namespace skep
