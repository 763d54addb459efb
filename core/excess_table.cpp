#include "core/excess_table.hpp"

#include <algorithm>
#include <cmath>

namespace skep {

ExcessTable::ExcessTable(const Distances& distances, double width, bool graded)
    : highest_(distances.highest), width_(width), per_width_(1 / width), graded_(graded) {
  const auto point_of = [&](double distance) {
    return static_cast<std::size_t>(std::lround((highest_ - distance) / width));
  };
  farthest_ = point_of(distances.farthest);
  const std::size_t points = point_of(distances.lowest) + 1;
  last_ = static_cast<int>(points) - 1;
  begin_ = points;
  tail_.resize(points);
  jump_.resize(points);
  expected_.resize(points);
  bins_.resize(points);
  parts_.resize(points);
  for (std::size_t k = 0; k < points; ++k) {
    const double distance = highest_ - static_cast<double>(k) * width;
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
  const auto point_below = [this](double distance) {  // the first one
    const double place = (highest_ - distance) * per_width_ + 1 + 1e-9;
    return static_cast<std::size_t>(static_cast<int>(std::clamp(place, 0.0, last_ + 1.0)));
  };
  constexpr auto kBins = static_cast<float>(FadingHistogram::kBins);
  const std::size_t begin = point_below(first + bin_width * FadingHistogram::kBins);
  const std::size_t end = point_below(first);
  mixed_ = true;
  begin_ = std::min(begin_, begin);
  end_ = std::max(end_, end);
  if (end < jump_.size()) {
    jump_[end] += static_cast<float>(share);
  }
  const float* const tails = histogram.tails().data();
  const auto scale = static_cast<float>(share / histogram.total());
  const double per_bin = 1 / bin_width;
  const auto step = static_cast<float>(width_ * per_bin);
  const double distance = highest_ - static_cast<double>(begin) * width_;
  const auto start = static_cast<float>((distance - first) * per_bin);
  float* const tail = &tail_[0] + begin;
  const int count = static_cast<int>(end) - static_cast<int>(begin);
  int* const bins = bins_.data();
  float* const parts = parts_.data();
  for (int k = 0; k < count; ++k) {
    // Rounding may put it a little outside, which is read on the same straight lines.
    const float place = start - static_cast<float>(k) * step;
    bins[k] = static_cast<int>(place);
    parts[k] = place - static_cast<float>(bins[k]);
  }
  for (int k = 0; k < count; ++k) {
    const float* const from = tails + bins[k];
    tail[k] += scale * (from[0] + parts[k] * (from[1] - from[0]));
  }
  if (histogram.tail_floor() > 0) {
    const float floor = scale * static_cast<float>(histogram.tail_floor());
    for (int k = 0; k < count; ++k) {
      tail[k] += floor * (kBins - start + static_cast<float>(k) * step);
    }
  }
}

void ExcessTable::finish() {
  if (empty_ && !mixed_) {
    return;
  }
  empty_ = !mixed_;
  const std::size_t points = tail_.size();
  std::fill_n(expected_.begin(), begin_, 0.0F);
  float below = 0;
  float integral = 0;  // times exp of the distance; stays 0 when not graded
  float farther = 0;
  const std::size_t end = std::min(end_ + 1, points);
  for (std::size_t k = begin_; k < end; ++k) {
    below += jump_[k];
    const float tail = tail_[k] + below;
    integral += price_[k] * (near_ * tail + far_ * farther);
    expected_[k] = tail + integral * shrink_[k];
    farther = tail;
    jump_[k] = 0;
    tail_[k] = 0;
  }
  // Where everything exceeds the distance, the expectation is that of the load over the capacity.
  const float all = empty_ ? 0 : expected_[end - 1];
  if (graded_) {
    const float mean = all * price_[end - 1];
    for (std::size_t k = end; k < points; ++k) {
      expected_[k] = mean * shrink_[k];
    }
  } else {
    std::fill(expected_.begin() + static_cast<std::ptrdiff_t>(end), expected_.end(), all);
  }
  std::fill_n(expected_.begin(), farthest_, expected_[farthest_]);
  begin_ = points;
  end_ = 0;
  mixed_ = false;
}

double ExcessTable::at(double distance) const {
  const double place = place_of(distance);
  if (place <= 0) {
    return static_cast<double>(expected_.front());
  }
  if (place >= last_) {
    const double growth = graded_ ? std::exp((place - last_) * width_) : 1;
    return static_cast<double>(expected_.back()) * growth;
  }
  const int index = static_cast<int>(place);
  const double part = place - index;
  const float* const from = &expected_[static_cast<std::size_t>(index)];
  return static_cast<double>(from[0]) * (1 - part) + static_cast<double>(from[1]) * part;
}

void ExcessTable::add_load(double log_load, std::span<const double> log_capacities,
                           std::span<float> expected) const {
  for (std::size_t n = 0; n < expected.size(); ++n) {
    expected[n] += static_cast<float>(at(log_capacities[n] - log_load));
  }
}

void ExcessTable::add_rows(double log_load, std::span<const double> log_capacities,
                           std::span<float> expected) const {
  constexpr int kRows = NearRows::kCount;
  float* to = expected.data();
  for (const double log_capacity : log_capacities) {
    const double place = place_of(log_capacity - log_load);
    if (place >= 0 && place < last_ - kRows) {
      const int index = static_cast<int>(place);
      const auto part = static_cast<float>(place - index);
      const float* const from = &expected_[static_cast<std::size_t>(index)];
      for (int i = 0; i < kRows; ++i) {
        to[i] += from[i] + part * (from[i + 1] - from[i]);
      }
    } else {
      for (int i = 0; i < kRows; ++i) {
        to[i] += static_cast<float>(at(log_capacity - log_load - i * width_));
      }
    }
    to += kRows;
  }
}

}  // namespace skep
