// The learners that run in imagination.
#include "core/counterfactual_agent.hpp"
#include "core/guard.hpp"
#include "core/load_forecast.hpp"
#include "core/lookahead_learner.hpp"
#include "core/mixture.hpp"
#include "core/simulator.hpp"
#include "tests/unit/core/support.hpp"

#include <cmath>
#include <memory>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

/// Replicas 1 to 10 of at most 80%, no delay of any kind.
ControllerSettings plain() {
  ControllerSettings settings;
  settings.cooldown = 0s;
  return settings;
}

/// A wave between 1 and 7 replicas' worth, with a small ripple.
double wave(int tick) {
  return 4 + 3 * std::sin(2 * std::numbers::pi * tick / 97) + 0.1 * ((tick * 7919) % 5 - 2);
}

std::vector<float> violations(const LoadForecast& forecast, double load) {
  std::vector<float> expected(10);
  forecast.violations(load, expected);
  return expected;
}

/// Follows `learner` over `ticks` of the wave from 5 replicas on; the counts after each tick.
std::vector<int> follow(ImaginedLearner& learner, int first, int ticks) {
  const ImaginedService service(plain());
  std::vector<int> counts;
  int replicas = 5;
  for (int tick = first; tick < first + ticks; ++tick) {
    learner.see({wave(tick)}, replicas);
    replicas = service.reachable(learner.want(replicas), replicas);
    counts.push_back(replicas);
  }
  return counts;
}

double cost(const ImaginedService& service, int first, const std::vector<int>& counts) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < counts.size(); ++i) {
    const double load = wave(first + static_cast<int>(i) + 1);
    sum += service.weights.performance * service.violation(load, counts[i]) +
           service.price_of_replicas(counts[i]);
  }
  return sum / static_cast<double>(counts.size());
}

}  // namespace

TEST_CASE("the imagined service has the prices of the slo reward, and its times in whole ticks") {
  ControllerSettings settings;
  settings.replicas = {2, 10, 3};
  settings.environment.startup = 31s;
  settings.environment.lag = 15s;
  const ImaginedService service(settings);
  CHECK(service.cooldown == 1);  // 30 s at ticks of 15 s hold back the one tick between
  CHECK(service.startup == 2);  // up at the third tick, where without start-up it is at the first
  CHECK(service.lag == 1);
  CHECK(service.horizon() == 4);
  CHECK(service.violation(4.0, 5) == 0);
  CHECK(service.violation(4.4, 5) == Approx(1.1));
  CHECK(service.price_of_replicas(5) == Approx(0.045));
  CHECK(service.reachable(9, 4) == 7);
  CHECK(service.reachable(1, 4) == 2);

  settings.environment.reward.graded = false;
  CHECK(ImaginedService(settings).violation(40, 5) == 1);
}

TEST_CASE("the imagined guard does what the guard does") {
  ControllerSettings settings = plain();
  settings.replicas = {2, 10, 2};
  for (const bool in_over_limit : {false, true}) {
    settings.guard.scale_in_over_limit = in_over_limit;
    for (const double panic_percent : {0.0, 95.0}) {
      settings.guard.panic_cpu_percent = panic_percent;
      const ImaginedService service(settings);
      for (int replicas = 2; replicas <= 10; ++replicas) {
        for (int change = -3; change <= 4; ++change) {
          for (const double load : {0.5, 3.9, 5.8, 8.0, 20.0}) {
            const TickInput seen = input(replicas, 100 * std::min(1.0, load / replicas));
            Guard guard(settings);
            const int judged = guard.judge({*seen.service, *seen.metrics}, change, nullptr);
            REQUIRE(service.guarded(replicas + change, replicas, load, replicas) ==
                    replicas + judged);
          }
        }
      }
    }
  }
}

