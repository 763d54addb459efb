#include "core/training.hpp"

#include "core/controller.hpp"
#include "tests/unit/core/support.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

/// Days of `day` ticks whose load goes from 0.5 to 4.5 and back.
std::vector<double> days(int count, int day) {
  std::vector<double> loads;
  for (int i = 0; i < count * day; ++i) {
    loads.push_back(2.5 - 2 * std::cos(2 * M_PI * i / day));
  }
  return loads;
}

ControllerSettings settings() {
  ControllerSettings settings = factual();
  settings.agent.epsilon = {0.1, 0.1, 1};
  settings.agent.alpha = {0.5, 0.5, 0};
  settings.cooldown = 15s;
  return settings;
}

void no_progress(double) {}

}  // namespace

TEST_CASE("training tells how rule and agent did, and keeps what the agent has learned") {
  const std::vector<double> loads = days(8, 240);
  double last = 0;
  bool forward = true;
  const TrainingResult result = train(settings(), {}, loads, 15s, [&](double part) {
    forward = forward && part >= last;
    last = part;
  });
  CHECK(forward);
  CHECK(last > 0.99);
  CHECK(last <= 1);

  CHECK(result.rule.ticks == 1920);
  CHECK(result.untrained.ticks == 1920);
  for (const SimulationResult* one :
       {&result.last_rule, &result.last_untrained, &result.last_trained}) {
    CHECK(one->ticks == 480);
    CHECK(one->hours == Approx(2));
  }
  // The rule is the rule: the same run by hand.
  ControllerSettings rule = settings();
  rule.agent.policy = PolicyType::kTargetTracking;
  Controller controller(rule);
  SimulatedService service({}, first_replicas(rule, loads.front()));
  const SimulationResult by_hand = simulate(controller, service, loads, 15s, {});
  CHECK(result.rule.total_cost == by_hand.total_cost);
  CHECK(result.rule.changes == by_hand.changes);
  // What was learned is what the agent knew that went through the whole history twice.
  Controller agent(settings());
  SimulatedService first(SimulatorSettings{}, first_replicas(rule, loads.front()));
  CHECK(simulate(agent, first, loads, 15s, {}).total_cost == result.untrained.total_cost);
  const Snapshot once = with_learned({}, 0s, agent.snapshot(at(0), std::nullopt));
  CHECK(once.cells != result.learned.cells);
  Controller again(settings());
  again.restore(once, 0s, at(0));
  SimulatedService second(SimulatorSettings{}, first_replicas(rule, loads.front()));
  simulate(again, second, loads, 15s, {});
  CHECK(again.snapshot(at(0), std::nullopt).cells == result.learned.cells);
  CHECK_FALSE(result.learned.layout.empty());
  CHECK(result.last_trained.total_cost != result.last_untrained.total_cost);
}

TEST_CASE("the last quarter is that of the ticks with a load") {
  const double gap = std::nan("");
  std::vector<double> loads(3000, gap);
  const std::vector<double> known = days(2, 240);
  loads.insert(loads.end(), known.begin(), known.end());
  loads.insert(loads.end() - 60, 500, gap);
  loads.insert(loads.end(), 700, gap);
  const TrainingResult result = train(settings(), {}, loads, 15s, no_progress);
  CHECK(result.rule.ticks == 480);
  CHECK(result.last_rule.ticks == 120);
  CHECK(result.last_trained.ticks == 120);
  CHECK(result.last_trained.total_cost != result.last_untrained.total_cost);
}

TEST_CASE("the agent that is judged on the last quarter knows where in its season that begins") {
  const std::size_t gaps = GENERATE(0, 40);
  const int job = GENERATE(0, 50);  // with 0, one of the jobs comes in the gap
  CAPTURE(gaps, job);
  std::vector<double> loads;
  for (int tick = 0; tick < 1200; ++tick) {
    loads.push_back(tick % 90 >= job && tick % 90 < job + 6 ? 6 : 1);
  }
  std::fill_n(loads.begin() + 870, gaps, std::nan(""));  // the last quarter begins after them
  ControllerSettings mixture;
  mixture.cooldown = 0s;
  const TrainingResult result = train(mixture, {}, loads, 15s, no_progress);
  CHECK(result.last_untrained.violations >= 6);
  CHECK(result.last_trained.violations <= 1);
  // The whole of it was gone through from its beginning: nothing tells when it ended.
  CHECK_FALSE(result.learned.last_load);
}

TEST_CASE("what training saves holds nothing of the simulated service") {
  const Snapshot learned = train(settings(), {}, days(2, 240), 15s, no_progress).learned;
  CHECK_FALSE(learned.cells.empty());
  CHECK(learned.cooldown_left == 0s);
  CHECK(learned.ticks == 0);
  CHECK_FALSE(learned.known_desired);
  CHECK_FALSE(learned.own_target);
  CHECK_FALSE(learned.paused);

  // A controller that goes on from it acts at once, at whatever count the service has.
  Controller controller(settings());
  CHECK(controller.restore(learned, 0s, at(0)));
  CHECK(controller.cooldown_left(at(0)) == 0s);
  const TickResult tick = controller.tick(input(7, 20), at(0));
  CHECK(tick.decision);
  CHECK(tick.events.empty());
}

TEST_CASE("training twice gives the same, and the shadow setting is for the daemon only") {
  const std::vector<double> loads = days(2, 240);
  const TrainingResult once = train(settings(), {}, loads, 15s, no_progress);
  ControllerSettings shadow = settings();
  shadow.agent.shadow = true;
  const TrainingResult again = train(shadow, {}, loads, 15s, no_progress);
  CHECK(once.learned == again.learned);
  CHECK(once.untrained.total_cost == again.untrained.total_cost);
}

TEST_CASE("a rule has nothing to learn") {
  CHECK(can_learn(settings()));
  ControllerSettings rule = settings();
  rule.agent.policy = PolicyType::kTargetTracking;
  CHECK_FALSE(can_learn(rule));
}

TEST_CASE("training replaces what was learned, and lets the clocks of a stopped daemon run on") {
  Snapshot before;
  before.layout = "old";
  before.cells = {{1, 0, 5, 3}};
  before.ticks = 77;
  before.cooldown_left = 30s;
  before.known_desired = 4;
  before.own_target = 4;
  before.paused = true;
  before.pause_left = 60s;
  Snapshot trained;
  trained.layout = "new";
  trained.cells = {{2, 1, 6, 9}};
  trained.arrays = {{"w", {1}}};
  trained.epsilon = 0.2;

  Snapshot expected = before;
  expected.layout = "new";
  expected.cells = trained.cells;
  expected.arrays = trained.arrays;
  expected.epsilon = 0.2;
  expected.cooldown_left = 20s;
  expected.pause_left = 50s;
  CHECK(with_learned(before, 10s, trained) == expected);
  expected.cooldown_left = 0s;
  expected.pause_left = 0s;
  expected.paused = false;
  CHECK(with_learned(before, 100s, trained) == expected);
  before.pause_left = 0s;  // until resumed
  expected.paused = true;
  CHECK(with_learned(before, 100s, trained) == expected);
}
