#include "core/shadow.hpp"

#include "core/controller.hpp"
#include "core/simulator.hpp"
#include "tests/unit/core/support.hpp"

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

ControllerSettings shadow_settings(PolicyType policy) {
  ControllerSettings settings;
  settings.agent.policy = policy;
  settings.agent.updates = Updates::kFactual;
  settings.agent.shadow = true;
  settings.agent.target = {60, 0.1, 0s, 0s};
  settings.cooldown = 30s;
  settings.environment.startup = 20s;
  return settings;
}

ControllerSettings acting(ControllerSettings settings, PolicyType policy) {
  settings.agent.shadow = false;
  settings.agent.policy = policy;
  return settings;
}

/// Two hours of ticks whose load goes up and down every 20 minutes.
std::vector<double> waves() {
  std::vector<double> loads;
  for (int i = 0; i < 480; ++i) {
    loads.push_back(2.5 - 2 * std::cos(2 * M_PI * i / 80));
  }
  return loads;
}

SimulatorSettings world(const ControllerSettings& settings) {
  SimulatorSettings simulator;
  simulator.startup = settings.environment.startup;
  return simulator;
}

struct Run {
  SimulationResult result;
  std::vector<Decision> decisions;
};

Run run(const ControllerSettings& settings, const std::vector<double>& loads) {
  Controller controller(settings);
  SimulatedService service(world(settings), 2);
  Run run;
  run.result = simulate(controller, service, loads, 15s, [&run](const SimulatedDecision& one) {
    run.decisions.push_back(one.decision);
  });
  return run;
}

/// Feeds a controller in shadow mode the load that a service of many idle replicas shows, which is
/// never saturated, and counts its reports. The real count stays at 20: every command is refused.
struct Watched {
  explicit Watched(const ControllerSettings& settings) : controller(settings) {}

  void feed(const std::vector<double>& loads) {
    for (const double load : loads) {
      const TimePoint now = at(seconds);
      TickResult tick = controller.tick(input(20, 5 * load), now);
      if (tick.command) {
        controller.scale_finished(ScaleOutcome::kRefused, "no", *tick.decision, now);
      }
      decisions.push_back(*tick.decision);
      for (const ControllerEvent& event : tick.events) {
        if (event.kind == EventKind::kShadow) reports.push_back(event);
      }
      seconds += 15;
    }
  }

  Controller controller;
  double seconds = 0;
  std::vector<Decision> decisions;
  std::vector<ControllerEvent> reports;
};

}  // namespace

TEST_CASE("in shadow mode target tracking acts, and decides what it decides alone") {
  const ControllerSettings settings = shadow_settings(PolicyType::kQLearning);
  const Run alone = run(acting(settings, PolicyType::kTargetTracking), waves());
  const Run shadowed = run(settings, waves());
  CHECK(alone.result.changes > 10);
  REQUIRE(alone.decisions.size() == shadowed.decisions.size());
  for (std::size_t i = 0; i < alone.decisions.size(); ++i) {
    CHECK(alone.decisions[i].target_replicas == shadowed.decisions[i].target_replicas);
    CHECK_FALSE(alone.decisions[i].shadow);
    REQUIRE(shadowed.decisions[i].shadow);
    CHECK_FALSE(shadowed.decisions[i].shadow->reason.empty());
  }
}

TEST_CASE("what the agent would have done follows its own replica count, not the real one") {
  ControllerSettings settings = shadow_settings(PolicyType::kThresholds);
  settings.replicas.max = 20;
  Watched watched(settings);
  std::vector<double> loads = waves();
  watched.feed(loads);

  // The same agent acting in a world of its own, which begins at the real count.
  Controller alone(acting(settings, PolicyType::kThresholds));
  SimulatedService service(world(settings), 20);
  std::uint64_t changes = 0;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const TimePoint now = at(15.0 * static_cast<double>(i));
    TickInput seen = service.observe(loads[i], now);
    seen.metrics->ram_percent = 20;
    TickResult tick = alone.tick(seen, now);
    const ShadowDecision& shadow = *watched.decisions[i].shadow;
    CHECK(shadow.replicas == tick.decision->replicas.desired);
    CHECK(shadow.change == tick.decision->change);
    CHECK(shadow.target_replicas == tick.decision->target_replicas);
    if (tick.command) {
      alone.scale_finished(ScaleOutcome::kAccepted, {}, *tick.decision, now);
      service.scale(tick.command->to, now);
      ++changes;
    }
  }
  CHECK(changes > 20);
  CHECK(watched.decisions.back().replicas.desired == 20);
}