TEST_CASE("the forecast learns what a load does next") {
  LoadForecast forecast(1, 10, 0.8, true);

  SECTION("a load that alternates is never above its larger value") {
    for (int tick = 0; tick < 4000; ++tick) {
      forecast.see({tick % 2 == 0 ? 3.0 : 3.1});
    }
    const std::vector<float> expected = violations(forecast, 3.1);
    CHECK(expected[2] > 1);      // 2.4 are too few for either
    CHECK(expected[3] < 0.005);  // 3.2 are enough
  }
  SECTION("one step in ten doubles the load") {
    for (int tick = 0; tick < 6000; ++tick) {
      forecast.see({(tick * 7919) % 10 == 3 ? 4.0 : 2.0});
    }
    forecast.see({2.0});
    const std::vector<float> expected = violations(forecast, 2.0);
    CHECK(expected[9] < 0.01);
    CHECK(expected[2] == Approx(0.1 * 4 / 2.4).margin(0.06));  // 4.0 on a capacity of 2.4
  }
  SECTION("more replicas are never worse, and nothing is negative") {
    for (int tick = 0; tick < 500; ++tick) {
      forecast.see({wave(tick)});
      const std::vector<float> expected = violations(forecast, 4);
      for (std::size_t i = 0; i + 1 < expected.size(); ++i) {
        REQUIRE(expected[i] >= expected[i + 1] - 1e-6F);
      }
      REQUIRE(expected.back() >= 0);
    }
  }
}

TEST_CASE("what CPU at its ceiling hides is guessed from what came before") {
  LoadForecast forecast(1, 10, 0.8, true);
  CHECK(forecast.see({2, true}) == Approx(2 * SeenLoad::kHiddenFactor));  // nothing known yet

  SECTION("spikes of 6 that were seen") {
    for (int tick = 0; tick < 2000; ++tick) {
      CHECK(forecast.see({tick % 20 == 7 ? 6.0 : 1.0}) == (tick % 20 == 7 ? 6 : 1));
    }
    CHECK(forecast.see({2, true}) > 4);
    forecast.interrupt();  // without a forecast for this tick: the loads that were seen above 2
    CHECK(forecast.see({2, true}) > 4);
    CHECK(forecast.see({1, true}) <= HiddenLoadCorrection::kMostHidden);
  }
  SECTION("a load that hardly moves") {
    for (int tick = 0; tick < 2000; ++tick) {
      forecast.see({tick % 3 == 0 ? 2.02 : 1.98});
    }
    CHECK(forecast.see({2, true}) == Approx(2.03).margin(0.05));
  }
}

TEST_CASE("what hid more than was guessed makes the next guesses larger") {
  HiddenLoadCorrection correction;
  CHECK(correction.correct(3, 2) == 3);
  CHECK(correction.correct(3, 2.5) == 3);
  SECTION("the load that shows at last was twice as much") {
    correction.reveal(6);
    const double once = correction.correct(3, 2);
    CHECK(once == Approx(4.5));  // half of it is believed the first time
    for (int i = 0; i < 100; ++i) {
      correction.reveal(6);
      correction.correct(3, 2);
    }
    CHECK(correction.correct(3, 2) == Approx(6).epsilon(0.01));
    CHECK(correction.correct(30, 2) == 8);  // at most four times what is seen
    std::vector<float> saved;
    correction.save(saved);
    REQUIRE(saved.size() == HiddenLoadCorrection::kSaved);
    HiddenLoadCorrection restored;
    restored.restore(saved);
    CHECK(restored.correct(3, 2) == Approx(correction.correct(3, 2)));
  }
  SECTION("it was less: a guess is still not below what is seen") {
    correction.reveal(2.5);
    CHECK(correction.correct(3, 2) < 3);
    CHECK(correction.correct(2, 2) == 2);
  }
  SECTION("it has fallen below what was seen: that says nothing") {
    correction.reveal(1);
    CHECK(correction.correct(3, 2) == 3);
  }
  SECTION("a pause in between") {
    correction.interrupt();
    correction.reveal(6);
    CHECK(correction.correct(3, 2) == 3);
  }
}

TEST_CASE("a forecast learns from what shows after hidden loads") {
  LoadForecast corrected(1, 20, 0.8, true);
  LoadForecast none(1, 20, 0.8, true);
  double with = 0;
  double without = 0;
  for (int tick = 0; tick < 3000; ++tick) {
    // A job of 8 for five ticks, of which the first two are seen as 3 only.
    const int phase = tick % 50;
    const double load = phase < 5 ? 8 : 2 + 0.01 * (tick % 7);
    const SeenLoad seen = phase < 2 ? SeenLoad{3, true} : SeenLoad{load};
    with = corrected.see(seen);
    if (phase == 2) {
      none.interrupt();  // what shows is not compared with the guesses
    }
    without = none.see(seen);
    if (tick >= 2950 && phase < 2) {
      CAPTURE(tick);
      CHECK(with == Approx(8).epsilon(0.15));
      CHECK(without < with);
    }
  }
}

