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

/// Each cost becomes the least of its own and of those of the next counts, `counts` in all. A
/// window of twice the width is two that touch or overlap, so even a long one takes few passes.
void take_least_above(std::span<float> costs, std::size_t rows, std::size_t counts) {
  for (std::size_t width = 1; width < counts;) {
    const std::size_t more = std::min(width, counts - width);
    for (std::size_t i = 0; i + more * rows < costs.size(); ++i) {
      costs[i] = std::min(costs[i], costs[i + more * rows]);
    }
    width += more;
  }
}

/// The same of the counts before.
void take_least_below(std::span<float> costs, std::size_t rows, std::size_t counts) {
  for (std::size_t width = 1; width < counts;) {
    const std::size_t more = std::min(width, counts - width);
    for (std::size_t i = costs.size(); i-- > more * rows;) {
      costs[i] = std::min(costs[i], costs[i - more * rows]);
    }
    width += more;
  }
}

}  // namespace

void best_after_change(const ImaginedService& service, std::span<const float> loads,
                       const CostsOfCounts& costs, std::span<float> best) {
  const auto added = static_cast<float>(service.weights.adaptation);
  const std::size_t rows = loads.size();
  const std::size_t size = best.size();
  const std::size_t steps = std::min(static_cast<std::size_t>(service.max_step), size / rows - 1);
  std::vector<float> least_up;
  std::vector<float> least_down;
  const float* up = costs.moved.data();
  const float* down = up;
  if (steps > 1) {
    least_up.assign(costs.moved.begin(), costs.moved.end());
    least_down = least_up;
    take_least_above(least_up, rows, steps);
    take_least_below(least_down, rows, steps);
    up = least_up.data();
    down = least_down.data();
  }
  const float* const kept = costs.kept.data();
  float* const to = best.data();
  if (steps == 0) {  // there is one count only
    std::copy(kept, kept + size, to);
  } else {
    for (std::size_t i = 0; i < rows; ++i) {
      to[i] = std::min(kept[i], up[i + rows] + added);
    }
    for (std::size_t i = rows; i < size - rows; ++i) {
      to[i] = std::min(kept[i], std::min(down[i - rows], up[i + rows]) + added);
    }
    for (std::size_t i = size - rows; i < size; ++i) {
      to[i] = std::min(kept[i], down[i - rows] + added);
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
