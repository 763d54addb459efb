#include "config/policy_name.hpp"

namespace skep {

const Words<PolicyType>& policy_names() {
  static const Words<PolicyType> names{{"mixture", PolicyType::kMixture},
                                       {"q_learning", PolicyType::kQLearning},
                                       {"dyna_q", PolicyType::kDynaQ},
                                       {"model_based", PolicyType::kModelBased},
                                       {"target_tracking", PolicyType::kTargetTracking},
                                       {"thresholds", PolicyType::kThresholds},
                                       {"static", PolicyType::kStatic}};
  return names;
}

std::string policy_name(PolicyType policy) {
  for (const auto& [name, type] : policy_names()) {
    if (type == policy) return std::string(name);
  }
  return {};
}

}  // namespace skep
