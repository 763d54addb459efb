#include "core/excess_table.hpp"

#include <algorithm>
#include <cmath>

namespace skep {

ExcessTable::ExcessTable(const Distances& distances, double width, bool graded)
    : lowest_(distances.lowest), width_(width), graded_(graded) {
  const auto point_of = [&](double distance) {
    return static_cast<std::size_t>(std::lround((distance - lowest_) / width));
  };
  farthest_ = point_of(distances.farthest);
  const std::size_t points = point_of(distances.highest) + 1;
  tail_.resize(points);
  expected_.resize(points);
  for (std::size_t k = 0; k < points; ++k) {
    const double distance = lowest_ + static_cast<double>(k) * width;
    price_.push_back(static_cast<float>(std::exp(distance)));
    shrink_.push_back(static_cast<float>(std::exp(-distance)));
  }
}

void ExcessTable::clear() {
  std::fill(tail_.begin(), tail_.end(), 0.0F);
  low_ = tail_.size() - 1;
  high_ = 0;
}

void ExcessTable::add(const FadingHistogram& histogram, double share, double first,
                      double bin_width) {
  const auto points = static_cast<double>(tail_.size());
  const auto point_of = [&](double distance) {  // the first one at or above it
    return static_cast<std::size_t>(
        std::clamp(std::ceil((distance - lowest_) / width_), 0.0, points));
  };
  constexpr auto kBins = static_cast<float>(FadingHistogram::kBins);
  const std::size_t low = point_of(first);
  const std::size_t high = point_of(first + bin_width * FadingHistogram::kBins);
  low_ = std::min(low_, low);
  high_ = std::max(high_, high);
  const auto all = static_cast<float>(share);
  for (std::size_t k = 0; k < low; ++k) {
    tail_[k] += all;
  }
  const float* const tails = histogram.tails().data();
  const auto scale = static_cast<float>(share / histogram.total());
  const auto floor = static_cast<float>(histogram.tail_floor());
  const auto start =
      static_cast<float>((lowest_ + static_cast<double>(low) * width_ - first) / bin_width);
  const auto step = static_cast<float>(width_ / bin_width);
  for (std::size_t k = low; k < high; ++k) {
    const float place =
        std::min(std::max(start + static_cast<float>(static_cast<int>(k - low)) * step, 0.0F),
                 kBins - 1e-3F);
    const int bin = static_cast<int>(place);
    const float part = place - static_cast<float>(bin);
    const float tail = tails[bin] + part * (tails[bin + 1] - tails[bin]);
    tail_[k] += scale * (tail + floor * (kBins - place));
  }
}

void ExcessTable::finish() {
  std::fill(expected_.begin() + static_cast<std::ptrdiff_t>(high_), expected_.end(), 0.0F);
  if (graded_) {
    integrate();
  } else {
    std::copy_n(tail_.begin(), high_, expected_.begin());
  }
  std::fill(expected_.begin() + static_cast<std::ptrdiff_t>(farthest_), expected_.end(),
            expected_[farthest_]);
}

void ExcessTable::integrate() {
  // The integral over a straight line from T(0) to T(width): near * T(0) + far * T(width).
  const double growth = std::exp(width_);
  const double share = (growth * (width_ - 1) + 1) / width_;
  const auto near = static_cast<float>(growth - 1 - share);
  const auto far = static_cast<float>(share);
  const std::size_t low = low_ > 0 ? low_ - 1 : 0;
  float integral = 0;  // times exp of the distance
  float above = 0;
  for (std::size_t k = high_; k-- > low;) {
    integral += price_[k] * (near * tail_[k] + far * above);
    above = tail_[k];
    expected_[k] = above + integral * shrink_[k];
  }
  // Where everything exceeds the distance, the expectation is that of the load over the capacity.
  const float at_low = expected_[low] * price_[low];
  for (std::size_t k = 0; k < low; ++k) {
    expected_[k] = at_low * shrink_[k];
  }
}

double ExcessTable::at(double distance) const {
  const double place = (distance - lowest_) / width_;
  if (place < 0) {
    return static_cast<double>(expected_[0]) * (graded_ ? std::exp(lowest_ - distance) : 1);
  }
  const std::size_t last = expected_.size() - 1;
  if (place >= static_cast<double>(last)) {
    return static_cast<double>(expected_[last]);
  }
  const auto index = static_cast<std::size_t>(place);
  const double part = place - static_cast<double>(index);
  return static_cast<double>(expected_[index]) * (1 - part) +
         static_cast<double>(expected_[index + 1]) * part;
}

void ExcessTable::falling(double distance, std::size_t count, float* expected,
                          std::size_t pitch) const {
  const double place = (distance - lowest_) / width_;
  const double reach = static_cast<double>(kStride * count);
  if (place < reach || place >= static_cast<double>(expected_.size() - 1)) {
    for (std::size_t i = 0; i < count; ++i) {
      expected[i * pitch] =
          static_cast<float>(at(distance - static_cast<double>(i * kStride) * width_));
    }
    return;
  }
  const auto index = static_cast<std::size_t>(place);
  const auto part = static_cast<float>(place - static_cast<double>(index));
  const float* from = &expected_[index];
  for (std::size_t i = 0; i < count; ++i) {
    expected[i * pitch] = from[0] + part * (from[1] - from[0]);
    from -= kStride;
  }
}

}  // namespace skep
