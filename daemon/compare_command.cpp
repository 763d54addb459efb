#include "daemon/compare_command.hpp"

#include "daemon/compare_rossi.hpp"
#include "daemon/compare_suite.hpp"

#include <algorithm>

namespace skep {

const std::vector<ComparedPolicy>& compared_policies() {
  static const std::vector<ComparedPolicy> policies{
      {"q_learning", PolicyType::kQLearning, true},
      {"target_tracking", PolicyType::kTargetTracking, false},
      {"thresholds", PolicyType::kThresholds, false},
      {"static", PolicyType::kStatic, false}};
  return policies;
}

int run_compare(const CompareOptions& options) {
  const std::vector<std::string> by_default{"q_learning", "target_tracking", "thresholds"};
  const std::vector<std::string>& names = options.policies.empty() ? by_default : options.policies;
  std::vector<ComparedPolicy> policies;
  for (const ComparedPolicy& policy : compared_policies()) {
    if (std::find(names.begin(), names.end(), policy.name) != names.end()) {
      policies.push_back(policy);
    }
  }
  return options.benchmark == "rossi" ? compare_rossi(options, policies)
                                      : compare_suite(options, policies);
}

}  // namespace skep