TEST_CASE("a load that falls to nothing does not teach that small loads explode") {
  ControllerSettings settings = plain();
  settings.replicas.max = 20;
  settings.environment.reward.weights = {0.5, 0.4, 0.1};
  const ImaginedService service(settings);
  LookaheadLearner learner(service, 0.99);
  int replicas = 1;
  int most = 1;
  for (int tick = 0; tick < 3000; ++tick) {
    learner.see({tick % 3 == 0 ? 0 : 0.5 + 0.2 * (tick % 7)}, replicas);  // at most 1.7
    replicas = learner.want(replicas);
    most = tick < 1000 ? 1 : std::max(most, replicas);
  }
  CHECK(most <= 3);
}

TEST_CASE("a forecast counts violations when they are not graded") {
  LoadForecast forecast(1, 10, 0.8, false);
  for (int tick = 0; tick < 2000; ++tick) {
    forecast.see({5.0});
  }
  const std::vector<float> expected = violations(forecast, 5.0);
  CHECK(expected[0] == Approx(1).margin(0.01));
  CHECK(expected[6] < 0.01);
}

TEST_CASE("value iteration: with a steady load the count that is just enough is the cheapest") {
  const ImaginedService service(plain());
  const std::vector<float> values =
      steady_values(service, std::vector<double>{3.5}, 0.99);  // 5 replicas at 80%
  CHECK(cheapest(service, std::span<const float>(values), 5) == 5);
  CHECK(cheapest(service, std::span<const float>(values), 3) == 4);
  CHECK(cheapest(service, std::span<const float>(values), 8) == 7);
  // Holding 5 for ever costs 0.09 * 5 / 10 a tick; one replica more costs one change and a tick.
  CHECK(values[4] == Approx(0.045 / (1 - 0.99)).epsilon(0.01));
  CHECK(values[5] - values[4] == Approx(0.009 + 0.99 * 0.01).epsilon(0.01));
}

TEST_CASE("learners keep the limit on a wave, at a cost near that of the wave itself") {
  const ImaginedService service(plain());
  const auto check = [&service](ImaginedLearner& learner) {
    follow(learner, 0, 3000);
    const std::vector<int> counts = follow(learner, 3000, 1000);
    // What a policy would pay that knows the next load and pays nothing for changes.
    std::vector<int> ideal;
    for (int tick = 3001; tick <= 4000; ++tick) {
      ideal.push_back(std::max(1, static_cast<int>(std::ceil(wave(tick) / 0.8))));
    }
    CHECK(cost(service, 3000, counts) < 1.25 * cost(service, 3000, ideal));
  };
  SECTION("the look-ahead Q-table") {
    LookaheadLearner learner(service, 0.99);
    check(learner);
  }
  SECTION("the mixture") {
    Mixture learner(service);
    check(learner);
  }
}

TEST_CASE("what was learned is the same after it was saved and restored") {
  const ImaginedService service(plain());
  const auto check = [](ImaginedLearner& learner, ImaginedLearner& other) {
    follow(learner, 0, 500);
    std::vector<LearnedArray> saved;
    learner.save(saved);
    REQUIRE(other.restore(saved));
    std::vector<LearnedArray> again;
    other.save(again);
    CHECK(again == saved);
    for (LearnedArray& array : saved) {
      std::vector<LearnedArray> broken = again;
      array.values.pop_back();
      CHECK_FALSE(other.restore(saved));
      array = broken[static_cast<std::size_t>(&array - saved.data())];
    }
    saved.pop_back();
    CHECK_FALSE(other.restore(saved));
  };
  SECTION("the look-ahead Q-table") {
    LookaheadLearner learner(service, 0.99);
    LookaheadLearner other(service, 0.99);
    check(learner, other);
  }
  SECTION("the mixture") {
    Mixture learner(service);
    Mixture other(service);
    check(learner, other);
  }
}

TEST_CASE("the mixture follows what is cheapest, and says what that is") {
  Mixture mixture{ImaginedService(plain())};
  follow(mixture, 0, 1);
  const std::vector<double> first = mixture.family_weights();
  follow(mixture, 1, 3000);
  const std::vector<double> weights = mixture.family_weights();
  CHECK(weights[0] < first[0]);  // the known rules keep far more replicas than the limit needs
  double sum = 0;
  for (const double weight : weights) {
    sum += weight;
  }
  CHECK(sum == Approx(1));
  CHECK_THAT(mixture.explain(5),
             Catch::Contains("% of the weight") && Catch::Contains("% less than the HPA at 60%"));
}

