#include "core/controller.hpp"

#include "tests/unit/core/support.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

TickInput updating(int replicas, UpdateState state, double cpu_percent = 85) {
  TickInput seen = input(replicas, cpu_percent);
  seen.service->update = state;
  return seen;
}

}  // namespace

TEST_CASE(
    "a command is sent, its answer starts the cooldown, and the cooldown holds everything back") {
  Controller controller(tracking());
  TickResult result = controller.tick(input(3, 85), at(100));
  REQUIRE(result.command);
  CHECK(result.command->from == 3);
  CHECK(result.command->to == 4);
  CHECK_FALSE(result.decision->applied);
  controller.scale_finished(ScaleOutcome::kAccepted, {}, *result.decision, at(102));
  CHECK(result.decision->applied);
  CHECK(result.decision->target_replicas == 4);
  CHECK(controller.state(at(102)) == ControllerState::kCooling);
  CHECK(controller.cooldown_left(at(110)) == 22s);

  const Decision held = step(controller, input(4, 85), 131.9);
  CHECK(held.change == 0);
  CHECK(held.wanted > 0);
  REQUIRE(held.guard.size() == 1);
  CHECK(held.guard[0].rule == "cooldown");
  CHECK(step(controller, input(4, 85), 132).change == 1);
}

TEST_CASE("ticks come every interval, and one more when a cooldown ends") {
  Controller controller(tracking());
  const TimePoint start = at(100);
  CHECK(controller.next_tick(start, at(90)) == at(100));
  CHECK(controller.next_tick(start, at(100)) == at(115));
  CHECK(controller.next_tick(start, at(114.9)) == at(115));
  TickResult result = controller.tick(input(3, 85), at(100));
  controller.scale_finished(ScaleOutcome::kAccepted, {}, *result.decision, at(101));
  CHECK(controller.next_tick(start, at(101)) == at(115));
  CHECK(controller.next_tick(start, at(115)) == at(130));
  CHECK(controller.next_tick(start, at(130)) == at(131));
  CHECK(controller.next_tick(start, at(131)) == at(145));
}

TEST_CASE("a cooldown of 30 s is 30 s in virtual time, whatever the interval") {
  ControllerSettings settings = tracking();
  settings.interval = GENERATE(1s, 7s, 15s, 45s);
  Controller controller(settings);
  const TimePoint start = at(0);
  TimePoint now = start;
  std::vector<TimePoint> commands;
  int replicas = 1;
  while (commands.size() < 5) {
    if (step(controller, input(replicas, 85), to_seconds(now - at(0))).applied) {
      ++replicas;
      commands.push_back(now);
    }
    now = controller.next_tick(start, now);
  }
  for (std::size_t i = 1; i < commands.size(); ++i) {
    CHECK(commands[i] - commands[i - 1] == 30s);
  }
}

TEST_CASE("a refused command is a hold without a cooldown") {
  Controller controller(tracking());
  TickResult result = controller.tick(input(3, 85), at(0));
  controller.scale_finished(ScaleOutcome::kRefused, "invalid spec", *result.decision, at(1));
  CHECK_FALSE(result.decision->applied);
  CHECK(result.decision->change == 0);
  CHECK(result.decision->target_replicas == 3);
  CHECK_THAT(result.decision->reason, Catch::Contains("invalid spec"));
  CHECK(controller.state(at(1)) == ControllerState::kObserving);
}

TEST_CASE("a conflict is decided again at once") {
  Controller controller(tracking());
  TickResult result = controller.tick(input(3, 85), at(0));
  controller.scale_finished(ScaleOutcome::kConflict, "update out of sequence", *result.decision,
                            at(0.1));
  CHECK(controller.cooldown_left(at(0.1)) == 0s);
  CHECK(controller.tick(input(3, 85), at(0.2)).command.has_value());
}

TEST_CASE("an unknown outcome cools down, and either count is skep's own afterwards") {
  const int after = GENERATE(3, 4);
  Controller controller(tracking());
  TickResult result = controller.tick(input(3, 85), at(0));
  controller.scale_finished(ScaleOutcome::kUnknown, "no answer in 10 s", *result.decision, at(10));
  CHECK_FALSE(result.decision->applied);
  CHECK(controller.cooldown_left(at(10)) == 30s);
  CHECK(controller.tick(input(after, 50), at(15)).events.empty());
}

