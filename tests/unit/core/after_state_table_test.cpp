// The Q-table over after-states, by hand.
#include "core/after_state_table.hpp"

#include "core/best_change.hpp"
#include "tests/unit/core/imagination.hpp"

#include <cmath>
#include <optional>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

/// One replica, so that there is nothing to choose.
ImaginedService one_replica(int lag = 0) {
  ControllerSettings settings = plain();
  settings.replicas.max = 1;
  settings.environment.lag = lag * settings.interval;
  return ImaginedService(settings);
}

double centre(std::size_t bin) {
  return LoadBins::kLowest * std::exp(static_cast<double>(bin) * LoadBins::kWidth);
}

struct Row {
  double visits = 0;
  double value = 0;  ///< of one replica
};

/// Of what was taught; empty when this row was not.
std::optional<Row> row(const AfterStateTable& table, std::size_t row_class, std::size_t bin) {
  const std::size_t bins = LoadBins(1).count();
  std::vector<float> saved;
  table.save(saved);
  for (std::size_t i = 1; i + 2 < saved.size(); i += 3) {
    if (saved[i] == static_cast<float>(row_class * bins + bin)) {
      return Row{static_cast<double>(saved[i + 1]), static_cast<double>(saved[i + 2])};
    }
  }
  return std::nullopt;
}

constexpr std::size_t kLow = 30;   // bin, of 0.25 replicas' worth
constexpr std::size_t kHigh = 80;  // of 1.1, which is too much for one
constexpr std::size_t kFallen = kDropClasses - 1;

/// Of a step to this bin, before what comes after it.
double cost_of(const ImaginedService& service, std::size_t bin) {
  return service.weights.performance * service.violation(centre(bin), 1) +
         service.price_of_replicas(1);
}

double rate(double visits) { return std::pow(2 + visits, -0.7); }

}  // namespace

TEST_CASE("after-states: a young row learns again from what its step led to") {
  const ImaginedService service = one_replica();
  const std::vector<float> prior = steady_values(service, LoadBins(1).centres(1.2), 0.99);
  AfterStateTable table(service, {});
  table.see(centre(kLow));
  CHECK_FALSE(row(table, 0, kLow));
  table.see(centre(kHigh));
  double low = static_cast<double>(prior[kLow]);
  double high = static_cast<double>(prior[kHigh]);
  low += rate(0) * (cost_of(service, kHigh) + 0.99 * high - low);
  CHECK(row(table, 0, kLow)->value == Approx(low).epsilon(1e-4));
  CHECK(row(table, 0, kLow)->visits == Approx(1));

  table.see(centre(kLow));
  const auto fallen = static_cast<double>(prior[kLow]);
  high += rate(0) * (cost_of(service, kLow) + 0.99 * fallen - high);
  low += rate(1) * (cost_of(service, kHigh) + 0.99 * high - low);
  CHECK(row(table, 0, kHigh)->value == Approx(high).epsilon(1e-4));
  CHECK(row(table, 0, kLow)->value == Approx(low).epsilon(1e-4));
  CHECK(row(table, 0, kLow)->visits == Approx(2));
}

TEST_CASE("after-states: a row that was visited often learns from each step once") {
  AfterStateTable table(one_replica(), {});
  const auto up_and_down = [&table](int times) {
    for (int i = 0; i < times; ++i) {
      table.see(centre(kLow));
      table.see(centre(kHigh));
    }
    return row(table, kFallen, kLow)->visits;
  };
  const double young = up_and_down(5);
  CHECK(young > 2 * 5);
  const double old = up_and_down(100);
  CHECK(old > 100);
  CHECK(up_and_down(100) - old == Approx(100).epsilon(0.001));
}

TEST_CASE("after-states: a late step is learned from when its outcome is known") {
  const ImaginedService service = one_replica(2);
  const std::vector<float> prior = steady_values(service, LoadBins(1).centres(1.2), 0.99);
  AfterStateTable table(service, {});
  for (const std::size_t bin : {kLow, kLow, kLow}) {
    table.see(centre(bin));
  }
  CHECK_FALSE(row(table, 0, kLow));
  table.see(centre(kHigh));
  // What was chosen at the first load served when the last one came; the next state was the second.
  const auto low = static_cast<double>(prior[kLow]);
  const double taught = low + rate(0) * (cost_of(service, kHigh) + 0.99 * low - low);
  CHECK(row(table, 0, kLow)->value == Approx(taught).epsilon(1e-4));
}

TEST_CASE("after-states: nothing is learned over an interruption") {
  AfterStateTable table(one_replica(), {});
  table.see(centre(kLow));
  table.interrupt();
  table.see(centre(kHigh));
  CHECK_FALSE(row(table, 0, kLow));
}
