// Bins of load whose centres grow by a constant ratio, and the class that says where a load stands
// in its recent past.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace skep {

class LoadBins {
 public:
  /// Centres from kLowest to above `highest` (>= 1), each exp(kWidth) times the one before.
  explicit LoadBins(double highest)
      : count_(static_cast<std::size_t>(std::lround(std::log(1.3 * highest / kLowest) / kWidth)) +
               2) {}

  /// Loads below it (in units of one replica) are told apart by nobody.
  static constexpr double kLowest = 0.1;
  static constexpr double kWidth = 0.03;  ///< of a bin, in log load

  std::size_t count() const { return count_; }
  /// All centres times `factor`.
  std::vector<double> centres(double factor) const {
    std::vector<double> loads(count_);
    for (std::size_t bin = 0; bin < count_; ++bin) {
      loads[bin] = factor * kLowest * std::exp(static_cast<double>(bin) * kWidth);
    }
    return loads;
  }
  /// The place of `load` among the centres, in [0, count - 1].
  double place(double load) const {
    const double place = std::log(std::max(load, kLowest) / kLowest) / kWidth;
    return std::min(place, static_cast<double>(count_ - 1));
  }

 private:
  std::size_t count_;
};

/// The last loads, the newest last; at most kMost of them.
class RecentLoads {
 public:
  static constexpr std::size_t kMost = 64;

  void clear() { size_ = 0; }
  void add(double load) {
    loads_[next_] = load;
    next_ = (next_ + 1) % kMost;
    size_ = size_ < kMost ? size_ + 1 : kMost;
  }
  bool empty() const { return size_ == 0; }
  /// The load `ticks` before the newest, or the oldest that is known. There must be one.
  double before(std::size_t ticks) const {
    const std::size_t back = ticks < size_ ? ticks : size_ - 1;
    return loads_[(next_ + 2 * kMost - 1 - back) % kMost];
  }
  /// The largest of the last `ticks` (>= 1).
  double maximum(std::size_t ticks) const {
    double largest = 0;
    for (std::size_t i = 0; i < ticks && i < size_; ++i) {
      largest = std::max(largest, before(i));
    }
    return largest;
  }

 private:
  std::array<double, kMost> loads_{};
  std::size_t next_ = 0;
  std::size_t size_ = 0;
};

/// The class of (largest load of the last ticks) / (load now), which is >= 1: 0 (less than 3%
/// above) to kDropClasses - 1 (more than 60%).
constexpr std::size_t kDropClasses = 5;
inline std::size_t drop_class(double ratio) {
  constexpr std::array<double, kDropClasses - 1> kCuts{1.03, 1.1, 1.25, 1.6};
  std::size_t index = 0;
  while (index < kCuts.size() && ratio >= kCuts[index]) {
    ++index;
  }
  return index;
}

/// How far the load has come down from the largest of the last `window` ticks.
inline std::size_t drop_class(const RecentLoads& loads, std::size_t window) {
  return drop_class(loads.maximum(window) / std::max(loads.before(0), 1e-9));
}

}  // namespace skep