TEST_CASE("imagined replicas serve when those of the simulated service do") {
  for (const Duration startup : {0s, 10s, 15s, 16s, 31s, 45s, 60s}) {
    ControllerSettings settings = plain();
    settings.environment.startup = startup;
    SimulatorSettings world;
    world.startup = startup;
    SimulatedService service(world, 2);
    TimePoint now{};
    service.observe(1, now);
    service.scale(3, now);
    int ticks = 0;
    do {
      now += settings.interval;
      service.observe(1, now);
      ++ticks;
    } while (service.truth().replicas.running < 3);
    CAPTURE(to_seconds(startup));
    CHECK(ImaginedService(settings).horizon() == ticks);
  }
}

TEST_CASE("in a panic the agent tells the guard all that it wants, otherwise a step of it") {
  class WantsNine final : public ImaginedLearner {
   public:
    void see(const SeenLoad&, int) override {}
    void interrupt() override {}
    int want(int) const override { return 9; }
    std::string explain(int) const override { return {}; }
    std::optional<LearnedUpdate> learned(int) const override { return std::nullopt; }
    std::span<const double> costs() const override { return {}; }
    int preferred(double, int) const override { return 9; }
    std::string layout() const override { return {}; }
    void save(std::vector<LearnedArray>&) const override {}
    bool restore(const std::vector<LearnedArray>&) override { return true; }
  };
  const auto wish = [](double panic_percent, double cpu_percent) {
    ControllerSettings settings = plain();
    settings.replicas.max_step = 2;
    settings.guard.panic_cpu_percent = panic_percent;
    const AutoscaleEnv env(settings);
    CounterfactualAgent agent(settings, env, [] { return std::make_unique<WantsNine>(); });
    const Observation seen = observation(4, cpu_percent);
    return agent.wish({seen, 0, 0.0, {}, true, at(0)}).change;
  };
  CHECK(wish(95, 96) == 5);
  CHECK(wish(95, 94) == 2);
  CHECK(wish(0, 100) == 2);
}

TEST_CASE("where the guard doubles in a panic, less is kept in reserve for bursts") {
  const auto kept = [](double panic_percent) {
    ControllerSettings settings = plain();
    settings.replicas.max = 20;
    settings.guard.panic_cpu_percent = panic_percent;
    settings.environment.startup = 45s;
    settings.cooldown = 30s;
    Mixture mixture{ImaginedService(settings)};
    int sum = 0;
    int replicas = 5;
    for (int tick = 0; tick < 4000; ++tick) {
      mixture.see({(tick + 37 * (tick / 500 % 5)) % 500 < 30 ? 8.0 : 2.0}, replicas);
      replicas = mixture.want(replicas);
      sum += tick < 2000 ? 0 : replicas;
    }
    return sum;
  };
  CHECK(kept(95) < kept(0));
}

TEST_CASE("what a tick taught is told, and it becomes less") {
  LookaheadLearner learner(ImaginedService(plain()), 0.99);
  learner.see({3}, 4);
  CHECK_FALSE(learner.learned(4));  // there was no step yet
  double first = 0;
  double last = 0;
  for (int tick = 0; tick < 2000; ++tick) {
    learner.see({3}, 4);
    const std::optional<LearnedUpdate> update = learner.learned(4);
    REQUIRE(update);
    CHECK(update->visits > tick * 0.9);
    const double moved = std::abs(update->after - update->before);
    first = tick == 0 ? moved : first;
    last = moved;
  }
  CHECK(first > 0);
  CHECK(last < first / 100);
  learner.interrupt();
  CHECK_FALSE(learner.learned(4));
}

TEST_CASE("new replicas that take long are asked for earlier") {
  ControllerSettings slow = plain();
  slow.environment.startup = 60s;
  Mixture at_once{ImaginedService(plain())};
  Mixture early{ImaginedService(slow)};
  const std::vector<int> fast_counts = follow(at_once, 0, 3000);
  const std::vector<int> slow_counts = follow(early, 0, 3000);
  int more = 0;
  int fewer = 0;
  for (std::size_t i = 2000; i < 3000; ++i) {
    if (wave(static_cast<int>(i) + 4) > wave(static_cast<int>(i)) + 0.3) {
      more += slow_counts[i] > fast_counts[i] ? 1 : 0;
      fewer += slow_counts[i] < fast_counts[i] ? 1 : 0;
    }
  }
  CHECK(more > 5 * fewer);
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
  // The step over the missing tick is taken for one step only when nobody tells of it.
  CHECK(learned(Way::kMissed) != learned(Way::kLeftOut));
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