TEST_CASE("no data, no decision: one event when it begins and one when it ends") {
  Controller controller(tracking());
  TickInput blind = input(3, 85);
  blind.metrics.reset();
  blind.problem = TickProblem{ProblemKind::kMetricsMissing, "Prometheus does not answer."};
  TickResult first = controller.tick(blind, at(0));
  CHECK_FALSE(first.decision.has_value());
  CHECK_FALSE(first.command.has_value());
  REQUIRE(kinds(first) == std::vector<EventKind>{EventKind::kMetricsMissing});
  CHECK(first.events[0].message == "Prometheus does not answer.");
  CHECK(controller.tick(blind, at(15)).events.empty());
  TickResult back = controller.tick(input(3, 85), at(30));
  REQUIRE_FALSE(back.events.empty());
  CHECK(back.events[0].kind == EventKind::kMetricsMissing);
  CHECK(back.events[0].trouble->phase == TroublePhase::kEnd);
  CHECK(back.decision.has_value());
}

TEST_CASE(
    "each problem without a service status has its own event, and the ones before it are over") {
  Controller controller(tracking());
  CHECK(kinds(controller.tick(problem(ProblemKind::kDockerUnreachable), at(0))) ==
        std::vector<EventKind>{EventKind::kDockerUnreachable});
  CHECK(controller.state(at(0)) == ControllerState::kBlocked);
  CHECK(kinds(controller.tick(problem(ProblemKind::kNotManager), at(1))) ==
        std::vector<EventKind>{EventKind::kDockerUnreachable, EventKind::kBlocked});
  const TickResult missing = controller.tick(problem(ProblemKind::kServiceMissing), at(2));
  CHECK(kinds(missing) == std::vector<EventKind>{EventKind::kServiceMissing});
}

TEST_CASE("a service that cannot be scaled is left alone") {
  Controller controller(tracking());
  TickInput seen = input(3, 85);
  SECTION("not replicated") {
    seen.service->mode = GENERATE(ServiceMode::kGlobal, ServiceMode::kReplicatedJob,
                                  ServiceMode::kGlobalJob, ServiceMode::kUnknown);
    const TickResult result = controller.tick(seen, at(0));
    CHECK(kinds(result) == std::vector<EventKind>{EventKind::kBlocked});
    CHECK_FALSE(result.decision.has_value());
  }
  SECTION("switched off") {
    seen.service->replicas = {0, 0};
    const TickResult result = controller.tick(seen, at(0));
    CHECK(kinds(result) == std::vector<EventKind>{EventKind::kBlocked});
    CHECK_FALSE(result.command.has_value());
  }
  SECTION("paused update: decided, but nothing done") {
    const TickResult result = controller.tick(updating(3, UpdateState::kPaused), at(0));
    CHECK(kinds(result) == std::vector<EventKind>{EventKind::kBlocked});
    REQUIRE(result.decision);
    CHECK(result.decision->guard.at(0).rule == "update");
    CHECK_FALSE(result.command.has_value());
    CHECK(controller.state(at(0)) == ControllerState::kBlocked);
    const TickResult resumed = controller.tick(updating(3, UpdateState::kCompleted), at(15));
    CHECK(kinds(resumed) == std::vector<EventKind>{EventKind::kBlocked});
    CHECK(resumed.command.has_value());
  }
}

TEST_CASE("a change by hand is respected for one cooldown") {
  Controller controller(tracking());
  step(controller, input(3, 60), 0);
  const TickResult noticed = controller.tick(input(8, 20), at(15));
  CHECK(kinds(noticed) == std::vector<EventKind>{EventKind::kExternalChange});
  CHECK(noticed.decision->change == 0);
  CHECK(step(controller, input(8, 20), 44.9).change == 0);
  CHECK(step(controller, input(8, 20), 45).change == -1);
}

TEST_CASE("outside min and max the count returns to the bound in one command") {
  Controller controller(tracking());
  CHECK(controller.tick(input(15, 60), at(0)).command->to == 10);
  ControllerSettings settings = tracking();
  settings.replicas.min = 3;
  Controller other(settings);
  CHECK(other.tick(input(1, 60), at(0)).command->to == 3);
}

