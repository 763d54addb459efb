#include "core/season_plans.hpp"

#include "core/best_change.hpp"
#include "core/words.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kLargestError = 0.8;  // with 1 or more, the expectation is infinite
constexpr double kFarTail = 14;        // errors, beyond which there is no chance worth computing

/// The expected violation where the log load has a Laplace distribution with a mean absolute error
/// in (0, 1), and the log capacity is `above` (may be negative) the mean: as a ratio of load and
/// capacity, whose value for the mean is `ratio`, when `graded`, or else the probability of one.
double expected_violation(double above, double ratio, double error, bool graded) {
  const double errors = std::abs(above) / error;
  const double tail = errors < kFarTail ? std::exp(-errors) : 0;
  if (!graded) {
    return above >= 0 ? tail / 2 : 1 - tail / 2;
  }
  return above >= 0 ? tail / (2 * (1 - error))
                    : ratio / (1 - error * error) - tail / (2 * (1 + error));
}

}  // namespace

SeasonPlans::SeasonPlans(const ImaginedService& service) : service_(service) {
  const auto most = static_cast<std::size_t>(service.max_replicas);
  for (int n = 1; n <= service.max_replicas; ++n) {
    log_capacities_.push_back(std::log(n * service.utilization_limit));
    prices_.push_back(static_cast<float>(service.price_of_replicas(n)));
  }
  violations_.resize(most);
  costs_.resize(most * size());
  best_.resize(costs_.size());
  of_one_.resize(most);
}

void SeasonPlans::see(double load, const LoadForecast& forecast) {
  load_ = load;
  const SeasonForecast& season = forecast.season();
  period_ = season.period();
  if (abstains()) {
    return;
  }
  std::array<SeasonForecast::Expected, kSteps> expected;
  for (std::size_t step = 0; step < kSteps; ++step) {
    expected[step] = highest(season, step);
  }
  const auto horizon = static_cast<std::size_t>(service_.horizon());
  std::fill(best_.begin(), best_.end(), 0.0F);  // after the last step
  for (std::size_t step = kSteps; step-- > 0;) {
    expect(expected[step]);
    add_up();
    if (step > 0) {
      // It is decided when the load of a horizon before is known.
      const std::size_t ticks = step * ticks_of_step(service_);
      const std::size_t known = ticks < horizon ? 0 : (ticks - horizon) / ticks_of_step(service_);
      take_best_change(ticks < horizon ? load : std::exp(expected[known].log_load));
    }
  }
}

SeasonForecast::Expected SeasonPlans::highest(const SeasonForecast& season,
                                              std::size_t step) const {
  const std::size_t first = step * ticks_of_step(service_) + 1;
  SeasonForecast::Expected highest = season.at(first);
  for (std::size_t i = 1; i < ticks_of_step(service_); ++i) {
    const SeasonForecast::Expected expected = season.at(first + i);
    highest = expected.log_load > highest.log_load ? expected : highest;
  }
  return highest;
}

void SeasonPlans::expect(const SeasonForecast::Expected& expected) {
  const double load = std::exp(expected.log_load);
  const double error = std::min(expected.error, kLargestError);
  for (std::size_t n = 0; n < violations_.size(); ++n) {
    const double ratio = load / (static_cast<double>(n + 1) * service_.utilization_limit);
    violations_[n] = static_cast<float>(
        expected_violation(log_capacities_[n] - expected.log_load, ratio, error, service_.graded));
  }
}

void SeasonPlans::add_up() {
  const auto ticks = static_cast<float>(ticks_of_step(service_));
  for (std::size_t n = 0; n < violations_.size(); ++n) {
    for (std::size_t i = 0; i < size(); ++i) {
      const auto weight = static_cast<float>(kCautions[i] * service_.weights.performance);
      const std::size_t at = n * size() + i;
      costs_[at] = ticks * (weight * violations_[n] + prices_[n]) + best_[at];
    }
  }
}

void SeasonPlans::take_best_change(double load) {
  std::array<float, kCautions.size()> loads;  // of all plans
  loads.fill(static_cast<float>(load));
  best_after_change(service_, loads, {costs_, costs_}, best_);
}

int SeasonPlans::want(std::size_t index, int, int replicas) {
  for (std::size_t n = 0; n < of_one_.size(); ++n) {
    of_one_[n] = costs_[n * size() + index];
  }
  return cheapest<float>(service_, load_, of_one_, of_one_, replicas);
}

std::string SeasonPlans::describe(std::size_t index) const {
  return "the plan for a season of " + std::to_string(period_) + " ticks with a caution of " +
         number_text(kCautions[index]);
}

}  // namespace skep
