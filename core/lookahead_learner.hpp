// Q-learning with counterfactual updates: one look-ahead table, taught every replica count and
// every change by each step of the load.
#pragma once

#include "core/imagined_learner.hpp"
#include "core/imagined_service.hpp"
#include "core/load_forecast.hpp"
#include "core/lookahead.hpp"

namespace skep {

class LookaheadLearner final : public ImaginedLearner {
 public:
  /// `discount` is per tick, in [0, 1).
  LookaheadLearner(const ImaginedService& service, double discount);

  void see(const SeenLoad& seen, int replicas) override;
  void interrupt(std::size_t unseen) override;
  int want(int replicas) const override { return lookahead_.want(0, replicas); }
  std::string explain(int replicas) const override;
  std::optional<LearnedUpdate> learned(int replicas) const override {
    return lookahead_.learned(replicas);
  }
  std::vector<double> costs(int replicas) const override { return lookahead_.costs(0, replicas); }
  int preferred(double load, int replicas) const override {
    return lookahead_.want_at(0, load, replicas, forecast_);
  }

  std::string layout() const override;
  void save(std::vector<LearnedArray>& arrays) const override;
  bool restore(const std::vector<LearnedArray>& arrays) override;

 private:
  ImaginedService service_;
  double discount_;
  LoadForecast forecast_;
  Lookahead lookahead_;
};

}  // namespace skep
