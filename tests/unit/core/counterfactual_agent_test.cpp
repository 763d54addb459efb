// The agent between the controller and a learner that runs in imagination.
#include "core/counterfactual_agent.hpp"

#include "tests/unit/core/imagination.hpp"
#include "tests/unit/core/support.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

/// Always wants the same, and writes down its interruptions.
class Stub final : public ImaginedLearner {
 public:
  explicit Stub(int wanted, std::vector<std::size_t>* unseen = nullptr)
      : wanted_(wanted), unseen_(unseen) {}
  void see(const SeenLoad&, int) override {}
  void interrupt(std::size_t unseen) override { unseen_->push_back(unseen); }
  int want(int) const override { return wanted_; }
  std::string explain(int) const override { return {}; }
  std::optional<LearnedUpdate> learned(int) const override { return std::nullopt; }
  std::vector<double> costs(int) const override { return {}; }
  int preferred(double, int) const override { return wanted_; }
  std::string layout() const override { return {}; }
  void save(std::vector<LearnedArray>&) const override {}
  bool restore(const std::vector<LearnedArray>&) override { return true; }

 private:
  int wanted_;
  std::vector<std::size_t>* unseen_;
};

}  // namespace

TEST_CASE("in a panic the agent tells the guard all that it wants, otherwise a step of it") {
  const auto wish = [](double panic_percent, double cpu_percent) {
    ControllerSettings settings = plain();
    settings.replicas.max_step = 2;
    settings.guard.panic_cpu_percent = panic_percent;
    const AutoscaleEnv env(settings);
    CounterfactualAgent agent(settings, env, [] { return std::make_unique<Stub>(9); });
    const Observation seen = observation(4, cpu_percent);
    return agent.wish({seen, 0, 0.0, {}, true, at(0)}).change;
  };
  CHECK(wish(95, 96) == 5);
  CHECK(wish(95, 94) == 2);
  CHECK(wish(0, 100) == 2);
}

TEST_CASE("a panic takes the default policy further than a step, and says so") {
  ControllerSettings settings;
  settings.replicas.max = 20;
  Controller controller(settings);
  double seconds = 0;
  // Most days have a burst of four times the load.
  const auto tick = [&](double load, int replicas) {
    seconds += 15;
    return controller.tick(input(replicas, 100 * std::min(1.0, load / replicas)), at(seconds));
  };
  for (int day = 0; day < 20; ++day) {
    for (int i = 0; i < 60; ++i) {
      tick(i < 10 ? 8 : 2, i < 10 ? 10 : 3);
    }
  }
  const TickResult result = tick(8, 3);
  REQUIRE(result.decision);
  CHECK(result.decision->wanted > settings.replicas.max_step);
  CHECK(result.decision->target_replicas >= 5);  // what target tracking would ask for
  CHECK(result.decision->target_replicas <= 6);  // twice as many
  CHECK_THAT(result.decision->reason, Catch::Contains("panic"));
  REQUIRE(result.command);
}

TEST_CASE("the agent learns while it may not act, and a tick without data breaks the sequence") {
  ControllerSettings settings = plain();
  settings.agent.policy = PolicyType::kQLearning;
  enum class Way { kAll, kPaused, kMissed, kLeftOut };
  const auto learned = [&settings](Way way) {
    Controller controller(settings);
    if (way == Way::kPaused) {
      controller.pause(std::nullopt);
    }
    for (int tick = 0; tick < 200; ++tick) {
      if (tick == 100 && way == Way::kMissed) {
        controller.tick(problem(ProblemKind::kMetricsMissing), at(15 * tick));
      }
      if (tick != 100 || way == Way::kAll || way == Way::kPaused) {
        controller.tick(input(10, 10 * wave(tick)), at(15 * tick));
      }
    }
    return controller.snapshot(at(3000), std::nullopt).arrays;
  };
  CHECK(learned(Way::kAll) == learned(Way::kPaused));
  CHECK(learned(Way::kAll) != learned(Way::kMissed));
  CHECK(learned(Way::kMissed) == learned(Way::kLeftOut));  // the clock tells of it
}

TEST_CASE("the tick at the end of a cooldown, right after another one, teaches nothing") {
  ControllerSettings settings = plain();
  settings.agent.policy = GENERATE(PolicyType::kMixture, PolicyType::kModelBased);
  settings.cooldown = 30s;
  // How long after its time a tick sees the metrics: the one before the extra tick longer than the
  // one after it, which is a tick of the interval all the same.
  const auto late = [](int tick) { return tick % 5 == 2 ? 0.025 : 0.009; };
  const auto learned = [&settings, &late](bool extra) {
    Controller controller(settings);
    for (int tick = 0; tick < 50; ++tick) {
      if (tick % 5 == 0) {
        // The answer to a command took so long: the cooldown ends after a tick, or just before it.
        controller.begin_cooldown(at(15 * tick + (extra ? 0.04 : 0.02)));
      }
      controller.tick(input(10, 10 * wave(tick)), at(15 * tick + late(tick)));
      if (extra && tick % 5 == 2) {
        controller.tick(input(10, 10 * wave(tick)), at(15 * tick + 0.041));
      }
    }
    return controller.snapshot(at(750), std::nullopt).arrays;
  };
  CHECK(learned(true) == learned(false));
}

