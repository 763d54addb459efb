#include "core/near_rows.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kPooling = 0.15;  // log load at which a row learns 1/e of what is seen

/// ratio^0, ratio^1, ...
using Powers = std::array<double, NearRows::kCount>;
Powers powers(double ratio) {
  Powers powers;
  for (std::size_t i = 0; i < powers.size(); ++i) {
    powers[i] = std::pow(ratio, static_cast<double>(i));
  }
  return powers;
}

}  // namespace

NearRows near_rows(const LoadBins& bins, double before, double after) {
  constexpr double kWidth = LoadBins::kWidth;
  constexpr double kLeast = LoadBins::kLowest;  // a load near 0 must not make huge ratios
  constexpr double kBelow = NearRows::kCount / 2 - 1;
  constexpr double kFalling = kWidth / kPooling;
  static const Powers rising = powers(std::exp(kFalling));
  static const Powers falling = powers(std::exp(-kFalling));
  static const Powers growth = powers(std::exp(kWidth));
  NearRows near;
  near.place = bins.place(before);
  const double most = static_cast<double>(bins.count() - NearRows::kCount);
  const double first = std::clamp(std::floor(near.place) - kBelow, 0.0, most);
  near.first = static_cast<std::size_t>(first);
  near.next_place = first + std::log(std::max(after, kLeast) / std::max(before, kLeast)) / kWidth;
  const double nearness = std::exp((first - near.place) * kFalling);
  const double next_load = kLeast * std::exp(near.next_place * kWidth);
  for (std::size_t i = 0; i < NearRows::kCount; ++i) {
    near.nearness[i] = static_cast<float>(std::min(nearness * rising[i], falling[i] / nearness));
    near.next_loads[i] = static_cast<float>(next_load * growth[i]);
  }
  return near;
}

}  // namespace skep
