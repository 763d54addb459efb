#include "daemon/policy_name.hpp"

namespace skep {

const char* policy_name(PolicyType policy) {
  switch (policy) {
    case PolicyType::kQLearning:
      return "q_learning";
    case PolicyType::kMixture:
      return "mixture";
    case PolicyType::kDynaQ:
      return "dyna_q";
    case PolicyType::kModelBased:
      return "model_based";
    case PolicyType::kTargetTracking:
      return "target_tracking";
    case PolicyType::kThresholds:
      return "thresholds";
    case PolicyType::kStatic:
      return "static";
  }
  return "";
}

}  // namespace skep