TEST_CASE("every 240 intervals both sides are compared on the same load") {
  ControllerSettings settings = shadow_settings(PolicyType::kStatic);
  settings.replicas.max = 20;
  Watched watched(settings);
  watched.feed(std::vector<double>(240, 6));  // 11 replicas at 55%
  CHECK(watched.reports.empty());
  watched.feed(std::vector<double>(1, 6));
  REQUIRE(watched.reports.size() == 1);
  const ShadowReport first = *watched.reports[0].shadow;
  CHECK(first.recent.lasted == 1h);
  CHECK(first.recent.agent.ticks == 241);
  CHECK(first.recent.agent.mean_replicas() == 20);
  CHECK(first.recent.agent.changes == 0);
  CHECK(first.recent.rule.changes == 9);  // from 20 down to 11, which is within the tolerance
  CHECK(first.recent.rule.mean_replicas() > 11);
  CHECK(first.recent.rule.mean_replicas() < 12);
  CHECK(first.recent.rule.violations == 0);
  CHECK_THAT(watched.reports[0].message,
             Catch::Contains("20 replicas in the mean and 0 changes, and target tracking"));

  watched.feed(std::vector<double>(240, 17));  // 85% of the 20 that are there
  REQUIRE(watched.reports.size() == 2);
  const ShadowReport second = *watched.reports[1].shadow;
  CHECK(second.recent.agent.ticks == 240);
  CHECK(second.recent.agent.violations == 240);
  CHECK(second.recent.rule.changes == 2);  // saturated, so the guard lets it double
  CHECK(second.total.lasted == 2h);
  CHECK(second.total.agent.ticks == 481);
  CHECK(second.total.agent.violations == 240);
  CHECK(second.total.rule.changes == 11);
}

TEST_CASE("a shorter interval is compared sooner, and what is left before the end") {
  ControllerSettings settings = shadow_settings(PolicyType::kStatic);
  settings.interval = 5s;
  Watched watched(settings);
  CHECK(watched.controller.last_events().empty());
  watched.feed(std::vector<double>(1, 6));
  CHECK(watched.controller.last_events().empty());  // a single tick lasts no time

  watched.feed(std::vector<double>(80, 6));  // 15 s each, 20 minutes
  REQUIRE(watched.reports.size() == 1);
  CHECK(watched.reports[0].shadow->recent.lasted == 20min);
  CHECK_THAT(watched.reports[0].message, Catch::StartsWith("With the load of the last 1200 s the"));
  CHECK(watched.controller.last_events().empty());

  watched.feed(std::vector<double>(2, 6));
  const std::vector<ControllerEvent> last = watched.controller.last_events();
  REQUIRE(last.size() == 1);
  CHECK(last[0].kind == EventKind::kShadow);
  CHECK(last[0].shadow->recent.lasted == 30s);
  CHECK(last[0].shadow->recent.rule.ticks == 2);
  CHECK(last[0].shadow->total.agent.ticks == 83);
  CHECK(watched.controller.last_events().empty());
}

TEST_CASE("without shadow mode nothing is left to tell before the end") {
  Controller controller(acting(shadow_settings(PolicyType::kStatic), PolicyType::kStatic));
  step(controller, input(4, 50), 0);
  step(controller, input(4, 50), 15);
  CHECK(controller.last_events().empty());
}

TEST_CASE("a saturated service was asked for more than it shows") {
  ControllerSettings settings = shadow_settings(PolicyType::kStatic);
  settings.guard.panic_cpu_percent = 0;  // else the guard would move the static agent, too
  Controller controller(settings);
  std::optional<ShadowReport> report;
  for (int i = 0; i <= 240; ++i) {
    const Decision decision = step(controller, input(4, 100), 15.0 * i);
    CHECK(decision.shadow->replicas == 4);
  }
  TickResult tick = controller.tick(input(4, 50), at(15.0 * 480));
  for (const ControllerEvent& event : tick.events) {
    if (event.shadow) report = event.shadow;
  }
  REQUIRE(report);
  CHECK(report->total.saturated == 241);
  CHECK(report->total.agent.violations == 241);
  CHECK(report->total.agent.ticks == 242);
}

