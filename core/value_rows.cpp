#include "core/value_rows.hpp"

#include <algorithm>
#include <cmath>

namespace skep {

VisitsRate::VisitsRate(double least) : least_(least) {
  constexpr double kPower = -0.7;
  do {
    powers_.push_back(std::max(least, std::pow(2 + static_cast<double>(powers_.size()), kPower)));
  } while (powers_.back() > least);
}

void ValueRows::begin_with(std::span<const float> prior) {
  for (std::size_t c = 0; c < classes_; ++c) {
    std::copy(prior.begin(), prior.end(), &values_[c * width_ * bins_]);
  }
}

ValueRows::Between ValueRows::between(double place) const {
  const double within = std::clamp(place, 0.0, static_cast<double>(bins_ - 1));
  const std::size_t bin = std::min(static_cast<std::size_t>(within), bins_ - 2);
  return {bin, static_cast<float>(within - static_cast<double>(bin))};
}

void ValueRows::read_near(std::size_t row_class, double place, std::span<float> values) const {
  constexpr std::size_t kRows = NearRows::kCount;
  const Between first = between(place);
  if (place >= 0 && first.bin + kRows < bins_) {
    for (std::size_t n = 0; n < width_; ++n) {
      const float* const from = &column(row_class, n)[first.bin];
      float* const to = &values[n * kRows];
      for (std::size_t i = 0; i < kRows; ++i) {
        to[i] = from[i] + first.part * (from[i + 1] - from[i]);
      }
    }
    return;
  }
  for (std::size_t i = 0; i < kRows; ++i) {
    const Between between = this->between(place + static_cast<double>(i));
    for (std::size_t n = 0; n < width_; ++n) {
      values[n * kRows + i] = at(row_class, n, between);
    }
  }
}

ValueRows::Rates ValueRows::visit(std::size_t row_class, const NearRows& near,
                                  const VisitsRate& rate) {
  Rates rates;
  float* const visits = &visits_[row_class * bins_ + near.first];
  for (std::size_t i = 0; i < rates.size(); ++i) {
    rates[i] = near.nearness[i] * static_cast<float>(rate.at(visits[i]));
    visits[i] += near.nearness[i];
  }
  return rates;
}

void ValueRows::teach(std::size_t row_class, std::size_t first, const Rates& rates,
                      std::span<const float> targets) {
  for (std::size_t n = 0; n < width_; ++n) {
    float* const values = &column(row_class, n)[first];
    const float* const target = &targets[n * rates.size()];
    for (std::size_t i = 0; i < rates.size(); ++i) {
      values[i] += rates[i] * (target[i] - values[i]);
    }
  }
}

void ValueRows::save(std::vector<float>& values) const {
  const auto taught = std::count_if(visits_.begin(), visits_.end(), [](float v) { return v > 0; });
  values.push_back(static_cast<float>(taught));
  for (std::size_t i = 0; i < visits_.size(); ++i) {
    if (visits_[i] > 0) {
      values.push_back(static_cast<float>(i));
      values.push_back(visits_[i]);
      for (std::size_t n = 0; n < width_; ++n) {
        values.push_back(column(i / bins_, n)[i % bins_]);
      }
    }
  }
}

bool ValueRows::restore(std::span<const float>& values) {
  const auto rows = static_cast<float>(visits_.size());
  if (values.empty() || !(values[0] >= 0) || values[0] > rows) {
    return false;
  }
  const auto taught = static_cast<std::size_t>(values[0]);
  const std::size_t size = 2 + width_;
  if (values.size() < 1 + taught * size) {
    return false;
  }
  for (std::size_t i = 0; i < taught; ++i) {
    const std::span<const float> saved = values.subspan(1 + i * size, size);
    if (!(saved[0] >= 0) || saved[0] >= rows || !(saved[1] >= 0)) {
      return false;
    }
    const auto row = static_cast<std::size_t>(saved[0]);
    visits_[row] = saved[1];
    for (std::size_t n = 0; n < width_; ++n) {
      column(row / bins_, n)[row % bins_] = saved[2 + n];
    }
  }
  values = values.subspan(1 + taught * size);
  return true;
}

}  // namespace skep
