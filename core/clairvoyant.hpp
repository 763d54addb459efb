// The best replica counts there are for somebody who knows the whole trace: dynamic programming
// backwards from its end. No policy can do better; it is what regret is measured against.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace skep {

struct ClairvoyantProblem {
  std::size_t ticks = 0;
  int max_replicas = 10;
  int start = 1;  ///< replicas at tick 0
  int max_step = 1;
  /// The cost of having `replicas` at `tick`.
  std::function<double(std::size_t tick, int replicas)> holding;
  /// The cost of another count at `tick` than at the one before, whatever the size.
  std::function<double(std::size_t tick)> change;
};

/// The replicas at each tick of a cheapest way through; of several, the one that changes less.
std::vector<int> clairvoyant(const ClairvoyantProblem& problem);

}  // namespace skep
