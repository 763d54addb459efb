// One count from what many policies want, each with its weight.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>

namespace skep {

/// The weighted median of the counts, of which n has the weight `weight_of[n]` (>= 0, not all 0);
/// but `now`, unless more than `needed_share` (in [0.5, 1)) of the weight wants more, or less, than
/// it.
inline int weighted_choice(std::span<const double> weight_of, int now, double needed_share) {
  const auto middle = weight_of.begin() + now;
  const double fewer = std::accumulate(weight_of.begin(), middle, 0.0);
  const double more = std::accumulate(middle + 1, weight_of.end(), 0.0);
  const double all = fewer + *middle + more;
  if (std::max(fewer, more) <= needed_share * all) {
    return now;
  }
  double below = 0;
  std::size_t n = 0;
  while (n + 1 < weight_of.size() && (below += weight_of[n]) < all / 2) {
    ++n;
  }
  return static_cast<int>(n);
}

}  // namespace skep
