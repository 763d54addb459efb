#include "core/expected_violations.hpp"

#include "core/load_bins.hpp"
#include "core/settings.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace skep {
namespace {

constexpr double kLowestExcess = -5.01;  // rarely met
constexpr double kFarthestExcess = 2;    // capacities beyond 7 times the load count as that
constexpr double kHighestExcess = 3;     // the price of one step's overload ends at 20

double highest(const ExpectedViolations::Bins& bins) {
  return bins.first + bins.width * static_cast<double>(FadingHistogram::kBins);
}

}  // namespace

ExpectedViolations::ExpectedViolations(int max_replicas, double utilization_limit, bool graded,
                                       const Bins& levels)
    : utilization_limit_(utilization_limit),
      graded_(graded),
      level_bins_(levels),
      ratios_({kLowestExcess, kFarthestExcess, kHighestExcess}, LoadBins::kWidth, graded),
      levels_({levels.first, highest(levels), highest(levels)}, levels.width, graded),
      differences_(max_replicas, utilization_limit, graded) {
  for (int n = 1; n <= max_replicas; ++n) {
    log_capacity_.push_back(std::log(n * utilization_limit));
  }
  of_levels_.resize(log_capacity_.size());
}

void ExpectedViolations::begin() {
  differences_.clear();
  repeat_ = 0;
}

void ExpectedViolations::add_ratio(const FadingHistogram& histogram, double share,
                                   const Bins& bins) {
  ratios_.add(histogram, share, bins.first, bins.width);
}

void ExpectedViolations::add_level(const FadingHistogram& histogram, double share) {
  levels_.add(histogram, share, level_bins_.first, level_bins_.width);
}

void ExpectedViolations::add_difference(const FadingHistogram& histogram, double share,
                                        double bin_width) {
  differences_.add(histogram, share, bin_width);
}

void ExpectedViolations::finish() {
  ratios_.finish();
  levels_.finish();
  std::fill(of_levels_.begin(), of_levels_.end(), 0.0F);
  if (!levels_.empty()) {
    levels_.add_load(0, log_capacity_, of_levels_);
  }
}

void ExpectedViolations::of(double load, std::span<float> expected) const {
  const double log_load = std::log(std::max(load, kLeastLoad));
  std::copy_n(of_levels_.begin(), expected.size(), expected.begin());
  ratios_.add_load(log_load, log_capacity_, expected);
  const std::array own{static_cast<float>(load)};
  differences_.add_to(own, expected);
  add_repeat_to(own, expected);
}

void ExpectedViolations::of_rows(const NearRows& near, std::span<float> expected) const {
  static const double lowest = std::log(LoadBins::kLowest);
  const double log_load = lowest + near.next_place * LoadBins::kWidth;
  for (std::size_t n = 0; n < of_levels_.size(); ++n) {
    std::fill_n(&expected[n * NearRows::kCount], NearRows::kCount, of_levels_[n]);
  }
  ratios_.add_rows(log_load, log_capacity_, expected);
  differences_.add_to(near.next_loads, expected);
  add_repeat_to(near.next_loads, expected);
}

void ExpectedViolations::add_repeat_to(std::span<const float> loads,
                                       std::span<float> expected) const {
  if (repeat_ == 0) {
    return;
  }
  const auto share = static_cast<float>(repeat_);
  for (std::size_t begin = 0; begin < expected.size(); begin += loads.size()) {
    const auto replicas = static_cast<double>(begin / loads.size() + 1);
    const auto capacity = static_cast<float>(replicas * utilization_limit_);
    if (!over(loads.back(), capacity)) {
      break;  // which is the largest load, and more replicas keep it too
    }
    const float price = graded_ ? share / capacity : 0;
    for (std::size_t i = 0; i < loads.size(); ++i) {
      const float cost = graded_ ? loads[i] * price : share;
      expected[begin + i] += over(loads[i], capacity) ? cost : 0;
    }
  }
}

}  // namespace skep
