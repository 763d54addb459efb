// config/seed.yaml runs the agent of the program that skep grew from: in virtual time, with the
// daemon's own controller and guard.
#include "help.hpp"
#include "tests/unit/core/support.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

ControllerSettings seed() {
  LoadResult result = load_config_file(std::string(SKEP_CONFIG_FOLDER) + "/seed.yaml", variables());
  REQUIRE(result.settings);
  ControllerSettings settings = result.settings->services.at(0).controller;
  settings.random_seed = 1;
  return settings;
}

/// `cpu` and `ram` in percent of the whole service.
TickInput seen(int replicas, double cpu, double ram) {
  return input(replicas, cpu / replicas, ram / replicas);
}

}  // namespace

TEST_CASE("the seed's agent acts only over its threshold, by one, between 1 and 7, and resets") {
  const ControllerSettings settings = seed();
  Controller controller(settings);
  int replicas = 1;
  std::set<int> changes;
  int resets = 0;
  TimePoint now = at(0);
  for (int tick = 0; tick < 20000; ++tick) {
    const double load = 60 + 55 * std::sin(tick / 300.0);
    const Decision decision =
        step(controller, seen(replicas, load, 15), to_seconds(now.time_since_epoch()));
    const bool over = decision.cpu_percent > decision.thresholds.cpu_percent ||
                      decision.ram_percent > decision.thresholds.ram_percent;
    const bool reset = decision.why.find("new episode") != std::string::npos;
    if (decision.applied && reset) {
      ++resets;
      CHECK(decision.target_replicas == 1);
    } else if (decision.applied) {
      const bool panic = std::any_of(decision.guard.begin(), decision.guard.end(),
                                     [](const GuardNote& note) { return note.rule == "panic"; });
      changes.insert(decision.change);
      CHECK((over || panic));
      CHECK((std::abs(decision.change) == 1 || panic));
    }
    CHECK(decision.thresholds.cpu_percent == 1 + 8 * (replicas - 1));
    CHECK(decision.thresholds.ram_percent == 10 + 8 * (replicas - 1));
    CHECK(decision.epsilon == 0.1);
    replicas = decision.target_replicas;
    CHECK((replicas >= 1 && replicas <= 7));
    now = controller.next_tick(at(0), now);
  }
  CHECK(changes.count(1) == 1);
  CHECK(changes.count(-1) == 1);
  CHECK(resets > 50);
}

TEST_CASE("the seed's update: alpha 0.7, gamma 0.5, from zero, one cooldown later") {
  ControllerSettings settings = seed();
  settings.agent.epsilon = {0, 0, 1};
  Controller controller(settings);
  const Decision first = step(controller, seen(1, 60, 15), 0);  // an episode begins at one replica
  REQUIRE(first.applied);
  REQUIRE(first.change == 1);  // all values are 0: ties go to scale_out
  double expected = 0;
  double factor = 1;
  for (int tick = 1; tick <= 6; ++tick) {  // 30 s of cooldown are six ticks of 5 s
    const Decision decision = step(controller, seen(2, 55, 15), 5.0 * tick);
    CHECK(decision.reward == -15);  // C = 9 + 11, and 55 is 35 above it
    expected += factor * decision.reward;
    factor *= 0.5;
    if (tick == 6) {
      CHECK(decision.q_change == Approx(std::abs(0.7 * expected)));
    } else {
      CHECK(decision.q_change == 0);
    }
  }
}
