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
    kernel_tails_[kBlock + at] = sum += kernel_[at];
  }
  std::fill_n(kernel_tails_.begin(), kBlock, 1.0F);
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
  float* const counts = &counts_[first];
  for (std::size_t i = 0; i < kKernel; ++i) {
    counts[i] += mass * kernel_[i];
  }
  // Whole blocks before the kernel, and then the block where it begins and what follows.
  const std::size_t into_block = first % kBlock;
  float* tails = &tails_[0];
  for (const float* const end = tails + (first - into_block); tails != end; tails += kBlock) {
    for (std::size_t i = 0; i < kBlock; ++i) {
      tails[i] += mass;
    }
  }
  const float* const shape = &kernel_tails_[kBlock - into_block];
  for (std::size_t i = 0; i < kBlock + kKernel; ++i) {
    tails[i] += mass * shape[i];
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
  return total() > 0 && std::isfinite(total());
}

}  // namespace skep
