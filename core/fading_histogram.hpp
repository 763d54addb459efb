// A histogram whose old counts fade. Nothing is multiplied to fade it: what is new counts more
// instead, and both are brought back to scale now and then. The sums from a bin on are kept up to
// date, since that is what forecasts read.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace skep {

class FadingHistogram {
 public:
  static constexpr std::size_t kBins = 161;
  static constexpr int kMostKernel = 4;

  /// Begins with `prior` (>= 0, not all 0) in its bins, which fades, and with `floor` (>= 0) in
  /// each bin, which stays. What is added counts in `kernel` (0 to kMostKernel) bins to each side
  /// too, falling linearly.
  FadingHistogram(const std::array<float, kBins>& prior, double floor, int kernel);

  /// The bin at `place`, where bin 0 is centred at 0; the first or last when it is outside.
  static std::size_t bin_of(double place) {
    return static_cast<std::size_t>(
        static_cast<int>(std::clamp(place, 0.0, static_cast<double>(kBins - 1)) + 0.5));
  }
  /// Share of the counts in `bin`.
  double probability(std::size_t bin) const {
    return (static_cast<double>(counts_[bin]) + floor_ * unit_) / total();
  }

  /// Fades what is there to 1 / `growth`, which is at least 1.
  void fade(double growth) {
    unit_ *= growth;
    if (unit_ > kLargestUnit) {
      settle();
    }
  }
  void add(std::size_t bin, double weight);

  /// How the share above a place is read: (tails()[i] + tail_floor() * (kBins - i)) / total() at
  /// the lower edge of bin i, and on a straight line between.
  std::span<const float, kBins + 2> tails() const { return std::span(tails_).first<kBins + 2>(); }
  double tail_floor() const { return floor_ * unit_; }
  double total() const { return static_cast<double>(tails_[0]) + kBins * floor_ * unit_; }

  /// The fading counts.
  void save(std::vector<float>& values) const;
  /// Takes kBins `values`; false when they are no counts.
  bool restore(std::span<const float> values);

 private:
  static constexpr double kLargestUnit = 1e6;
  static constexpr std::size_t kKernel = 2 * kMostKernel + 1;
  static constexpr std::size_t kBlock = 8;  ///< sums that are brought up to date at a time

  void settle();
  void sum_up();

  double floor_;
  double unit_ = 1;  ///< what one new count is in counts_
  std::array<float, kKernel> kernel_{};
  std::array<float, kBlock + kKernel + kBlock> kernel_tails_{};  ///< its sums, from a block before
  std::array<float, kBins> counts_;
  std::array<float, kBins + kBlock> tails_{};  ///< sums of the counts from a bin on
};

}  // namespace skep
