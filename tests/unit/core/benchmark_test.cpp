// The scoring of the benchmarks on traces that are small enough to be counted by hand.
#include "core/benchmark_policy.hpp"
#include "core/clairvoyant.hpp"
#include "core/hpa.hpp"
#include "core/rossi_benchmark.hpp"
#include "core/suite_benchmark.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

/// Wishes for ten replicas and writes down what it saw.
struct Greedy final : BenchmarkPolicy {
  int decide(const Sight& sight) override {
    seen.push_back(sight);
    return 10;
  }
  std::vector<Sight> seen;
};

using Counts = std::vector<int>;

}  // namespace

TEST_CASE("replay: a count holds from the next tick, within step and bounds") {
  Greedy greedy;
  Counts replicas;
  ReplaySettings settings;
  settings.max_replicas = 4;
  settings.max_step = 2;
  replay(std::vector<double>{0.5, 0.5, 3.5, 3.5}, settings, greedy, replicas);
  CHECK(replicas == Counts{1, 3, 4, 4});
  REQUIRE(greedy.seen.size() == 3);
  CHECK(greedy.seen[2].load == 3.5);
}

TEST_CASE("replay: load is cut off at what the replicas can serve, unless demand is seen") {
  Counts replicas;
  ReplaySettings settings;
  settings.sees_demand = GENERATE(false, true);
  Greedy greedy;
  replay(std::vector<double>{5, 5}, settings, greedy, replicas);
  CHECK(greedy.seen.at(0).load == (settings.sees_demand ? 5 : 1));
}

TEST_CASE("replay: a late observation comes with the replicas of its own time") {
  Greedy greedy;
  Counts replicas;
  ReplaySettings settings;
  settings.lag = 2;
  replay(std::vector<double>{0.1, 0.2, 0.3, 0.4, 0.5}, settings, greedy, replicas);
  REQUIRE(greedy.seen.size() == 4);
  CHECK(greedy.seen[1].load == 0.1);
  CHECK(greedy.seen[3].load == 0.2);
  CHECK(greedy.seen[3].seen_replicas == 2);
  CHECK(greedy.seen[3].replicas == 4);
}

TEST_CASE("replay: a policy that is synced every third tick is asked at 0, 3, 6") {
  Greedy greedy;
  Counts replicas;
  ReplaySettings settings;
  settings.every = 3;
  replay(std::vector<double>(8, 0.5), settings, greedy, replicas);
  CHECK(replicas == Counts{1, 2, 2, 2, 3, 3, 3, 4});
}

TEST_CASE("the daemon's controller as a policy: the threshold rule, step by step") {
  ControllerSettings settings = benchmark_settings(PolicyType::kThresholds, 10, 1);
  settings.environment.reward.limits.cpu_percent = 70;
  ControllerPolicy policy(settings);
  CHECK(policy.decide({0.71, 1, 1}) == 2);
  CHECK(policy.decide({1.3, 2, 2}) == 2);
  CHECK(policy.decide({0.5, 2, 2}) == 1);
  for (int n = 2; n <= 9; ++n) {
    CHECK(policy.decide({0.7 * n, n, n}) == n);  // at the limit, however that is rounded
  }
}

TEST_CASE("HPA: target, tolerance and the window of the scale-in") {
  Hpa hpa({0.5, 0.1, 2}, 20);
  CHECK(hpa.decide({2.1, 4, 4}) == 4);  // 52.5% is within the tolerance
  CHECK(hpa.decide({3.0, 4, 4}) == 6);  // 75%: 3.0 / 0.5
  CHECK(hpa.decide({1.0, 6, 6}) == 6);  // 2 is wanted, but 6 was one decision ago
  CHECK(hpa.decide({1.0, 6, 6}) == 6);  // and two
  CHECK(hpa.decide({1.0, 6, 6}) == 2);
  CHECK(hpa.decide({1.0, 2, 1}) == 1);  // late: 50% with 2 replicas is no reason to change
  CHECK(Hpa({0.3, 0, 0}, 20).decide({1, 1, 1}) == 4);
  CHECK(Hpa({0.1, 0, 0}, 20).decide({1, 1, 1}) == 5);  // at most 4 at a time while there are few
  CHECK(hpa_grid().size() == 3 * 21 * 6);
}

