#include "core/hpa.hpp"

#include "core/target_tracking.hpp"

#include <algorithm>
#include <cmath>

namespace skep {

Hpa::Hpa(const HpaSettings& settings, int max_replicas)
    : settings_(settings), max_replicas_(max_replicas), largest_(Duration(settings.window)) {}

int Hpa::decide(const Sight& sight) {
  const double ratio = sight.load / sight.seen_replicas / settings_.target;
  int want = sight.replicas;
  if (std::abs(ratio - 1) > settings_.tolerance) {
    want = std::min(replicas_for(sight.load, settings_.target), max_replicas_);
  }
  const int largest = largest_.add(want, TimePoint(Duration(decision_++)));
  if (want > sight.replicas) {
    return std::min(want, sight.replicas + std::max(sight.replicas, 4));
  }
  return std::min(sight.replicas, largest);
}

std::vector<HpaSettings> hpa_grid() {
  std::vector<HpaSettings> grid;
  for (const double tolerance : {0.0, 0.05, 0.1}) {
    for (int step = 0; step <= 20; ++step) {
      for (const int window : {0, 2, 5, 10, 20, 60}) {
        grid.push_back({0.30 + 0.025 * step, tolerance, window});
      }
    }
  }
  return grid;
}

}  // namespace skep
