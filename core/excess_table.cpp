#include "core/excess_table.hpp"

#include <algorithm>
#include <cmath>

namespace skep {

ExcessTable::ExcessTable(const Distances& distances, double width, bool graded)
    : lowest_(distances.lowest), width_(width), per_width_(1 / width), graded_(graded) {
  const auto point_of = [&](double distance) {
    return static_cast<std::size_t>(std::lround((distance - lowest_) / width));
  };
  farthest_ = point_of(distances.farthest);
  const std::size_t points = point_of(distances.highest) + 1;
  low_ = points;
  tail_.resize(points);
  jump_.resize(points);
  expected_.resize(points);
  for (std::size_t k = 0; k < points; ++k) {
    const double distance = lowest_ + static_cast<double>(k) * width;
    price_.push_back(static_cast<float>(std::exp(distance)));
    shrink_.push_back(static_cast<float>(std::exp(-distance)));
  }
  if (graded) {
    const double growth = std::exp(width);
    const double far = (growth * (width - 1) + 1) / width;
    near_ = static_cast<float>(growth - 1 - far);
    far_ = static_cast<float>(far);
  }
}

void ExcessTable::add(const FadingHistogram& histogram, double share, double first,
                      double bin_width) {
  const auto point_of = [this](double distance) {  // the first one at or above it
    const double place = (distance - lowest_) * per_width_ + 1 - 1e-9;
    return static_cast<std::size_t>(
        static_cast<int>(std::clamp(place, 0.0, static_cast<double>(tail_.size()))));
  };
  constexpr auto kBins = static_cast<float>(FadingHistogram::kBins);
  const std::size_t low = point_of(first);
  const std::size_t high = point_of(first + bin_width * FadingHistogram::kBins);
  low_ = std::min(low_, low);
  high_ = std::max(high_, high);
  if (low > 0) {
    jump_[low - 1] += static_cast<float>(share);
  }
  const float* const tails = histogram.tails().data();
  const auto scale = static_cast<float>(share / histogram.total());
  const auto floor = static_cast<float>(histogram.tail_floor());
  const auto start =
      static_cast<float>((lowest_ + static_cast<double>(low) * width_ - first) / bin_width);
  const auto step = static_cast<float>(width_ / bin_width);
  float* const tail = &tail_[0] + low;
  const int count = static_cast<int>(high - low);
  for (int k = 0; k < count; ++k) {
    // Rounding may put it a little outside, which is read on the same straight lines.
    const float place = start + static_cast<float>(k) * step;
    const int bin = static_cast<int>(place);
    const float part = place - static_cast<float>(bin);
    const float above = tails[bin] + part * (tails[bin + 1] - tails[bin]);
    tail[k] += scale * (above + floor * (kBins - place));
  }
}

void ExcessTable::finish() {
  if (empty_ && high_ == 0) {
    return;
  }
  empty_ = high_ == 0;
  std::fill(expected_.begin() + static_cast<std::ptrdiff_t>(high_), expected_.end(), 0.0F);
  const std::size_t low = low_ > 0 ? low_ - 1 : 0;
  float below = 0;
  float integral = 0;  // times exp of the distance; stays 0 when not graded
  float last = 0;
  for (std::size_t k = high_; k-- > low;) {
    below += jump_[k];
    const float tail = tail_[k] + below;
    integral += price_[k] * (near_ * tail + far_ * last);
    expected_[k] = tail + integral * shrink_[k];
    last = tail;
    jump_[k] = 0;
    tail_[k] = 0;
  }
  // Where everything exceeds the distance, the expectation is that of the load over the capacity.
  const float at_low = graded_ ? expected_[low] * price_[low] : expected_[low];
  for (std::size_t k = 0; k < low; ++k) {
    expected_[k] = graded_ ? at_low * shrink_[k] : at_low;
  }
  std::fill(expected_.begin() + static_cast<std::ptrdiff_t>(farthest_), expected_.end(),
            expected_[farthest_]);
  low_ = tail_.size();
  high_ = 0;
}

double ExcessTable::at(double distance) const {
  const double place = (distance - lowest_) * per_width_;
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

void ExcessTable::falling(double distance, float added,
                          std::span<float, NearRows::kCount> expected) const {
  const double place = (distance - lowest_) * per_width_;
  if (place < static_cast<double>(expected.size()) ||
      place >= static_cast<double>(expected_.size() - 1)) {
    for (float& value : expected) {
      value = added + static_cast<float>(at(distance));
      distance -= width_;
    }
    return;
  }
  const auto index = static_cast<std::size_t>(place);
  const auto part = static_cast<float>(place - static_cast<double>(index));
  const float* const from = &expected_[index];
  float* const to = expected.data();
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(NearRows::kCount); ++i) {
    to[i] = added + from[-i] + part * (from[1 - i] - from[-i]);
  }
}

}  // namespace skep
