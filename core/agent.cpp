#include "core/agent.hpp"

#include "core/autoscale_env.hpp"
#include "core/counterfactual_agent.hpp"
#include "core/lookahead_learner.hpp"
#include "core/mixture.hpp"
#include "core/model_based.hpp"
#include "core/q_learning.hpp"
#include "core/rule_policies.hpp"
#include "core/target_tracking.hpp"

namespace skep {

std::unique_ptr<Agent> make_agent(const ControllerSettings& settings, const AutoscaleEnv& env) {
  switch (settings.agent.policy) {
    case PolicyType::kQLearning:
      if (settings.agent.updates == Updates::kCounterfactual &&
          settings.environment.reward.type == RewardType::kSlo) {
        return std::make_unique<CounterfactualAgent>(settings, env, [settings] {
          return std::make_unique<LookaheadLearner>(ImaginedService(settings),
                                                    settings.agent.gamma);
        });
      }
      return std::make_unique<QLearningAgent>(settings, env);
    case PolicyType::kMixture:
      return std::make_unique<CounterfactualAgent>(settings, env, [settings] {
        return std::make_unique<Mixture>(ImaginedService(settings));
      });
    case PolicyType::kDynaQ:
      return std::make_unique<QLearningAgent>(settings, env);
    case PolicyType::kModelBased:
      return std::make_unique<ModelBasedAgent>(settings, env);
    case PolicyType::kTargetTracking:
      return std::make_unique<TargetTrackingPolicy>(settings);
    case PolicyType::kThresholds:
      return std::make_unique<ThresholdPolicy>(settings, env);
    case PolicyType::kStatic:
      return std::make_unique<StaticPolicy>();
  }
  return nullptr;
}

}  // namespace skep
