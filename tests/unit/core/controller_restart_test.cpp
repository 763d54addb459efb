// What a controller goes on from after a restart or a reload.
#include "core/controller.hpp"
#include "tests/unit/core/support.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

TEST_CASE("a restart goes on where it stopped") {
  Controller before(factual());
  CHECK(step(before, input(3, 85), 0).applied);
  step(before, input(4, 60), 30);
  step(before, input(4, 85), 45);
  const Snapshot snapshot = before.snapshot(at(50), std::nullopt);
  CHECK(snapshot.cooldown_left == 25s);
  CHECK_FALSE(snapshot.cells.empty());
  CHECK(snapshot.ticks == 3);

  SECTION("the table, the counters and what is left of the cooldown") {
    Controller after(factual());
    CHECK(after.restore(snapshot, 10s, at(1000)));
    CHECK(after.cooldown_left(at(1000)) == 15s);
    CHECK(after.snapshot(at(1000), std::nullopt).cells == snapshot.cells);
    CHECK(after.tick(input(5, 60), at(1000)).decision->tick == 4);
  }
  SECTION("a clock that went back does not lengthen the cooldown beyond itself") {
    Controller after(factual());
    after.restore(snapshot, -1000s, at(0));
    CHECK(after.cooldown_left(at(0)) == 25s);
  }
  SECTION("a change during the stop was made by somebody else") {
    Controller after(factual());
    after.restore(snapshot, 100s, at(0));
    CHECK(kinds(after.tick(input(9, 60), at(0))) ==
          std::vector<EventKind>{EventKind::kExternalChange});
  }
  SECTION("another layout keeps cooldown and counts, not the table") {
    ControllerSettings settings = factual();
    settings.environment.bins.ram = 3;
    Controller after(settings);
    CHECK_FALSE(after.restore(snapshot, 10s, at(0)));
    CHECK(after.cooldown_left(at(0)) == 15s);
    CHECK(after.snapshot(at(0), std::nullopt).cells.empty());
  }
}

TEST_CASE("a rule has no use for a table, and says so, that it is set aside") {
  Controller learner(factual());
  step(learner, input(3, 85), 0);
  Controller rule(tracking());
  CHECK_FALSE(rule.restore(learner.snapshot(at(0), std::nullopt), 0s, at(0)));
  Controller again(tracking());
  CHECK(again.restore(rule.snapshot(at(0), std::nullopt), 0s, at(0)));
}

TEST_CASE("a restart begins no episode") {
  ControllerSettings settings = factual();
  settings.environment.episode = {36'000s, true};
  Controller before(settings);
  CHECK(before.tick(input(4, 60), at(0)).command->to == 1);  // the first one does
  Controller after(settings);
  after.restore(before.snapshot(at(100), std::nullopt), 0s, at(100));
  CHECK_FALSE(after.tick(input(4, 60), at(100)).command);
  CHECK_FALSE(after.tick(input(4, 60), at(36'099)).command);
  CHECK(after.tick(input(4, 60), at(36'100)).command->to == 1);  // when one is over
}

TEST_CASE(
    "a crash between a command and its answer costs a whole cooldown, and the count is skep's "
    "own") {
  Controller before(tracking());
  TickResult result = before.tick(input(3, 85), at(0));
  REQUIRE(result.command);
  const Snapshot snapshot = before.snapshot(at(0), result.command);
  CHECK(snapshot.pending_target == 4);
  Controller after(tracking());
  after.restore(snapshot, 3600s, at(0));
  CHECK(after.cooldown_left(at(0)) == 30s);
  CHECK(after.tick(input(4, 85), at(0)).events.empty());
}

TEST_CASE("a command that was not answered is still remembered when the state is saved later on") {
  Controller before(tracking());
  TickResult result = before.tick(input(3, 85), at(0));
  REQUIRE(result.command);
  before.scale_finished(ScaleOutcome::kUnknown, "no answer", *result.decision, at(1));
  before.tick(problem(ProblemKind::kDockerUnreachable), at(15));
  const Snapshot snapshot = before.snapshot(at(15), std::nullopt);
  CHECK(snapshot.pending_target == 4);
  Controller after(tracking());
  after.restore(snapshot, 0s, at(15));
  CHECK(after.cooldown_left(at(15)) == 30s);
  CHECK(after.tick(input(4, 85), at(30)).events.empty());
  CHECK_FALSE(after.snapshot(at(30), std::nullopt).pending_target.has_value());
}

TEST_CASE("when nothing is known of the time before, a whole cooldown is kept") {
  Controller controller(tracking());
  controller.begin_cooldown(at(0));
  CHECK(step(controller, input(3, 85), 29.9).change == 0);
  CHECK(step(controller, input(3, 85), 30).change == 1);
}

TEST_CASE("a pause survives a restart") {
  Controller before(tracking());
  before.pause(at(100));
  Controller after(tracking());
  after.restore(before.snapshot(at(40), std::nullopt), 20s, at(0));
  CHECK(after.state(at(39)) == ControllerState::kPaused);
  CHECK(after.state(at(40)) == ControllerState::kObserving);
}

TEST_CASE("a restored cooldown is cut to the one that is configured now") {
  Snapshot snapshot;
  snapshot.cooldown_left = 100s;
  Controller after(tracking());  // 30 s
  after.restore(snapshot, 10s, at(0));
  CHECK(after.cooldown_left(at(0)) == 30s);
}

TEST_CASE("after a deploy skep goes back to its own count, but not out of the range of now") {
  const auto wanted = [](int own, int deployed) {
    ControllerSettings settings = tracking();
    settings.replicas.min = 3;
    settings.replicas.max = 10;
    Controller controller(settings);
    Snapshot snapshot;
    snapshot.known_desired = own;
    snapshot.own_target = own;
    controller.restore(snapshot, 0s, at(0));
    TickInput deploy = input(deployed, 60);
    deploy.service->spec_fingerprint = 2;
    return controller.tick(deploy, at(0)).decision->wanted;
  };
  CHECK(wanted(7, 5) == 2);
  CHECK(wanted(12, 5) == 5);
  CHECK(wanted(1, 5) == -2);
}
