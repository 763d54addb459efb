#include "core/fading_histogram.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kLargestUnit = 1e6;  // beyond it, the counts are brought back to scale

}  // namespace

FadingHistogram::FadingHistogram(const std::array<float, kBins>& prior, double floor, int kernel)
    : floor_(floor), kernel_size_(static_cast<std::size_t>(2 * kernel + 1)), counts_(prior) {
  for (int d = -kernel; d <= kernel; ++d) {
    kernel_[static_cast<std::size_t>(d + kernel)] = static_cast<float>(kernel + 1 - std::abs(d)) /
                                                    static_cast<float>((kernel + 1) * (kernel + 1));
  }
  sum_up();
}

std::size_t FadingHistogram::bin_of(double place) {
  return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(kBins - 1)) + 0.5);
}

void FadingHistogram::fade(double keep) {
  unit_ /= keep;
  if (unit_ > kLargestUnit) {
    settle();
  }
}

void FadingHistogram::add(std::size_t bin, double weight) {
  const auto mass = static_cast<float>(weight * unit_);
  const std::size_t reach = kernel_size_ / 2;
  for (std::size_t i = 0; i < kernel_size_; ++i) {
    const std::size_t at = bin + i < reach ? 0 : std::min(bin + i - reach, kBins - 1);
    counts_[at] += mass * kernel_[i];
  }
  const std::size_t first = bin < reach ? 0 : bin - reach;
  for (std::size_t i = 0; i < first; ++i) {
    tails_[i] += mass;
  }
  for (std::size_t i = std::min(bin + reach + 1, kBins); i-- > first;) {
    tails_[i] = tails_[i + 1] + counts_[i];
  }
}

void FadingHistogram::settle() {
  const auto scale = static_cast<float>(1 / unit_);
  for (float& count : counts_) {
    count *= scale;
  }
  unit_ = 1;
  sum_up();
}

void FadingHistogram::sum_up() {
  for (std::size_t i = kBins; i-- > 0;) {
    tails_[i] = tails_[i + 1] + counts_[i];
  }
}

void FadingHistogram::save(std::vector<float>& values) const {
  for (const float count : counts_) {
    values.push_back(static_cast<float>(static_cast<double>(count) / unit_));
  }
}

bool FadingHistogram::restore(std::span<const float> values) {
  for (std::size_t i = 0; i < kBins; ++i) {
    counts_[i] = std::max(0.0F, values[i]);
  }
  unit_ = 1;
  sum_up();
  return total() > 0;
}

}  // namespace skep