TEST_CASE("shadow: the rule that acts keeps to its rates") {
  ControllerSettings settings = shadow_settings(PolicyType::kQLearning);
  settings.replicas = {1, 10, 10};
  settings.cooldown = 0s;
  settings.guard.panic_cpu_percent = 0;
  settings.agent.target.scale_out = {{{RateType::kReplicas, 2, 60s}}};
  Controller controller(settings);
  int replicas = 1;
  std::vector<int> counts;
  for (int tick = 0; tick < 6; ++tick) {
    const TimePoint now = at(15 * tick);
    TickResult result = controller.tick(input(replicas, 100), now);
    if (result.command) {
      replicas = result.command->to;
      controller.scale_finished(ScaleOutcome::kAccepted, {}, *result.decision, now);
    }
    counts.push_back(replicas);
  }
  // At 100% of 1, 2 are wanted; then 4 of 2, of which the minute allows one more; then none.
  CHECK(counts == std::vector<int>{2, 3, 3, 3, 4, 5});
}

TEST_CASE("a factual agent is credited with what the rule really did, and acts later on it") {
  ControllerSettings settings = shadow_settings(PolicyType::kQLearning);
  settings.cooldown = 15s;
  Controller controller(settings);
  const Decision out = step(controller, input(2, 90), 0);
  REQUIRE(out.change == 1);
  TickResult next = controller.tick(input(3, 60), at(15));
  bool learned = false;
  for (const ControllerEvent& event : next.events) {
    if (!event.learned) continue;
    learned = true;
    CHECK(event.learned->change == 1);
    CHECK(event.learned->state == out.state_id);
  }
  CHECK(learned);

  const Snapshot saved = controller.snapshot(at(16), std::nullopt);
  REQUIRE(saved.cells.size() == 1);
  Controller acts(acting(settings, PolicyType::kQLearning));
  CHECK(acts.restore(saved, 0s, at(16)));
}

TEST_CASE("both the rule and the agent hear of a tick without data") {
  class Listener final : public Agent {
   public:
    explicit Listener(int& missed) : missed_(missed) {}
    Wish wish(const AgentView&) override { return {}; }
    std::string explain(const AgentView&, const Wish&) const override { return {}; }
    void missed() override { ++missed_; }

   private:
    int& missed_;
  };
  int rule = 0;
  int agent = 0;
  Controller controller({},
                        std::make_unique<ShadowedAgent>(std::make_unique<Listener>(rule),
                                                        std::make_unique<Listener>(agent)),
                        Controller::Detail::kNumbers);
  controller.tick(problem(ProblemKind::kMetricsMissing), at(0));
  CHECK(rule == 1);
  CHECK(agent == 1);
}

namespace {

/// Wants what it is told to, and keeps what it saw.
class Witness final : public Agent {
 public:
  Wish wish(const AgentView& view) override {
    seen.push_back(view.observation);
    return {std::exchange(change, 0), false};
  }
  std::string explain(const AgentView&, const Wish&) const override { return {}; }

  int change = 0;
  std::vector<Observation> seen;
};

}  // namespace

TEST_CASE("replicas that the agent would have added run only after the start-up time") {
  ControllerSettings settings = shadow_settings(PolicyType::kStatic);
  settings.environment.startup = 60s;
  Witness witness;
  witness.change = 1;
  Shadow shadow(settings, witness, false);
  for (int i = 0; i <= 5; ++i) {
    shadow.tick(observation(4, 50), at(15 * i));  // a load of 2
  }
  REQUIRE(witness.seen.size() == 6);
  for (std::size_t i = 1; i < 4; ++i) {
    CHECK(witness.seen[i].replicas == ReplicaCount{5, 4});
    CHECK(witness.seen[i].metrics.cpu_percent == Approx(50));
  }
  CHECK(witness.seen[4].replicas == ReplicaCount{5, 5});
  CHECK(witness.seen[4].metrics.cpu_percent == Approx(40));
}

TEST_CASE("what was asked of a saturated service is known from its demand, and passed on") {
  Witness witness;
  Shadow shadow(shadow_settings(PolicyType::kStatic), witness, false);
  Observation seen = observation(4, 50);  // 100 requests/s are one replica's worth
  seen.metrics.demand = 200;
  shadow.tick(seen, at(0));
  seen = observation(1, 100);
  seen.metrics.demand = 340;
  shadow.tick(seen, at(15));
  REQUIRE(witness.seen.size() == 2);
  CHECK(witness.seen[0].metrics.demand == 200.0);
  CHECK(witness.seen[1].metrics.demand == 340.0);
  CHECK(witness.seen[1].replicas == ReplicaCount{4, 4});
  CHECK(witness.seen[1].metrics.cpu_percent == Approx(85));
  const std::optional<ShadowReport> report = shadow.last_report();
  REQUIRE(report);
  CHECK(report->total.saturated == 0);
  CHECK(report->total.agent.violations == 1);
}
