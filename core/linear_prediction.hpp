// A linear prediction of the step of the log load from how it moved lately, learned by recursive
// least squares with forgetting.
#pragma once

#include "core/load_bins.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace skep {

class LinearPrediction {
 public:
  static constexpr std::size_t kLags = 6;
  using Lags = std::array<double, kLags>;
  /// As many values as save gives.
  static constexpr std::size_t kSaved = kLags + kLags * kLags;

  LinearPrediction();

  /// The next log load. Returns how it moved lately, to be compared with what comes.
  Lags see(double log_load);
  /// Whether the load begins anew with the next see.
  bool empty() const { return logs_.empty(); }
  void interrupt() { logs_.clear(); }
  double predict(const Lags& lags) const;
  /// What came after `lags` was `error` above what was predicted.
  void learn(const Lags& lags, double error);

  void save(std::vector<float>& values) const;
  /// Takes kSaved `values`.
  void restore(std::span<const float> values);

 private:
  std::array<double, kLags> weights_{};
  std::array<double, kLags * kLags> covariance_{};
  RecentLoads logs_;
  double fast_ = 0;  ///< moving averages of the log load
  double slow_ = 0;
};

}  // namespace skep
