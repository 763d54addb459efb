// The counts for the next ticks that cost least together, when the load goes on as the last seasons
// say: planned backwards from the last of these ticks (Bellman 1957), anew at each tick. So they
// are there before a peak that came a season ago comes again, however small the steps.
#pragma once

#include "core/imagined_policies.hpp"
#include "core/season_forecast.hpp"

#include <array>

namespace skep {

/// One for each weight of the expected violations. They abstain while there is no season.
class SeasonPlans final : public ImaginedPolicies {
 public:
  explicit SeasonPlans(const ImaginedService& service);
  /// How far ahead it plans. A step of the plan is as long as a cooldown makes a change wait.
  static std::size_t longest_lead(const ImaginedService& service) {
    return kSteps * ticks_of_step(service);
  }
  std::size_t size() const override { return kCautions.size(); }
  std::string_view name() const override { return "season plans"; }
  void see(double load, const LoadForecast& forecast) override;
  bool abstains() const override { return period_ == 0; }
  int want(std::size_t index, int, int replicas) override;
  std::string describe(std::size_t index) const override;

 private:
  static constexpr std::array<double, 5> kCautions{0.25, 0.5, 1, 2, 4};
  static constexpr std::size_t kSteps = 24;

  static std::size_t ticks_of_step(const ImaginedService& service) {
    return static_cast<std::size_t>(service.cooldown) + 1;
  }
  /// Into violations_, by replicas.
  void expect(const SeasonForecast::Expected& expected);
  /// The highest of the loads that are expected in the ticks of a step.
  SeasonForecast::Expected highest(const SeasonForecast& season, std::size_t step) const;
  /// Into costs_: of a step in which violations_ are expected at each tick, and of the best_ after.
  void add_up();
  void take_best_change(double load);

  ImaginedService service_;
  std::vector<double> log_capacities_;  ///< of n + 1 replicas
  std::vector<float> prices_;
  std::size_t period_ = 0;
  double load_ = 0;
  std::vector<float> violations_;
  // By replicas and then by plan:
  std::vector<float> costs_;   ///< of having them from a step of the plan on
  std::vector<float> best_;    ///< the same before the change
  std::vector<float> of_one_;  ///< plan, by replicas
};

}  // namespace skep
