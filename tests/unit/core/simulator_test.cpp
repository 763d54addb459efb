#include "core/simulator.hpp"

#include "tests/unit/core/support.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

TEST_CASE("response times of M/D/1 and M/M/1") {
  CHECK(response_seconds(QueueModel::kMD1, 0.01, 0.5) == Approx(0.015));
  CHECK(response_seconds(QueueModel::kMM1, 0.01, 0.5) == Approx(0.02));
  CHECK(std::isinf(response_seconds(QueueModel::kMD1, 0.01, 1)));
}

TEST_CASE("demand above 100% is hidden from the metrics and seen in the truth") {
  SimulatedService service({}, 2);
  const TickInput& seen = service.observe(3, at(0));
  CHECK(seen.metrics->cpu_percent == 100);
  CHECK(seen.metrics->load() == 2);
  CHECK(service.truth().metrics.cpu_percent == 150);
}

TEST_CASE("only a load query sees the demand behind full CPU, a latency alone does not") {
  SimulatorSettings settings;
  settings.service_time = 10ms;
  CHECK(SimulatedService(settings, 2).observe(3, at(0)).metrics->demand == 300);
  settings.measures_demand = false;
  SimulatedService service(settings, 2);
  const TickInput& seen = service.observe(3, at(0));
  CHECK_FALSE(seen.metrics->demand);
  CHECK(seen.metrics->latency_seconds);
}

TEST_CASE("a new replica runs after its start-up, and what is still starting goes first") {
  SimulatorSettings settings;
  settings.startup = 10s;
  SimulatedService service(settings, 2);
  service.scale(4, at(0));
  CHECK(service.observe(1, at(9)).service->replicas == ReplicaCount{4, 2});
  service.scale(3, at(9));
  CHECK(service.observe(1, at(9)).service->replicas == ReplicaCount{3, 2});
  CHECK(service.observe(1, at(10)).service->replicas == ReplicaCount{3, 3});
  service.scale(1, at(10));
  CHECK(service.observe(1, at(10)).service->replicas == ReplicaCount{1, 1});
}

TEST_CASE("late metrics come with the replicas of their own time") {
  SimulatorSettings settings;
  settings.lag_ticks = 1;
  SimulatedService service(settings, 2);
  CHECK_FALSE(service.observe(1, at(0)).metrics);
  service.scale(4, at(0));
  const TickInput& seen = service.observe(2, at(1));
  CHECK(seen.service->replicas.running == 4);
  CHECK(seen.metrics->cpu_percent == 50);
  CHECK(seen.metrics->load() == 1);
}

TEST_CASE("simulate decides what the controller decides on the same observations, and sums it up") {
  ControllerSettings settings;
  settings.agent.policy = PolicyType::kTargetTracking;
  settings.agent.target = {60, 0.1, 0s, 0s};
  settings.cooldown = 40s;  // no multiple of the interval: extra ticks
  const std::vector<double> loads{1, 1, 2, 4, 4, 4, 1, 1, 1, 1};
  std::vector<int> targets;
  std::vector<double> seconds;
  Controller controller(settings);
  SimulatedService service({}, 2);
  double cost = 0;
  const SimulationResult result =
      simulate(controller, service, loads, 60s, [&](const SimulatedDecision& one) {
        targets.push_back(one.decision.target_replicas);
        seconds.push_back(to_seconds(one.time));
        cost += one.cost;
      });

  Controller by_hand(settings);
  int replicas = 2;
  std::size_t changes = 0;
  REQUIRE(targets.size() > 40);  // 600 s / 15 s, and the ends of the cooldowns
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const double load = loads[static_cast<std::size_t>(seconds[i] / 60)];
    const double cpu = std::min(100.0, 100 * load / replicas);
    TickResult tick = by_hand.tick(input(replicas, cpu, 20 + cpu / 5), at(seconds[i]));
    if (tick.command) {
      by_hand.scale_finished(ScaleOutcome::kAccepted, {}, *tick.decision, at(seconds[i]));
      replicas = tick.command->to;
      ++changes;
    }
    CHECK(tick.decision->target_replicas == targets[i]);
  }
  CHECK(changes == result.changes);
  CHECK(changes > 4);
  CHECK(result.reversals >= 1);
  CHECK(result.ticks == 40);  // the ends of the cooldowns are no more of the time
  CHECK(result.total_cost == Approx(cost));
  CHECK(result.mean_replicas() == Approx(result.replica_hours * 6));
}

TEST_CASE(
    "a gap in the trace is no load: nothing is decided or judged, and nothing learned over it") {
  ControllerSettings settings;
  settings.agent.policy = PolicyType::kTargetTracking;
  settings.agent.target = {60, 0.1, 0s, 0s};
  settings.cooldown = 0s;
  const double nan = std::nan("");
  const std::vector<double> loads{1, 1, nan, nan, 9, 9};
  std::vector<double> seconds;
  Controller controller(settings);
  SimulatorSettings one_late;
  one_late.lag_ticks = 1;
  SimulatedService service(one_late, 2);
  const SimulationResult result =
      simulate(controller, service, loads, settings.interval,
               [&](const SimulatedDecision& one) { seconds.push_back(to_seconds(one.time)); });
  // One tick late: the first tick of each part has no metrics yet, and none of before the gap.
  CHECK(seconds == std::vector<double>{15, 75});
  CHECK(result.ticks == 4);
  CHECK(result.violations == 2);
  CHECK(result.hours == Approx(60.0 / 3600));
}
