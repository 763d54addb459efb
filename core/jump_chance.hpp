// How often the load jumps, and how far. The other parts of a forecast compete by what the last
// ticks were like, and the steps that they know end at a few times the usual one: what comes once
// in hundreds of ticks would be forgotten, or too small, when it comes again.
#pragma once

#include "core/fading_histogram.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace skep {

class JumpChance {
 public:
  static constexpr double kWidth = 0.05;  ///< of a bin of sizes(), in log load
  static constexpr std::size_t kMiddle = FadingHistogram::kBins / 2;  ///< the bin of no step

  JumpChance();

  /// Learns from the step from `before` to `load` (both >= 0, in replicas' worth), to which the
  /// rest of the forecast gave `density` (> 0, per unit of log load). Returns how far it is a jump,
  /// from 0 to 1: the more often they come, the less a step can be one.
  double see(double before, double load, double density);
  /// Of a step that is not an exact repetition, in [0, 0.05].
  double get() const { return share_; }
  /// The steps of the log load that were jumps.
  const FadingHistogram& sizes() const { return sizes_; }

  static constexpr std::size_t kSaved = 1 + FadingHistogram::kBins;
  void save(std::vector<float>& values) const;
  /// Takes kSaved `values`; false when they are none of save's.
  bool restore(std::span<const float> values);

 private:
  double share_;
  FadingHistogram sizes_;
};

}  // namespace skep
