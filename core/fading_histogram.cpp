#include "core/fading_histogram.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
FadingHistogram::FadingHistogram(const std::array<float, kBins>& prior, double floor, int kernel)
    : floor_(floor), kernel_size_(static_cast<std::size_t>(2 * kernel + 1)), counts_(prior) {
  for (int d = -kernel; d <= kernel; ++d) {
    kernel_[static_cast<std::size_t>(d + kernel)] = static_cast<float>(kernel + 1 - std::abs(d)) /
                                                    static_cast<float>((kernel + 1) * (kernel + 1));
  }
  for (std::size_t i = kernel_size_; i-- > 0;) {
    kernel_tails_[i] = kernel_[i] + (i + 1 < kernel_size_ ? kernel_tails_[i + 1] : 0);
  }
  sum_up();
}

void FadingHistogram::add(std::size_t bin, double weight) {
  const auto mass = static_cast<float>(weight * unit_);
  const std::size_t reach = kernel_size_ / 2;
  if (bin < reach || bin + reach >= kBins) {
    for (std::size_t i = 0; i < kernel_size_; ++i) {
      counts_[std::min(std::max(bin + i, reach) - reach, kBins - 1)] += mass * kernel_[i];
    }
    sum_up();
    return;
  }
  const std::size_t first = bin - reach;
  for (std::size_t i = 0; i < first; ++i) {
    tails_[i] += mass;
  }
  for (std::size_t i = 0; i < kernel_size_; ++i) {
    counts_[first + i] += mass * kernel_[i];
    tails_[first + i] += mass * kernel_tails_[i];
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
