// The learners that run in imagination: the look-ahead Q-table and the mixture.
#include "core/lookahead_learner.hpp"
#include "core/mixture.hpp"
#include "core/weighted_choice.hpp"
#include "tests/unit/core/imagination.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

/// Follows `learner` over `ticks` of the wave from 5 replicas on; the counts after each tick.
std::vector<int> follow(ImaginedLearner& learner, int first, int ticks) {
  const ImaginedService service(plain());
  std::vector<int> counts;
  int replicas = 5;
  for (int tick = first; tick < first + ticks; ++tick) {
    learner.see({wave(tick)}, replicas);
    const ImaginedService::Reach reach = service.reach(replicas, wave(tick), replicas);
    replicas = std::clamp(learner.want(replicas), reach.least, reach.most);
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

TEST_CASE("a choice is the weighted median, and changes when enough of the weight wants it to") {
  const std::vector<double> even{0, 1, 1, 1, 1};  // of 0 to 4 replicas
  CHECK(weighted_choice(even, 1, 0.5) == 2);
  CHECK(weighted_choice(even, 2, 0.5) == 2);
  CHECK(weighted_choice(even, 3, 0.5) == 3);  // half of it wants less, which is not more than half
  CHECK(weighted_choice(even, 4, 0.5) == 2);
  CHECK(weighted_choice(even, 4, 0.75) == 4);
  CHECK(weighted_choice(even, 1, 0.74) == 2);
  const std::vector<double> one{0, 0, 0, 0, 0.001};
  CHECK(weighted_choice(one, 1, 0.6) == 4);
  CHECK(weighted_choice(one, 4, 0.6) == 4);
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

TEST_CASE("what was learned outlives a change of the cooldown") {
  ControllerSettings settings;
  Mixture before{ImaginedService(settings)};
  follow(before, 0, 1000);
  std::vector<LearnedArray> saved;
  before.save(saved);
  for (const Duration cooldown : {0s, 15s, 31s, 60s, 300s}) {
    settings.cooldown = cooldown;
    Mixture after{ImaginedService(settings)};
    CHECK(after.layout() == before.layout());
    CHECK(after.restore(saved));
    follow(after, 1000, 100);
    std::vector<LearnedArray> later;
    after.save(later);
    settings.cooldown = 30s;
    CHECK(Mixture(ImaginedService(settings)).restore(later));
  }
}

TEST_CASE("only the ratios of the weights matter to the mixture") {
  ControllerSettings settings = plain();
  Mixture mixture{ImaginedService(settings)};
  RewardWeights& weights = settings.environment.reward.weights;
  constexpr double kTimes = 64;  // which rounds nothing
  weights = {kTimes * weights.performance, kTimes * weights.resources, kTimes * weights.adaptation};
  Mixture dearer{ImaginedService(settings)};
  for (int tick = 0; tick < 1000; ++tick) {
    follow(mixture, tick, 1);
    follow(dearer, tick, 1);
    REQUIRE(mixture.want(4) == dearer.want(4));
  }
  CHECK(mixture.family_weights() == dearer.family_weights());
}

TEST_CASE("after a restart, new traffic may soon overturn what the mixture thinks of the rules") {
  const ImaginedService service(plain());
  Mixture mixture{service};
  follow(mixture, 0, 3000);
  std::vector<LearnedArray> saved;
  mixture.save(saved);
  Mixture restarted{service};
  REQUIRE(restarted.restore(saved));
  // The known rules keep far more replicas than the limit needs: they count for nothing before.
  CHECK(mixture.family_weights()[0] < 1e-6);
  CHECK(restarted.family_weights()[0] > 1e-4);
  CHECK(restarted.family_weights()[0] < 0.2);
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
  learner.interrupt(0);
  CHECK_FALSE(learner.learned(4));
}

TEST_CASE("a load that stays is given just the replicas that bear it") {
  const ImaginedService service(plain());
  for (int n = 2; n <= 9; ++n) {
    CAPTURE(n);
    LookaheadLearner learner(service, 0.99);
    for (int tick = 0; tick < 500; ++tick) {
      learner.see({n * service.utilization_limit}, n);
    }
    CHECK(learner.want(n) == n);
    CHECK(learner.want(n + 1) == n);
  }
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

TEST_CASE("what it costs to be held by a cooldown is learned from loads that make one change") {
  const auto more = [](Duration cooldown, double burst) {
    ControllerSettings settings = plain();
    settings.cooldown = cooldown;
    LookaheadLearner learner{ImaginedService(settings), 0.99};
    for (int tick = 0; tick < 5049; ++tick) {
      learner.see({tick % 50 < 10 ? burst : 2.0}, 3);
    }
    // What 3 replicas, enough for 2, cost more when they were just changed to.
    return learner.costs(4)[2] - learner.costs(3)[2];
  };
  const double price_of_change = 0.01;
  CHECK(more(0s, 6) == Approx(price_of_change));
  CHECK(more(45s, 2) == Approx(price_of_change).margin(0.001));
  CHECK(more(45s, 6) > price_of_change + 0.005);
}

TEST_CASE("the members of the mixture keep to the cooldown and wait for their replicas") {
  // The recent cost of the HPA at 60% from 2 replicas, in a load of 1 that steps to 2.1.
  const auto cost = [](Duration cooldown, Duration startup) {
    ControllerSettings settings = plain();
    settings.guard.panic_cpu_percent = 0;
    settings.agent.target.cpu_percent = 60;
    settings.cooldown = cooldown;
    settings.environment.startup = startup;
    Mixture mixture{ImaginedService(settings)};
    for (const double load : {1.0, 1.0, 2.1, 2.1, 2.1, 2.1, 2.1, 2.1}) {
      mixture.see({load}, 2);
    }
    std::vector<LearnedArray> saved;
    mixture.save(saved);
    REQUIRE(saved[0].values[0] == 7);  // ticks: nothing is charged at the first
    return saved[0].values[2];
  };
  const double replica = 0.09 / 10;
  const double change = 0.01;
  const double violation = 0.9 * 2.1 / (2 * 0.8);  // of 2; 3 are enough
  // 2, 2, 3 and, as a step is one replica, 4 at once.
  CHECK(cost(0s, 0s) == Approx((violation + (2 + 2 + 3 + 4 * 4) * replica + 2 * change) / 7));
  // 3 for two ticks more.
  CHECK(cost(45s, 0s) == Approx((violation + (2 + 2 + 3 * 3 + 2 * 4) * replica + 2 * change) / 7));
  // The third replica serves two ticks later, so that two more violate.
  CHECK(cost(0s, 45s) == Approx((3 * violation + (2 + 2 + 3 + 4 * 4) * replica + 2 * change) / 7));
}

TEST_CASE("no member of the mixture falls so far behind that it could not come back") {
  ControllerSettings settings = plain();
  settings.environment.reward.weights = {1, 1, 0};
  Mixture mixture{ImaginedService(settings)};
  for (int tick = 0; tick < 800; ++tick) {
    mixture.see({3.9}, 5);  // the known rules keep 6 and 8: 0.1 and 0.3 more a tick
  }
  std::vector<LearnedArray> saved;
  mixture.save(saved);
  const double members = (static_cast<double>(saved[0].values.size()) - 1) / 2;
  const double weight = 2 * std::exp(-0.7 * 50);  // two rules, with the largest sum
  CHECK(mixture.family_weights()[0] > weight / members);
  CHECK(mixture.family_weights()[0] < 1e-9);
}

TEST_CASE("a cooldown of more ticks holds a count that is too small for longer") {
  const double discount = 0.99;
  const double change = 0.01;
  const auto held = [&](Duration cooldown) {
    ControllerSettings settings = plain();
    settings.guard.panic_cpu_percent = 0;
    settings.cooldown = cooldown;
    LookaheadLearner learner{ImaginedService(settings), discount};
    for (int tick = 0; tick < 4000; ++tick) {
      learner.see({3.5}, 5);
    }
    return learner.costs(5)[3] - learner.costs(4)[3] - change;
  };
  // At each tick 4 replicas, held, cost so much more than going to 5, which are enough.
  const double more = 0.9 * 3.5 / (4 * 0.8) - 0.09 / 10 - (1 - discount) * change;
  CHECK(held(45s) == Approx(discount * more / (1 - discount * 1 / 2)).epsilon(0.05));
  CHECK(held(75s) == Approx(discount * more / (1 - discount * 3 / 4)).epsilon(0.05));
}