TEST_CASE("a pause holds everything back until it is over or taken back") {
  Controller controller(tracking());
  controller.pause(at(100));
  CHECK(controller.state(at(0)) == ControllerState::kPaused);
  CHECK(step(controller, input(3, 85), 0).guard.at(0).rule == "paused");
  CHECK(step(controller, input(3, 85), 100).applied);
  controller.pause(std::nullopt);
  CHECK(controller.state(at(1e6)) == ControllerState::kPaused);
  controller.resume();
  CHECK(controller.state(at(1e6)) == ControllerState::kObserving);
}

TEST_CASE("dry-run decides and sends nothing") {
  ControllerSettings settings = tracking();
  settings.dry_run = true;
  Controller controller(settings);
  const TickResult result = controller.tick(input(3, 85), at(0));
  CHECK_FALSE(result.command.has_value());
  CHECK(result.decision->wanted == 2);
  CHECK(result.decision->guard.back().rule == "dry_run");
  CHECK_FALSE(result.decision->applied);
}

TEST_CASE("the untrained learner follows target tracking out and in") {
  Controller learner(factual());
  double load = 3.4;
  int replicas = 3;
  double now = 0;
  const auto run = [&](int ticks) {
    for (int i = 0; i < ticks; ++i, now += 30) {
      const Decision decision =
          step(learner, input(replicas, std::min(100.0, 100 * load / replicas)), now);
      replicas = decision.target_replicas;
    }
  };
  run(10);
  CHECK(replicas == 6);  // 57% of a replica each: within 10% of the target of 60%
  load = 0.5;
  run(10);
  CHECK(replicas == 1);
}

TEST_CASE("the learner credits a change a cooldown later, and a hold after one tick") {
  ControllerSettings settings = factual();
  settings.interval = 15s;
  Controller controller(settings);
  CHECK(step(controller, input(3, 85), 0).applied);
  CHECK(kinds(controller.tick(input(4, 60), at(15))).empty());
  const TickResult credited = controller.tick(input(4, 60), at(30));
  REQUIRE(kinds(credited) == std::vector<EventKind>{EventKind::kLearned});
  CHECK(credited.events[0].learned->change == 1);
  CHECK(credited.events[0].learned->ticks == 2);
  const TickResult hold = controller.tick(input(4, 60), at(45));
  REQUIRE(kinds(hold) == std::vector<EventKind>{EventKind::kLearned});
  CHECK(hold.events[0].learned->change == 0);
  CHECK(hold.decision->q_change ==
        std::abs(hold.events[0].learned->after - hold.events[0].learned->before));
}

TEST_CASE(
    "a tick without data, a change by hand, a pause, a block and an unknown outcome drop the "
    "transition") {
  Controller controller(factual());
  CHECK(step(controller, input(4, 85), 0).applied);
  int replicas = 5;
  SECTION("no data") { controller.tick(problem(ProblemKind::kDockerUnreachable), at(15)); }
  SECTION("by hand") {
    replicas = 7;
    controller.tick(input(7, 60), at(15));
  }
  SECTION("pause") {
    controller.pause(at(20));
    controller.tick(input(5, 60), at(15));
  }
  SECTION("block") { controller.tick(updating(5, UpdateState::kUpdating, 60), at(15)); }
  for (const ControllerEvent& event : controller.tick(input(replicas, 60), at(30)).events) {
    CHECK(event.kind != EventKind::kLearned);
  }
}

TEST_CASE(
    "an episode ends, the count goes back to one replica, and the value goes on through its end") {
  ControllerSettings settings = factual();
  settings.environment.episode = {600s, true};
  settings.cooldown = 0s;
  Controller controller(settings);
  CHECK(step(controller, input(1, 60), 0).change == 0);
  CHECK(step(controller, input(4, 60), 1).change == 0);  // set by hand, and 60% is on target
  const TickResult over = controller.tick(input(4, 60), at(600));
  REQUIRE(over.command);
  CHECK(over.command->to == 1);
  CHECK_THAT(over.decision->reason, Catch::Contains("a new episode begins with 1 replica"));
  CHECK(kinds(over) == std::vector<EventKind>{EventKind::kEpisode, EventKind::kLearned});
}

