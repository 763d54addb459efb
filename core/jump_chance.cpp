#include "core/jump_chance.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace skep {
namespace {

constexpr double kFirstShare = 0.001;
constexpr double kRate = 0.002;      // of the share
constexpr double kMostShare = 0.05;  // what comes more often is no jump
constexpr double kGrowth = 0.02;     // how much more each jump counts than the last one
constexpr double kPriorJumps = 2;    // that the prior of the sizes counts for
constexpr double kPriorScale = 0.5;  // of that prior, a Laplace distribution, in log load
constexpr int kKernel = 4;
/// A smaller load counts as this one (in replicas' worth): how often it is multiplied when it comes
/// out of nothing says nothing of a load that is there.
constexpr double kIdle = 0.25;

std::array<float, FadingHistogram::kBins> prior() {
  std::array<float, FadingHistogram::kBins> counts{};
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    const double step = (static_cast<double>(bin) - JumpChance::kMiddle) * JumpChance::kWidth;
    const double density = std::exp(-std::abs(step) / kPriorScale) / (2 * kPriorScale);
    counts[bin] = static_cast<float>(kPriorJumps * JumpChance::kWidth * density);
  }
  return counts;
}

}  // namespace

JumpChance::JumpChance() : share_(kFirstShare), sizes_(prior(), 0, kKernel) {}

double JumpChance::see(double before, double load, double density) {
  const double step = std::log(std::max(load, kIdle) / std::max(before, kIdle));
  const std::size_t bin = FadingHistogram::bin_of(step / kWidth + kMiddle);
  const double jump = share_ * sizes_.probability(bin) / kWidth;
  const double jumped = jump / (jump + (1 - share_) * density);
  const double rare = 1 - share_ / kMostShare;
  share_ = std::min(kMostShare, share_ + kRate * (jumped - share_));
  sizes_.fade(1 + kGrowth * jumped);
  sizes_.add(bin, jumped);
  return jumped * rare;
}

void JumpChance::save(std::vector<float>& values) const {
  values.push_back(static_cast<float>(share_));
  sizes_.save(values);
}

bool JumpChance::restore(std::span<const float> values) {
  share_ = std::clamp(static_cast<double>(values[0]), 0.0, kMostShare);
  return sizes_.restore(values.subspan(1));
}

}  // namespace skep
