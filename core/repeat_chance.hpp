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
    const double rate = 1 / (steps_ + kPriorSteps);
    slow_ += std::max(kSlow, rate) * ((same ? 1 : 0) - slow_);
    fast_ += std::max(kFast, rate) * ((same ? 1 : 0) - fast_);
    return same;
  }
  /// In [0, 1]. A load that stood still for long and moves again is soon believed to move.
  double get() const { return std::min(slow_, fast_); }

  static constexpr std::size_t kSaved = 3;
  void save(std::vector<float>& values) const {
    for (const double value : {steps_, slow_, fast_}) {
      values.push_back(static_cast<float>(value));
    }
  }
  /// Takes kSaved `values`.
  void restore(std::span<const float> values) {
    steps_ = std::max(0.0, static_cast<double>(values[0]));
    slow_ = std::clamp(static_cast<double>(values[1]), 0.0, 1.0);
    fast_ = std::clamp(static_cast<double>(values[2]), 0.0, 1.0);
  }

 private:
  static constexpr double kRounding = 1e-9;
  static constexpr double kSlow = 0.01;  ///< the least rates of the two averages
  static constexpr double kFast = 0.05;
  static constexpr double kPriorSteps = 20;  ///< that were none

  double steps_ = 0;
  double slow_ = 0;
  double fast_ = 0;
};

}  // namespace skep