TEST_CASE("a command that is decided again, since it lost against another, is no second tick") {
  ControllerSettings settings = plain();
  settings.agent.policy = GENERATE(PolicyType::kMixture, PolicyType::kModelBased);
  int lost = 0;
  const auto learned = [&settings, &lost](bool conflicts) {
    Controller controller(settings);
    for (int tick = 0; tick < 50; ++tick) {
      const TickInput seen = input(6, 10 * wave(tick));
      TickResult result = controller.tick(seen, at(15 * tick));
      if (result.command && conflicts) {
        ++lost;
        controller.scale_finished(ScaleOutcome::kConflict, "lost", *result.decision, at(15 * tick));
        result = controller.tick(seen, at(15 * tick + 0.05));
      }
      if (result.command) {
        controller.scale_finished(ScaleOutcome::kRefused, "no", *result.decision, at(15 * tick));
      }
    }
    return controller.snapshot(at(750), std::nullopt).arrays;
  };
  CHECK(learned(true) == learned(false));
  CHECK(lost > 5);
}

TEST_CASE("demand that CPU hides is taken from the load query") {
  ControllerSettings settings = plain();
  settings.agent.policy = PolicyType::kQLearning;
  const auto cost_of_holding = [&settings](double asked) {
    Controller controller(settings);
    for (int tick = 0; tick < 100; ++tick) {
      TickInput seen = input(4, 50);  // 2 replicas' worth, 200 requests/s
      seen.metrics->demand = 200;
      controller.tick(seen, at(15 * tick));
    }
    TickInput full = input(4, 100);
    full.metrics->demand = asked;
    const TickResult result = controller.tick(full, at(1500));
    REQUIRE(result.decision->q.size() == 3);
    CHECK(result.decision->q[2].value > result.decision->q[1].value);
    return -result.decision->q[1].value;
  };
  // Holding 4 replicas under a load of 5, of 8 and of 16.
  CHECK(cost_of_holding(500) < cost_of_holding(800));
  CHECK(cost_of_holding(800) < cost_of_holding(1600));
}

TEST_CASE("after an interval without a tick, and a second at least, the load does not follow on") {
  using Unseen = std::vector<std::size_t>;
  const auto interruptions = [](Duration interval, double pause, bool missed = false) {
    ControllerSettings settings = plain();
    settings.interval = interval;
    const AutoscaleEnv env(settings);
    Unseen unseen;
    CounterfactualAgent agent(settings, env,
                              [&unseen] { return std::make_unique<Stub>(4, &unseen); });
    const Observation seen = observation(4, 50);
    const auto observe = [&](double seconds) {
      agent.observe({seen, 0, 0.0, {}, true, at(seconds)});
    };
    observe(1000);
    if (missed) {
      agent.missed();
    }
    observe(1000 + pause);
    observe(1000.001 + pause);
    return unseen;
  };
  CHECK(interruptions(15s, 22).empty());
  CHECK(interruptions(15s, 23) == Unseen{1});
  CHECK(interruptions(15s, 150) == Unseen{9});
  CHECK(interruptions(50ms, 0.9).empty());
  CHECK(interruptions(50ms, 1.5) == Unseen{29});

  SECTION("and after any tick that was missed; how many were not seen is told by the clock") {
    CHECK(interruptions(15s, 15.1, true) == Unseen{0});
    CHECK(interruptions(15s, 29.9, true) == Unseen{1});
    CHECK(interruptions(15s, 90, true) == Unseen{5});
  }
}

TEST_CASE("after a restart the clock tells how many ticks were not seen") {
  using Unseen = std::vector<std::size_t>;
  const auto interruptions = [](std::optional<LastLoad> last_load, double stopped) {
    ControllerSettings settings = plain();
    const AutoscaleEnv env(settings);
    Unseen unseen;
    const auto make = [&unseen] { return std::make_unique<Stub>(4, &unseen); };
    const Observation seen = observation(4, 50);
    CounterfactualAgent before(settings, env, make);
    before.observe({seen, 0, 0.0, {}, true, at(100)});
    Snapshot snapshot;
    before.save(snapshot, at(104));
    CHECK(snapshot.last_load == LastLoad{4s, 15s});
    snapshot.last_load = last_load;
    CounterfactualAgent after(settings, env, make);
    REQUIRE(after.restore(snapshot, at(5000 - stopped)));
    after.observe({seen, 0, 0.0, {}, true, at(5000)});
    after.observe({seen, 0, 0.0, {}, true, at(5015)});
    return unseen;
  };
  CHECK(interruptions(LastLoad{4s, 15s}, 11) == Unseen{0});
  CHECK(interruptions(LastLoad{4s, 15s}, 26) == Unseen{1});
  CHECK(interruptions(LastLoad{4s, 15s}, 3596) == Unseen{239});
  // Nothing that is remembered tells the time of day when it is not known when that was, or how
  // long its ticks were.
  constexpr std::size_t kAnew = std::numeric_limits<std::size_t>::max();
  CHECK(interruptions(std::nullopt, 11) == Unseen{kAnew});
  CHECK(interruptions(LastLoad{4s, 30s}, 11) == Unseen{kAnew});
}
