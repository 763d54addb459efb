#include "core/fading_histogram.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr float kLeastCount = 1e-12F;  // numbers that become ever smaller become slow at last

}  // namespace

FadingHistogram::FadingHistogram(const std::array<float, kBins>& prior, double floor, int kernel)
    : floor_(floor), counts_(prior) {
  float sum = 0;
  for (int d = kMostKernel; d >= -kMostKernel; --d) {
    const int height = std::max(0, kernel + 1 - std::abs(d));
    const auto at = static_cast<std::size_t>(d + kMostKernel);
    kernel_[at] = static_cast<float>(height) / static_cast<float>((kernel + 1) * (kernel + 1));
    kernel_tails_[at] = sum += kernel_[at];
  }
  sum_up();
}

void FadingHistogram::add(std::size_t bin, double weight) {
  const auto mass = static_cast<float>(weight * unit_);
  if (bin < kMostKernel || bin + kMostKernel >= kBins) {
    for (std::size_t i = 0; i < kernel_.size(); ++i) {  // what would be outside is at the edge
      const std::size_t at = std::max<std::size_t>(bin + i, kMostKernel) - kMostKernel;
      counts_[std::min(at, kBins - 1)] += mass * kernel_[i];
    }
    sum_up();
    return;
  }
  const std::size_t first = bin - kMostKernel;
  for (std::size_t i = 0; i < first; ++i) {
    tails_[i] += mass;
  }
  float* const counts = &counts_[first];
  float* const tails = &tails_[first];
  for (std::size_t i = 0; i < kernel_.size(); ++i) {
    counts[i] += mass * kernel_[i];
    tails[i] += mass * kernel_tails_[i];
  }
}

void FadingHistogram::settle() {
  const auto scale = static_cast<float>(1 / unit_);
  for (float& count : counts_) {
    count *= scale;
    count = count < kLeastCount ? 0 : count;
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
