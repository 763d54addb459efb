#include "config/duration.hpp"
#include "config/read_settings.hpp"
#include "config/table_size.hpp"
#include "core/autoscale_env.hpp"
#include "core/discretizer.hpp"

#include <algorithm>

namespace skep {
namespace {

// 16 bytes a cell: 64 MiB for one service. More could never be filled with experience.
constexpr double kMostTableCells = 4e6;

void read_actions(MapReader& environment, std::vector<ActionKind>& actions) {
  environment.choices("actions", actions,
                      Words<ActionKind>{{"scale_in", ActionKind::kScaleIn},
                                        {"hold", ActionKind::kHold},
                                        {"scale_out", ActionKind::kScaleOut}});
  const auto has = [&actions](ActionKind action) {
    return std::find(actions.begin(), actions.end(), action) != actions.end();
  };
  if (!has(ActionKind::kScaleIn) || !has(ActionKind::kScaleOut)) {
    environment.error("actions",
                      "must hold both scale_out and scale_in, or the replicas could only "
                      "ever go one way; write [scale_in, hold, scale_out]");
  }
}

void read_bins(MapReader bins, BinSettings& settings) {
  constexpr int kMostBins = 1000;
  bins.integer("cpu", settings.cpu, 1, kMostBins);
  bins.integer("ram", settings.ram, 1, kMostBins);
  bins.number("load_ratio", settings.load_ratio, {1.001, 10});
}

double table_cells(const EnvironmentSettings& environment, const ReplicaSettings& replicas) {
  const Discretizer states(environment.state, environment.bins, replicas);
  const ActionSpace actions(environment.actions, replicas.max_step);
  return static_cast<double>(states.size()) * static_cast<double>(actions.size());
}

void read_weights(MapReader weights, RewardWeights& settings) {
  constexpr NumberRange kWeight{0, 1e4};
  weights.number("performance", settings.performance, kWeight);
  weights.number("resources", settings.resources, kWeight);
  weights.number("adaptation", settings.adaptation, kWeight);
  if (settings.performance == 0 && settings.resources == 0 && settings.adaptation == 0) {
    weights.error("performance",
                  "and the other weights are all 0, so that nothing would matter; "
                  "make one of them positive, such as 0.9");
  }
}

void read_limits(MapReader limits, Limits& settings) {
  limits.number("cpu", settings.cpu_percent, kPositivePercent);
  limits.number("ram", settings.ram_percent, kPositivePercent);
  limits.duration("latency", settings.latency, 0s);
}

void read_thresholds(MapReader thresholds, ThresholdSettings& settings) {
  constexpr int kMostReplicas = 1000;
  thresholds.number("cpu_base", settings.cpu_base, kNotNegative);
  thresholds.number("ram_base", settings.ram_base, kNotNegative);
  thresholds.number("per_replica", settings.per_replica, kNotNegative);
  thresholds.integer("last", settings.last, 1, kMostReplicas);
  thresholds.number("beyond", settings.beyond, kNotNegative);
  thresholds.number("cpu_unknown", settings.cpu_unknown, kNotNegative);
  thresholds.number("ram_unknown", settings.ram_unknown, kNotNegative);
}

void read_reward(MapReader reward, RewardSettings& settings) {
  reward.choice(
      "type", settings.type,
      Words<RewardType>{{"slo", RewardType::kSlo}, {"thresholds", RewardType::kThresholds}});
  read_weights(reward.section("weights"), settings.weights);
  read_limits(reward.section("limits"), settings.limits);
  read_thresholds(reward.section("thresholds"), settings.thresholds);
}

void read_episode(MapReader episode, Duration interval, EpisodeSettings& settings) {
  episode.duration("duration", settings.duration, 0s);
  episode.boolean("reset", settings.reset);
  if (settings.duration > 0s && settings.duration < interval) {
    episode.error("duration", "is shorter than one tick, which is " + format_duration(interval) +
                                  "; make it longer, or 0s for one endless episode");
  } else if (settings.reset && settings.duration == 0s) {
    episode.error("reset",
                  "is true, but an endless episode (duration 0s) is never reset; set a "
                  "duration such as 10m, or reset: false");
  }
}

void read_delay(MapReader& environment, std::string_view key, Duration interval, Duration& delay) {
  environment.duration(key, delay, 0s);
  const Duration most = kMostDelayTicks * std::min(interval, kLongestDuration / kMostDelayTicks);
  if (delay > most) {
    environment.error(key, "is " + format_duration(delay) + ", more than 1,000 intervals of " +
                               format_duration(interval) + "; make it at most " +
                               format_duration(most) + ", or make controller.interval longer");
  }
}

// Whether make_agent (core/agent.cpp) gives this policy a table of states and actions.
bool has_state_table(const AgentSettings& agent, const RewardSettings& reward) {
  const bool factual = agent.updates == Updates::kFactual || reward.type == RewardType::kThresholds;
  return agent.policy == PolicyType::kDynaQ || (agent.policy == PolicyType::kQLearning && factual);
}

}  // namespace

void read_environment(MapReader environment, ControllerSettings& controller) {
  EnvironmentSettings& settings = controller.environment;
  read_actions(environment, settings.actions);
  environment.choices("state", settings.state,
                      Words<Feature>{{"replicas", Feature::kReplicas},
                                     {"load", Feature::kLoad},
                                     {"cpu", Feature::kCpu},
                                     {"ram", Feature::kRam}});
  read_bins(environment.section("bins"), settings.bins);
  read_reward(environment.section("reward"), settings.reward);
  read_episode(environment.section("episode"), controller.interval, settings.episode);
  read_delay(environment, "startup", controller.interval, settings.startup);
  read_delay(environment, "lag", controller.interval, settings.lag);
}

bool table_is_too_large(const ControllerSettings& settings) {
  return has_state_table(settings.agent, settings.environment.reward) &&
         table_cells(settings.environment, settings.replicas) > kMostTableCells;
}

void check_table_size(const MapReader& environment, const ControllerSettings& controller) {
  if (table_is_too_large(controller)) {
    environment.error("bins",
                      "make a table of more than the 4 million cells that skep allows; use fewer "
                      "bins, a larger load_ratio, a smaller max_step or fewer features in state");
  }
}

void read_guard(MapReader guard, ControllerSettings& controller) {
  GuardSettings& settings = controller.guard;
  guard.number("panic_cpu", settings.panic_cpu_percent, kPercent);
  guard.number("ram_limit", settings.ram_limit_percent, kPercent);
  guard.duration("scale_in_stabilization", settings.scale_in_stabilization, 0s);
  guard.boolean("act_only_over_threshold", settings.act_only_over_threshold);
  guard.boolean("scale_in_over_limit", settings.scale_in_over_limit);
  const double limit = controller.environment.reward.limits.cpu_percent;
  if (settings.panic_cpu_percent > 0 && settings.panic_cpu_percent <= limit) {
    guard.error("panic_cpu", "is " + number_as_text(settings.panic_cpu_percent) +
                                 ", not above environment.reward.limits.cpu, which is " +
                                 number_as_text(limit) +
                                 "; raise it, lower the limit, or write 0 to turn it off");
  }
}

}  // namespace skep
