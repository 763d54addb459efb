#include "core/clairvoyant.hpp"

#include <algorithm>
#include <cstdint>

namespace skep {

std::vector<int> clairvoyant(const ClairvoyantProblem& problem) {
  if (problem.ticks == 0) {
    return {};
  }
  const auto counts = static_cast<std::size_t>(problem.max_replicas);
  const auto at = [counts](std::size_t tick, int replicas) {
    return tick * counts + static_cast<std::size_t>(replicas - 1);
  };
  // After `tick` with `replicas`: what the rest costs at best, and the count that begins it.
  std::vector<double> rest(counts, 0);
  std::vector<double> arriving(counts, 0);
  std::vector<std::int16_t> next(problem.ticks * counts);
  for (std::size_t tick = problem.ticks - 1; tick > 0; --tick) {
    const double price = problem.change(tick);
    for (int n = 1; n <= problem.max_replicas; ++n) {
      arriving[at(0, n)] = problem.holding(tick, n) + rest[at(0, n)];
    }
    for (int n = 1; n <= problem.max_replicas; ++n) {
      int best = n;
      double best_cost = arriving[at(0, n)];
      const int last = std::min(problem.max_replicas, n + problem.max_step);
      for (int m = std::max(1, n - problem.max_step); m <= last; ++m) {
        const double cost = arriving[at(0, m)] + price;
        if (m != n && cost < best_cost) {
          best = m;
          best_cost = cost;
        }
      }
      rest[at(0, n)] = best_cost;
      next[at(tick - 1, n)] = static_cast<std::int16_t>(best);
    }
  }
  std::vector<int> replicas(problem.ticks, problem.start);
  for (std::size_t tick = 1; tick < problem.ticks; ++tick) {
    replicas[tick] = next[at(tick - 1, replicas[tick - 1])];
  }
  return replicas;
}

}  // namespace skep
