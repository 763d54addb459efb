#include "core/reward.hpp"

#include <set>

#include <catch2/catch.hpp>

using namespace skep;

namespace {

constexpr ThresholdSettings kEarlierVersion{20, 20, 10, 6, 90, 10, 20};

/// The seed's rule written out branch by branch, unreachable ones included.
int rule(int cpu, int ram, int cpu_threshold, int ram_threshold) {
  const int c = cpu_threshold + cpu / 5;  // int(0.2 cpu)
  const int r = ram_threshold + ram / 5;
  const bool too_many = c - cpu >= 10;
  const bool close = cpu - c <= 15;
  if (cpu <= c && ram <= r) return 20;
  if (close && too_many) return -10;
  if (close) return -5;
  if (too_many) return -10;
  return -15;
}

}  // namespace

TEST_CASE("seed thresholds grow with the replicas, newer version") {
  const ThresholdSettings newer;
  const int cpu[] = {-7, 1, 9, 17, 25, 33, 41, 49, 57, 65, 73, 100, 100};
  const int ram[] = {2, 10, 18, 26, 34, 42, 50, 58, 66, 74, 82, 100, 100};
  for (int n = 0; n <= 12; ++n) {
    CAPTURE(n);
    CHECK(seed_thresholds(newer, n).cpu_percent == cpu[n]);
    CHECK(seed_thresholds(newer, n).ram_percent == ram[n]);
  }
  CHECK(seed_thresholds(newer, std::nullopt).cpu_percent == 0);
  CHECK(seed_thresholds(newer, std::nullopt).ram_percent == 10);
}

TEST_CASE("seed thresholds, earlier version") {
  const int both[] = {10, 20, 30, 40, 50, 60, 70, 90, 90, 90, 90, 90, 90};
  for (int n = 0; n <= 12; ++n) {
    CAPTURE(n);
    CHECK(seed_thresholds(kEarlierVersion, n).cpu_percent == both[n]);
    CHECK(seed_thresholds(kEarlierVersion, n).ram_percent == both[n]);
  }
  CHECK(seed_thresholds(kEarlierVersion, std::nullopt).cpu_percent == 10);
  CHECK(seed_thresholds(kEarlierVersion, std::nullopt).ram_percent == 20);
}

TEST_CASE("the seed's reward, one example for each reachable branch") {
  const Thresholds at_four{25, 34};
  CHECK(seed_reward(20, 30, at_four) == 20);   // within both
  CHECK(seed_reward(5, 60, at_four) == -10);   // RAM over, CPU far below: too many
  CHECK(seed_reward(35, 30, at_four) == -5);   // CPU over by 3 of 15
  CHECK(seed_reward(90, 30, at_four) == -15);  // CPU over by far
  CHECK(seed_reward(1e12, 10, at_four) == -15);
  CHECK(seed_reward(std::nullopt, 30, at_four) == 0);
  CHECK(seed_reward(20, std::nullopt, at_four) == 0);
}

TEST_CASE("the seed's reward cuts to whole percents") {
  // C = 25 + int(0.2 * 31) = 31, so 31.9% is still within it.
  CHECK(seed_reward(31.9, 30, {25, 34}) == 20);
  // C = 25 + int(0.2 * 32) = 31.
  CHECK(seed_reward(32, 30, {25, 34}) == -5);
}

TEST_CASE("the seed's reward over a grid equals the rule in every branch") {
  std::set<int> reached;
  for (int n = 0; n <= 12; ++n) {
    for (const ThresholdSettings& version : {ThresholdSettings{}, kEarlierVersion}) {
      const Thresholds thresholds = seed_thresholds(version, n);
      for (int cpu = 0; cpu <= 200; ++cpu) {
        for (int ram = 0; ram <= 120; ram += 3) {
          const int expected = rule(cpu, ram, static_cast<int>(thresholds.cpu_percent),
                                    static_cast<int>(thresholds.ram_percent));
          reached.insert(expected);
          if (seed_reward(cpu, ram, thresholds) != expected) {
            CAPTURE(n, cpu, ram);
            CHECK(seed_reward(cpu, ram, thresholds) == expected);
          }
        }
      }
    }
  }
  CHECK(reached == std::set<int>{-15, -10, -5, 20});
}

TEST_CASE("slo reward: both too few and too many replicas cost something") {
  const RewardSettings settings;
  const auto cost = [&](int replicas) {  // a load of 3.1 replicas
    return -slo_reward({310.0 / replicas, 40, std::nullopt, replicas}, settings, 10);
  };
  CHECK(cost(4) == Approx(0.09 * 4 / 10));
  CHECK(cost(3) == Approx(0.90 * (310.0 / 3) / 80 + 0.09 * 3 / 10));
  CHECK(cost(4) < cost(3));
  CHECK(cost(4) < cost(5));
}

TEST_CASE("slo reward: the worst violated objective counts, latency only when it has a limit") {
  RewardSettings settings;
  settings.weights = {1, 0, 0};
  Limits& limits = settings.limits;
  CHECK(slo_reward({80, 90, 9.0, 1}, settings, 10) == 0);
  CHECK(slo_reward({80, 99, std::nullopt, 1}, settings, 10) == Approx(-1.1));
  CHECK(slo_reward({100, 99, std::nullopt, 1}, settings, 10) == Approx(-1.25));
  limits.latency = std::chrono::milliseconds(200);
  CHECK(slo_reward({10, 10, 0.3, 1}, settings, 10) == Approx(-1.5));
  CHECK(slo_reward({10, 10, 0.2, 1}, settings, 10) == 0);
  CHECK(slo_reward({10, 10, std::nullopt, 1}, settings, 10) == 0);
  settings.graded = false;
  CHECK(slo_reward({100, 99, std::nullopt, 1}, settings, 10) == -1);
}

TEST_CASE("what is over its limit by no more than rounding is not over it") {
  CHECK_FALSE(over(80.0, 80.0));
  CHECK_FALSE(over(100 * (12.8 / 16) * (1 + 1e-15), 80.0));
  CHECK(over(80.001, 80.0));
  CHECK_FALSE(over(0.8F * 16, 12.8F));
  CHECK(over(12.801F, 12.8F));
  RewardSettings settings;
  const SloInput at_limit{80.00000000000001, 10, {}, 2};
  CHECK(slo_reward(at_limit, settings, 10) == Approx(-settings.weights.resources * 2 / 10));
}
