#include "core/near_rows.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kPooling = 0.15;  // log load at which a row learns 1/e of what is seen

}  // namespace

NearRows near_rows(const LoadBins& bins, double before, double after) {
  constexpr double kWidth = LoadBins::kWidth;
  constexpr double kLeast = LoadBins::kLowest;  // a load near 0 must not make huge ratios
  constexpr double kBelow = NearRows::kCount / 2 - 1;
  NearRows near;
  const double place = bins.place(before);
  const double most = static_cast<double>(bins.count() - NearRows::kCount);
  const double first = std::clamp(std::floor(place) - kBelow, 0.0, most);
  near.first = static_cast<std::size_t>(first);
  constexpr double kFalling = kWidth / kPooling;
  static const double step = std::exp(kFalling);
  double rising = std::exp((first - place) * kFalling);
  double falling = 1 / rising;
  for (float& row : near.nearness) {
    row = static_cast<float>(std::min(rising, falling));
    rising *= step;
    falling /= step;
  }
  near.next_place = first + std::log(std::max(after, kLeast) / std::max(before, kLeast)) / kWidth;
  static const double growth = std::exp(kWidth);
  double next_load = kLeast * std::exp(near.next_place * kWidth);
  for (float& next : near.next_loads) {
    next = static_cast<float>(next_load);
    next_load *= growth;
  }
  return near;
}

}  // namespace skep