TEST_CASE("a new episode waits for a service that is busy, and does not hold it back") {
  ControllerSettings settings = tracking();
  settings.environment.episode = {600s, true};
  settings.cooldown = 0s;
  Controller controller(settings);
  CHECK(controller.tick(input(4, 90), at(0)).command->to == 5);
  CHECK(controller.tick(input(5, 60), at(15)).command->to == 1);
}

TEST_CASE("whatever metrics say, decisions and what is saved stay finite") {
  ControllerSettings settings;
  settings.agent.policy =
      GENERATE(PolicyType::kMixture, PolicyType::kQLearning, PolicyType::kModelBased,
               PolicyType::kDynaQ, PolicyType::kTargetTracking, PolicyType::kThresholds);
  const double absurd = GENERATE(1e7, kLargestMetric);
  Controller controller(settings);
  int tick = 0;
  for (const double cpu : {50.0, absurd, 50.0, 60.0, absurd, absurd, 0.0, 50.0, 70.0, 60.0}) {
    TickInput seen = input(5, 0);
    seen.metrics->cpu_percent = cpu;
    seen.metrics->cpu_service_percent = 5 * cpu;
    seen.metrics->demand = tick % 2 == 0 ? absurd : 1 / absurd;
    const Decision decision = step(controller, seen, 60 * tick++);
    CHECK(decision.target_replicas >= 1);
    CHECK(decision.target_replicas <= 10);
    CHECK(decision.why.find("nan") == std::string::npos);
    for (const ActionValue& action : decision.q) {
      CHECK(std::isfinite(action.value));
    }
  }
  const Snapshot snapshot = controller.snapshot(at(600), std::nullopt);
  const auto finite = [](float value) { return std::isfinite(value); };
  for (const LearnedArray& array : snapshot.arrays) {
    CHECK(std::all_of(array.values.begin(), array.values.end(), finite));
  }
  for (const TableCell& cell : snapshot.cells) {
    CHECK(std::isfinite(cell.value));
  }
}

TEST_CASE("an answer that takes its time does not make a change cost one more tick") {
  Controller controller(factual());
  TickResult result = controller.tick(input(3, 85), at(0));
  REQUIRE(result.command);
  controller.scale_finished(ScaleOutcome::kAccepted, {}, *result.decision, at(0.04));
  step(controller, input(4, 60), 15);
  step(controller, input(4, 60), 30);
  result = controller.tick(input(4, 60), at(30.04));
  REQUIRE(kinds(result) == std::vector<EventKind>{EventKind::kLearned});
  CHECK(result.events[0].learned->ticks == 2);
}

TEST_CASE("a late tick counts as one, whatever little time after it the next one comes") {
  Controller controller(factual());
  const auto learns = [&controller](double seconds) {
    return kinds(controller.tick(input(3, 60), at(seconds))) ==
           std::vector<EventKind>{EventKind::kLearned};
  };
  step(controller, input(3, 60), 0);
  CHECK(learns(15));
  CHECK(learns(29));  // the metrics were slow
  CHECK(learns(31));
}

TEST_CASE("the decision explains itself") {
  Controller controller(factual());
  const Decision decision = step(controller, input(3, 83.1, 41), 0);
  CHECK(decision.load == Approx(2.493));
  CHECK(decision.q.size() == 3);
  CHECK(decision.thresholds.cpu_percent == 80);
  CHECK(decision.state.size() == 3);
  CHECK_THAT(decision.reason,
             Catch::StartsWith(
                 "CPU 83% is over its limit of 80%: the learned values favour one more replica ("));
  CHECK(decision.reason.back() == '.');
}

TEST_CASE("the tick after a change pays for it, once, and one after a refused command does not") {
  ControllerSettings settings = tracking();
  settings.environment.reward.weights = {0.5, 0.3, 0.2};  // replicas are 0.03 each, of 10
  Controller controller(settings);
  TickResult refused = controller.tick(input(3, 85), at(0));
  REQUIRE(refused.command);
  controller.scale_finished(ScaleOutcome::kRefused, "no", *refused.decision, at(0));
  CHECK(step(controller, input(3, 75), 15).reward == Approx(-0.09));
  CHECK(step(controller, input(4, 60), 30).reward == Approx(-0.12 - 0.2));
  CHECK(step(controller, input(4, 60), 45).reward == Approx(-0.12));
}
