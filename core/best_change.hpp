// What the best change is worth, where the costs to come of every count are known.
#pragma once

#include "core/imagined_service.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace skep {

/// The costs to come of having 1 to max replicas for some loads: of n replicas and load i at
/// (n - 1) * loads + i.
struct CostsOfCounts {
  std::span<const float> kept;   ///< of a count that was there before
  std::span<const float> moved;  ///< of one that was just changed to, without the price of that;
                                 ///< the same values where there is no cooldown
};

/// best = the costs to come with the best change that the guard allows, laid out as the others:
/// nothing, or another count at most a step away; in a panic, one that it asks for. `loads` rise.
/// Fewer replicas over the limit, which the guard may forbid, are left in: more violations are
/// hardly ever the best.
void best_after_change(const ImaginedService& service, std::span<const float> loads,
                       const CostsOfCounts& costs, std::span<float> best);

/// The costs to come with each count, discounted by `discount` per tick, while the load stays at
/// one of `loads` (rising) for ever and every change is the best one: value iteration without a
/// cooldown. Laid out as CostsOfCounts.
std::vector<float> steady_values(const ImaginedService& service, std::span<const double> loads,
                                 double discount);

/// The count to go to from `replicas` under `load`: of those that the guard allows the cheapest by
/// the costs to come; of equal ones no change, and then the smallest.
template <class Value>
int cheapest(const ImaginedService& service, double load, std::span<const Value> kept,
             std::span<const Value> moved, int replicas) {
  const ImaginedService::Reach reach = service.reach(replicas, load, replicas);
  const auto cost = [&](int n) {
    const auto at = static_cast<std::size_t>(n - 1);
    return n == replicas ? static_cast<double>(kept[at])
                         : static_cast<double>(moved[at]) + service.weights.adaptation;
  };
  int best = std::clamp(replicas, reach.least, reach.most);
  double least = cost(best);
  for (int n = reach.least; n <= reach.most; ++n) {
    if (cost(n) < least - 1e-12) {
      least = cost(n);
      best = n;
    }
  }
  return best;
}

}  // namespace skep
