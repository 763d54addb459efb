#include "daemon/policy_map.hpp"

#include <algorithm>

namespace skep {
namespace {

constexpr int kLoads = 60;
constexpr int kMostRows = 60;

}  // namespace

PolicyMap policy_map(const Controller& controller) {
  const ReplicaSettings& bounds = controller.settings().replicas;
  PolicyMap map;
  for (int i = 0; i <= kLoads; ++i) {
    map.loads.push_back(static_cast<double>(bounds.max) * i / kLoads);
  }
  const int every = 1 + (bounds.max - bounds.min) / kMostRows;
  for (int replicas = bounds.min; replicas <= bounds.max; replicas += every) {
    std::vector<int> row;
    for (const double load : map.loads) {
      const std::optional<int> wanted = controller.preferred(load, replicas);
      if (!wanted) return {};
      row.push_back(std::clamp(*wanted, bounds.min, bounds.max));
    }
    map.replicas.push_back(replicas);
    map.wanted.push_back(std::move(row));
  }
  return map;
}

}  // namespace skep
