#include "core/demand.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kFading = 0.99;  // per tick: about the last hundred count

}  // namespace

SeenLoad Demand::see(const Metrics& metrics) {
  const double used = std::min(metrics.load(), kMost);
  const bool asked = metrics.demand && *metrics.demand > 0;
  if (metrics.cpu_percent < kHiddenFromPercent) {
    if (asked) {
      used_ = kFading * used_ + used;
      asked_ = kFading * asked_ + *metrics.demand;
    }
    return {used};
  }
  if (asked && asked_ > 0) {
    return {std::clamp(*metrics.demand * used_ / asked_, used, kMost)};
  }
  return {used, true};
}

bool Demand::restore(double used, double asked) {
  if (!(used >= 0) || !(asked >= 0) || !std::isfinite(used) || !std::isfinite(asked)) {
    return false;
  }
  used_ = used;
  asked_ = asked;
  return true;
}

}  // namespace skep
