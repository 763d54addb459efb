#include "config/policy_name.hpp"
#include "config/read_settings.hpp"

#include <algorithm>

namespace skep {
namespace {

bool is_map_or_absent(const YamlNode* node) {
  return node == nullptr || node->kind == YamlNode::Kind::kMap ||
         node->kind == YamlNode::Kind::kNull;
}

void read_alpha(MapReader& agent, LearningRateSettings& settings) {
  constexpr NumberRange kRate{0, 1, false};
  if (!is_map_or_absent(agent.node("alpha"))) {
    double constant = settings.start;
    agent.number("alpha", constant, kRate);
    settings = {constant, constant, 0};
    return;
  }
  MapReader alpha = agent.section("alpha");
  alpha.number("start", settings.start, kRate);
  if (!alpha.has("min")) {
    settings.min = std::min(settings.min, settings.start);
  }
  alpha.number("min", settings.min, kRate);
  alpha.number("visits_power", settings.visits_power, kFraction);
  if (settings.min > settings.start) {
    alpha.error("min", "is " + number_as_text(settings.min) + ", above start, which is " +
                           number_as_text(settings.start) + "; make min at most start");
  }
}

void read_epsilon(MapReader& agent, ExplorationSettings& settings) {
  if (!is_map_or_absent(agent.node("epsilon"))) {
    double constant = settings.start;
    agent.number("epsilon", constant, kFraction);
    settings = {constant, constant, 1};
    return;
  }
  MapReader epsilon = agent.section("epsilon");
  epsilon.number("start", settings.start, kFraction);
  epsilon.number("end", settings.end, kFraction);
  epsilon.number("decay", settings.decay, kFraction);
  if (settings.end > settings.start) {
    epsilon.error("end", "is " + number_as_text(settings.end) + ", above start, which is " +
                             number_as_text(settings.start) + "; make end at most start");
  }
}

void read_prior(MapReader& agent, PriorSettings& settings) {
  const Words<PriorType> types{{"zero", PriorType::kZero},
                               {"target_tracking", PriorType::kTargetTracking}};
  if (!is_map_or_absent(agent.node("prior"))) {
    agent.choice("prior", settings.type, types);
    return;
  }
  MapReader prior = agent.section("prior");
  prior.choice("type", settings.type, types);
  prior.number("visits", settings.visits, {0, 1e6});
}

void read_rules(MapReader direction, ScalingRules& settings) {
  constexpr int kLargestValue = 1'000'000;
  constexpr Duration kShortestPeriod = 1ms;
  std::vector<RatePolicy> policies;
  for (MapReader& reader : direction.sections(
           "policies", "rate, as in [{type: percent, value: 100, period: 15s}]", "type")) {
    RatePolicy policy;
    reader.require("type", "type: percent");
    reader.choice(
        "type", policy.type,
        Words<RateType>{{"replicas", RateType::kReplicas}, {"percent", RateType::kPercentage}});
    reader.require("value", "value: 4");
    reader.integer("value", policy.value, 1, kLargestValue);
    reader.require("period", "period: 15s");
    reader.duration("period", policy.period, kShortestPeriod);
    policies.push_back(policy);
  }
  if (!policies.empty()) {
    settings.policies = std::move(policies);
  }
  direction.choice("select", settings.select,
                   Words<SelectPolicy>{{"max", SelectPolicy::kMax},
                                       {"min", SelectPolicy::kMin},
                                       {"disabled", SelectPolicy::kDisabled}});
}

void read_target(MapReader target, TargetSettings& settings) {
  target.number("cpu", settings.cpu_percent, kPositivePercent);
  target.number("tolerance", settings.tolerance, {0, 1, true, false});
  MapReader stabilization = target.section("stabilization");
  stabilization.duration("scale_out", settings.scale_out_stabilization, 0s);
  stabilization.duration("scale_in", settings.scale_in_stabilization, 0s);
  read_rules(target.section("scale_out"), settings.scale_out);
  read_rules(target.section("scale_in"), settings.scale_in);
}

}  // namespace

void read_agent(MapReader agent, ControllerSettings& controller) {
  AgentSettings& settings = controller.agent;
  agent.choice("policy", settings.policy, policy_names());
  read_alpha(agent, settings.alpha);
  agent.number("gamma", settings.gamma, {0, 1, true, false});
  read_epsilon(agent, settings.epsilon);
  agent.integer("planning_steps", settings.planning_steps, 0, 10'000);
  read_prior(agent, settings.prior);
  agent.choice(
      "updates", settings.updates,
      Words<Updates>{{"counterfactual", Updates::kCounterfactual}, {"factual", Updates::kFactual}});
  agent.boolean("shadow", settings.shadow);
  read_target(agent.section("target"), settings.target);
  const RewardSettings& reward = controller.environment.reward;
  if (reward.type == RewardType::kThresholds && settings.policy == PolicyType::kMixture) {
    agent.warning("policy",
                  "judges by the weights and limits of the reward type slo, so "
                  "environment.reward.type thresholds has no effect on it; take the policy "
                  "q_learning with updates factual, or the type slo");
  }
  if (reward.type == RewardType::kSlo && settings.target.cpu_percent > reward.limits.cpu_percent) {
    agent.section("target").warning(
        "cpu", "is " + number_as_text(settings.target.cpu_percent) +
                   ", above environment.reward.limits.cpu, which is " +
                   number_as_text(reward.limits.cpu_percent) +
                   ": it aims at what the reward punishes; lower it, or raise the limit");
  }
}

}  // namespace skep
