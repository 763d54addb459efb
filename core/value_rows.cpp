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

void ValueRows::save(std::vector<float>& values) const {
  const auto taught = std::count_if(visits_.begin(), visits_.end(), [](float v) { return v > 0; });
  values.push_back(static_cast<float>(taught));
  for (std::size_t i = 0; i < rows(); ++i) {
    if (visits_[i] > 0) {
      values.push_back(static_cast<float>(i));
      values.push_back(visits_[i]);
      values.insert(values.end(), row(i).begin(), row(i).end());
    }
  }
}

bool ValueRows::restore(std::span<const float>& values) {
  if (values.empty() || !(values[0] >= 0) || values[0] > static_cast<float>(rows())) {
    return false;
  }
  const auto taught = static_cast<std::size_t>(values[0]);
  const std::size_t size = 2 + width_;
  if (values.size() < 1 + taught * size) {
    return false;
  }
  for (std::size_t i = 0; i < taught; ++i) {
    const std::span<const float> saved = values.subspan(1 + i * size, size);
    if (!(saved[0] >= 0) || saved[0] >= static_cast<float>(rows()) || !(saved[1] >= 0)) {
      return false;
    }
    const auto index = static_cast<std::size_t>(saved[0]);
    visits_[index] = saved[1];
    std::copy(saved.begin() + 2, saved.end(), row(index).begin());
  }
  values = values.subspan(1 + taught * size);
  return true;
}

std::vector<float> steady_values(const ImaginedService& service, double load, double discount) {
  const auto count = static_cast<std::size_t>(service.max_replicas);
  std::vector<float> cost(count);
  for (std::size_t i = 0; i < count; ++i) {
    const int n = static_cast<int>(i) + 1;
    cost[i] = static_cast<float>(service.weights.performance * service.violation(load, n) +
                                 service.price_of_replicas(n));
  }
  std::vector<float> values(count);
  std::vector<float> best(count);
  constexpr int kSweeps = 600;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    best_after_change(std::span<const float>(values), service.weights.adaptation, service.max_step,
                      std::span(best));
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = cost[i] + static_cast<float>(discount) * best[i];
    }
  }
  return values;
}

}  // namespace skep
