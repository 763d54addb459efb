#include "core/block_bootstrap.hpp"

#include "core/random.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace skep {
namespace {

constexpr std::size_t kDraws = 2000;
constexpr std::size_t kTail = kDraws / 40;  // 2.5% of them on each side

}  // namespace

PairedDifference paired_difference(std::span<const double> a, std::span<const double> b,
                                   std::uint64_t seed) {
  const std::size_t windows = a.size();
  // sum[i]: of the first i differences, twice round, so that a block is one subtraction.
  std::vector<double> sum(2 * windows + 1, 0);
  for (std::size_t i = 0; i < 2 * windows; ++i) {
    sum[i + 1] = sum[i] + a[i % windows] - b[i % windows];
  }
  const double count = static_cast<double>(windows);
  const auto block = static_cast<std::size_t>(std::ceil(std::cbrt(count) - 1e-9));
  Random random(seed);
  std::vector<double> means(kDraws);
  for (double& mean : means) {
    double drawn = 0;
    for (std::size_t left = windows; left > 0;) {
      const std::size_t length = std::min(block, left);
      const std::size_t first = random.below(windows);
      drawn += sum[first + length] - sum[first];
      left -= length;
    }
    mean = drawn / count;
  }
  std::sort(means.begin(), means.end());
  return {sum[windows] / count, means[kTail], means[kDraws - 1 - kTail]};
}

}  // namespace skep
