#include "core/best_change.hpp"

#include <algorithm>

namespace skep {
namespace {

/// Where a load makes n replicas panic, the guard has the last word. Every panic counts as one at
/// full use, which asks for the most.
void best_in_panic(const ImaginedService& service, std::span<const float> loads,
                   const CostsOfCounts& costs, std::span<float> best) {
  const std::size_t rows = loads.size();
  const auto added = static_cast<float>(service.weights.adaptation);
  const auto panic = static_cast<float>(service.panic_utilization);
  std::size_t first = 0;  // row that panics
  for (int n = 1; n <= service.max_replicas; ++n) {
    while (first < rows && loads[first] < panic * static_cast<float>(n)) {
      ++first;
    }
    if (first == rows) {
      return;  // nor do more replicas panic
    }
    const ImaginedService::Reach reach = service.reach_in_panic(n);
    float* const to = &best[static_cast<std::size_t>(n - 1) * rows];
    const auto at = [rows](int m) { return static_cast<std::size_t>(m - 1) * rows; };
    if (reach.least == n) {  // there is no room
      std::copy(&costs.kept[at(n) + first], &costs.kept[at(n)] + rows, to + first);
      return;
    }
    for (std::size_t i = first; i < rows; ++i) {
      to[i] = costs.moved[at(reach.least) + i] + added;
    }
    for (int m = reach.least + 1; m <= reach.most; ++m) {
      const float* const moved = &costs.moved[at(m)];
      for (std::size_t i = first; i < rows; ++i) {
        to[i] = std::min(to[i], moved[i] + added);
      }
    }
  }
}

}  // namespace

void best_after_change(const ImaginedService& service, std::span<const float> loads,
                       const CostsOfCounts& costs, std::span<float> best) {
  const auto added = static_cast<float>(service.weights.adaptation);
  const std::size_t rows = loads.size();
  const float* const kept = costs.kept.data();
  const float* const moved = costs.moved.data();
  float* const to = best.data();
  const std::size_t size = best.size();
  const std::size_t farthest =
      std::min(static_cast<std::size_t>(service.max_step) * rows, size - rows);
  if (farthest == 0) {  // there is one count only
    std::copy(kept, kept + size, to);
  }
  const float* from = kept;  // the first of the passes begins with no change
  for (std::size_t away = rows; away <= farthest; away += rows) {
    const std::size_t up_only = std::min(away, size - away);
    for (std::size_t i = 0; i < up_only; ++i) {
      to[i] = std::min(from[i], moved[i + away] + added);
    }
    for (std::size_t i = up_only; i < away; ++i) {  // nothing is so far away
      to[i] = from[i];
    }
    for (std::size_t i = away; i < size - away; ++i) {
      to[i] = std::min(from[i], std::min(moved[i - away], moved[i + away]) + added);
    }
    for (std::size_t i = std::max(away, size - away); i < size; ++i) {
      to[i] = std::min(from[i], moved[i - away] + added);
    }
    from = to;
  }
  if (service.panic_utilization > 0 &&
      static_cast<double>(loads.back()) >= service.panic_utilization) {
    best_in_panic(service, loads, costs, best);
  }
}

std::vector<float> steady_values(const ImaginedService& service, std::span<const double> loads,
                                 double discount) {
  std::vector<float> costs;
  for (int n = 1; n <= service.max_replicas; ++n) {
    for (const double load : loads) {
      costs.push_back(static_cast<float>(service.weights.performance * service.violation(load, n) +
                                         service.price_of_replicas(n)));
    }
  }
  const std::vector<float> rows(loads.begin(), loads.end());
  std::vector<float> values(costs.size());
  std::vector<float> best(costs.size());
  constexpr int kSweeps = 600;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    best_after_change(service, rows, {values, values}, best);
    for (std::size_t i = 0; i < costs.size(); ++i) {
      values[i] = costs[i] + static_cast<float>(discount) * best[i];
    }
  }
  return values;
}

}  // namespace skep