TEST_CASE("clairvoyant: as cheap as the best of all ways") {
  const std::vector<double> load{0.5, 2.5, 0.5, 2.5, 1.5, 0.5};
  const auto holding = [&load](std::size_t tick, int n) {
    return (load[tick] > n ? 1.0 : 0.0) + 0.2 * n;
  };
  const double price = GENERATE(0.0, 0.15, 0.5, 2.0);
  const auto cost = [&](const Counts& replicas) {
    double sum = 0;
    for (std::size_t tick = 1; tick < load.size(); ++tick) {
      sum += holding(tick, replicas[tick]) + (replicas[tick] != replicas[tick - 1] ? price : 0);
    }
    return sum;
  };
  ClairvoyantProblem problem;
  problem.ticks = load.size();
  problem.max_replicas = 3;
  problem.start = 2;
  problem.holding = holding;
  problem.change = [price](std::size_t) { return price; };

  double best = 1e9;
  for (int way = 0; way < 243; ++way) {  // every change of -1, 0, +1 at five ticks
    Counts replicas{2};
    for (int tick = 0, rest = way; tick < 5; ++tick, rest /= 3) {
      replicas.push_back(std::clamp(replicas.back() + rest % 3 - 1, 1, 3));
    }
    best = std::min(best, cost(replicas));
  }
  const Counts found = clairvoyant(problem);
  REQUIRE(found.size() == load.size());
  CHECK(found.front() == 2);
  CHECK(cost(found) == Approx(best));
}

TEST_CASE("rossi: which value a tick has, and what it costs") {
  std::vector<double> trace(rossi::kLeastValues, 0);
  trace[1] = 200;
  trace[3] = 400;
  CHECK(rossi::load(trace, 0, 5) == std::vector<double>{1, 1, 2, 2, 0});
  CHECK(rossi::load(trace, 1, 2) == std::vector<double>{1, 2});
  CHECK_THROWS_AS(rossi::load(std::vector<double>(1000), 0, 5), std::invalid_argument);
  // Two ticks: one at 18/19 exactly, which is still 50 ms, with 1 replica; one above with 2.
  CHECK(rossi::cost(std::vector<double>{18.0 / 19, 1.9}, Counts{1, 2}) ==
        Approx(0.009 + 0.90 + 0.018));
}

TEST_CASE("suite: the percentile that a trace is scaled by, and how much of it is used") {
  std::vector<double> trace(2000);
  for (std::size_t i = 0; i < trace.size(); ++i) trace[i] = static_cast<double>(2000 - i);
  // sorted[1998] of 1..2000 is 1999.
  CHECK(suite::scaled(trace).at(1) == Approx(0.8 * 20 * 0.8));
  CHECK(suite::scaled(std::vector<double>(30000, 7)).size() == 20000);
  CHECK(suite::scaled(std::vector<double>(100, 0)).empty());
  CHECK(suite::scaled(std::vector<double>(3, 1)).empty());
}

TEST_CASE("suite: the score of eight ticks") {
  const std::vector<double> load{0, 8, 3.2, 1.6, 0, 0, 0, 0};
  const suite::Cell cell{load, {0.5, 0.4, 0.1}, suite::kSettings[0]};
  // Ticks 2 to 7 are scored. Tick 2: 3.2 / (2 x 0.8) = 2; tick 3: exactly at the limit.
  const suite::Score score = suite::score(cell, Counts{10, 5, 2, 2, 1, 1, 1, 1});
  CHECK(score.cost == Approx((0.5 * 2 + 0.4 * 8 / 20 + 0.1 * 2) / 6));
  CHECK(score.first_quarter == Approx(0.5 * 2 + 0.4 * 5 / 20 + 0.1));
  CHECK(score.violations_percent == Approx(100.0 / 6));
  CHECK(score.mean_replicas == Approx(8.0 / 6));
  CHECK(score.changes == 2);
}

TEST_CASE("suite: at the limit, however that is rounded, nothing is violated") {
  const RewardWeights only_violations{1, 0, 0};
  for (int n = 1; n <= 20; ++n) {
    for (const double part : {1.0, 7.0, 60.0}) {
      CHECK(suite::holding_cost(only_violations, n / part * 0.8 * part, n) == 0);
    }
    CHECK(suite::holding_cost(only_violations, 0.81 * n, n) == Approx(0.81 / 0.8));
  }
}

TEST_CASE("suite: no policy is better than the optimum, and no HPA than the best one") {
  std::vector<double> trace;
  for (int i = 0; i < 400; ++i) trace.push_back(50 + 40 * std::sin(i * 0.1) + (i * 7919) % 23);
  const std::vector<double> load = suite::scaled(trace);
  const auto setting = GENERATE(from_range(suite::kSettings));
  const suite::Cell cell{load, suite::kWeightings[0], setting};
  std::vector<int> replicas;
  const double optimum = suite::run_optimum(cell, replicas).cost;
  const double best = suite::run_best_hpa(cell, replicas).cost;
  CHECK(suite::score(cell, replicas).cost == best);
  bool ended = false;
  const double tracking =
      suite::run_policy(cell, suite::settings(PolicyType::kTargetTracking, cell), replicas,
                        [&ended](const Controller&) { ended = true; })
          .cost;
  CHECK(ended);
  CHECK(suite::score(cell, replicas).cost == tracking);
  CHECK(optimum > 0);
  CHECK(optimum <= best);
  CHECK(optimum <= tracking);
  CHECK(best <= suite::run_hpa_50(cell, replicas).cost);
}

}  // namespace skep::test
