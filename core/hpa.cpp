#include "core/hpa.hpp"

#include <algorithm>
#include <cmath>

namespace skep {

Hpa::Hpa(const HpaSettings& settings, int max_replicas)
    : settings_(settings),
      max_replicas_(max_replicas),
      falling_(static_cast<std::size_t>(settings.window) + 1) {}

int Hpa::decide(const Sight& sight) {
  const double ratio = sight.load / sight.seen_replicas / settings_.target;
  int want = sight.replicas;
  if (std::abs(ratio - 1) > settings_.tolerance) {
    // 1e-9 forgives the rounding of the division: 1.8 / 0.6 is 3 replicas, not 4.
    const double exact = std::ceil(sight.load / settings_.target - 1e-9);
    want = static_cast<int>(std::clamp(exact, 1.0, static_cast<double>(max_replicas_)));
  }
  const int largest = largest_of_window(want);
  if (want > sight.replicas) {
    return std::min(want, sight.replicas + std::max(sight.replicas, 4));
  }
  return std::min(sight.replicas, largest);
}

int Hpa::largest_of_window(int want) {
  const std::size_t room = falling_.size();
  while (size_ > 0 && falling_[(front_ + size_ - 1) % room].count <= want) {
    --size_;
  }
  if (size_ > 0 && falling_[front_].decision + room <= decision_) {
    front_ = (front_ + 1) % room;
    --size_;
  }
  falling_[(front_ + size_) % room] = {decision_, want};
  ++size_;
  ++decision_;
  return falling_[front_].count;
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
