#include "core/linear_prediction.hpp"

namespace skep {
namespace {

constexpr double kMemory = 0.999;

}  // namespace

LinearPrediction::LinearPrediction() {
  for (std::size_t i = 0; i < kLags; ++i) {
    covariance_[i * kLags + i] = 1;
  }
}

LinearPrediction::Lags LinearPrediction::see(double log_load) {
  if (logs_.empty()) {
    fast_ = slow_ = log_load;
  }
  logs_.add(log_load);
  fast_ += 0.2 * (log_load - fast_);
  slow_ += 0.03 * (log_load - slow_);
  const auto before = [this](std::size_t ticks) { return logs_.before(ticks); };
  return {before(0) - before(1), before(1) - before(2), before(2) - before(4),
          log_load - fast_,      log_load - slow_,      before(4) - before(9)};
}

double LinearPrediction::predict(const Lags& lags) const {
  double predicted = 0;
  for (std::size_t i = 0; i < kLags; ++i) {
    predicted += weights_[i] * lags[i];
  }
  return predicted;
}

void LinearPrediction::learn(const Lags& lags, double error) {
  std::array<double, kLags> gain{};
  double divisor = kMemory;
  for (std::size_t i = 0; i < kLags; ++i) {
    for (std::size_t j = 0; j < kLags; ++j) {  // by columns: it is symmetric
      gain[j] += covariance_[i * kLags + j] * lags[i];
    }
  }
  for (std::size_t i = 0; i < kLags; ++i) {
    divisor += lags[i] * gain[i];
  }
  const double per_divisor = 1 / divisor;
  constexpr double kPerMemory = 1 / kMemory;
  double trace = 0;
  for (std::size_t i = 0; i < kLags; ++i) {
    const double share = gain[i] * per_divisor;
    weights_[i] += share * error;
    // Both halves get the same number: what rounding makes different would grow for ever.
    for (std::size_t j = i; j < kLags; ++j) {
      const double cell = (covariance_[i * kLags + j] - share * gain[j]) * kPerMemory;
      covariance_[i * kLags + j] = cell;
      covariance_[j * kLags + i] = cell;
    }
    trace += covariance_[i * kLags + i];
  }
  if (trace > 1000.0 * kLags) {  // nothing new for long: do not become jumpy
    for (double& cell : covariance_) {
      cell *= 0.5;
    }
  }
}

void LinearPrediction::save(std::vector<float>& values) const {
  for (const double value : weights_) {
    values.push_back(static_cast<float>(value));
  }
  for (const double value : covariance_) {
    values.push_back(static_cast<float>(value));
  }
}

void LinearPrediction::restore(std::span<const float> values) {
  std::size_t next = 0;
  for (double& value : weights_) {
    value = static_cast<double>(values[next++]);
  }
  for (double& value : covariance_) {
    value = static_cast<double>(values[next++]);
  }
}

}  // namespace skep
