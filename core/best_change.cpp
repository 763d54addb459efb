#include "core/best_change.hpp"

#include "core/guard.hpp"

#include <algorithm>
#include <limits>

namespace skep {
namespace {

/// Where a load makes n replicas panic, the guard has the last word.
void best_in_panic(const ImaginedService& service, std::span<const float> loads,
                   const CostsOfCounts& costs, std::span<float> best) {
  const std::size_t rows = loads.size();
  const auto added = static_cast<float>(service.weights.adaptation);
  for (int n = 1; n <= service.max_replicas; ++n) {
    const auto from = std::lower_bound(loads.begin(), loads.end(),
                                       static_cast<float>(service.panic_utilization * n));
    auto row = static_cast<std::size_t>(from - loads.begin());
    if (row == rows) {
      return;  // more replicas do not panic either
    }
    float* const to = &best[static_cast<std::size_t>(n - 1) * rows];
    while (row < rows) {
      const auto load = static_cast<double>(loads[row]);
      const std::size_t end = load < n ? row + 1 : rows;  // fully used is fully used
      const ImaginedService::Reach reach = service.reach(n, load, n);
      if (reach.least == n) {  // there is no room
        std::copy(&costs.kept[static_cast<std::size_t>(n - 1) * rows + row],
                  &costs.kept[static_cast<std::size_t>(n - 1) * rows] + end, to + row);
      } else {
        std::fill(to + row, to + end, std::numeric_limits<float>::max());
      }
      for (int m = std::max(reach.least, n + 1); m <= reach.most; ++m) {
        const float* const moved = &costs.moved[static_cast<std::size_t>(m - 1) * rows];
        for (std::size_t i = row; i < end; ++i) {
          to[i] = std::min(to[i], moved[i] + added);
        }
      }
      row = end;
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
  // The first of the passes begins with no change.
  const std::size_t last = size - rows;
  for (std::size_t i = 0; i < last; ++i) {
    to[i] = std::min(kept[i], moved[i + rows] + added);
  }
  std::copy(kept + last, kept + size, to + last);
  for (std::size_t i = rows; i < size; ++i) {
    to[i] = std::min(to[i], moved[i - rows] + added);
  }
  const std::size_t farthest = std::min(static_cast<std::size_t>(service.max_step) * rows, last);
  for (std::size_t away = 2 * rows; away <= farthest; away += rows) {
    for (std::size_t i = 0; i < size - away; ++i) {
      to[i] = std::min(to[i], moved[i + away] + added);
    }
    for (std::size_t i = away; i < size; ++i) {
      to[i] = std::min(to[i], moved[i - away] + added);
    }
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
