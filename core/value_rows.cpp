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

void ValueRows::teach(std::size_t row_class, std::size_t first, std::span<const float> rates,
                      std::span<const float> targets) {
  const std::size_t rows = rates.size();
  for (std::size_t n = 0; n < width_; ++n) {
    float* const values = &column(row_class, n)[first];
    const float* const target = &targets[n * rows];
    for (std::size_t i = 0; i < rows; ++i) {
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

void best_after_change(std::span<const float> values, double price, int max_step, std::size_t rows,
                       std::span<float> best) {
  const auto added = static_cast<float>(price);
  const float* const from = values.data();
  float* const to = best.data();
  const std::size_t size = values.size();
  // The first of the passes begins with the values themselves.
  const std::size_t last = size - rows;
  for (std::size_t i = 0; i < last; ++i) {
    to[i] = std::min(from[i], from[i + rows] + added);
  }
  std::copy(from + last, from + size, to + last);
  for (std::size_t i = rows; i < size; ++i) {
    to[i] = std::min(to[i], from[i - rows] + added);
  }
  const std::size_t farthest = std::min(static_cast<std::size_t>(max_step) * rows, last);
  for (std::size_t away = 2 * rows; away <= farthest; away += rows) {
    for (std::size_t i = 0; i < size - away; ++i) {
      to[i] = std::min(to[i], from[i + away] + added);
    }
    for (std::size_t i = away; i < size; ++i) {
      to[i] = std::min(to[i], from[i - away] + added);
    }
  }
}

std::vector<float> steady_values(const ImaginedService& service, std::span<const double> loads,
                                 double discount) {
  std::vector<float> costs;
  for (int n = 1; n <= service.max_replicas; ++n) {
    for (const double load : loads) {
      costs.push_back(static_cast<float>(service.weights.performance * service.violation(load, n) +
                                         service.price_of_replicas(n)));
    }
  }
  std::vector<float> values(costs.size());
  std::vector<float> best(costs.size());
  constexpr int kSweeps = 600;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    best_after_change(values, service.weights.adaptation, service.max_step, loads.size(), best);
    for (std::size_t i = 0; i < costs.size(); ++i) {
      values[i] = costs[i] + static_cast<float>(discount) * best[i];
    }
  }
  return values;
}

}  // namespace skep
