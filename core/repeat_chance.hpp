// How often a load is exactly the one of before. A metric that is measured less often than it is
// read repeats itself, and a step of nothing at all says little about the size of the others.
//
// It is one chance for all ticks: whether the last tick was a repetition is not asked.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace skep {

class RepeatChance {
 public:
  /// Learns from the step from `before` to `load` (both >= 0), and says whether it was none.
  bool see(double before, double load) {
    const bool same = std::abs(load - before) <= kRounding * before;
    steps_ += 1;
    chance_ += std::max(kLeastRate, 1 / (steps_ + kPriorSteps)) * ((same ? 1 : 0) - chance_);
    return same;
  }
  /// In [0, 1).
  double get() const { return chance_; }

  static constexpr std::size_t kSaved = 2;
  void save(std::vector<float>& values) const {
    values.insert(values.end(), {static_cast<float>(steps_), static_cast<float>(chance_)});
  }
  /// Takes kSaved `values`.
  void restore(std::span<const float> values) {
    steps_ = static_cast<double>(values[0]);
    chance_ = std::clamp(static_cast<double>(values[1]), 0.0, 1.0);
  }

 private:
  static constexpr double kRounding = 1e-9;
  static constexpr double kLeastRate = 0.01;
  static constexpr double kPriorSteps = 20;  ///< that were none

  double steps_ = 0;
  double chance_ = 0;
};

}  // namespace skep
