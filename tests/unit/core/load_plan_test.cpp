// Value iteration against values that are computed by hand.
#include "core/load_plan.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace skep;

namespace {

constexpr std::size_t kLow = 60;     // bins
constexpr std::size_t kHigh = 80;    // e times as much
constexpr double kPrecision = 1e-4;  // values are floats

LoadPlan::Settings settings() {
  LoadPlan::Settings settings;
  settings.max = 3;
  settings.gamma = 0.9;
  settings.price = 0.1;
  return settings;
}

/// A chain whose load stays, until something is learned.
LoadChain steady() { return {10, {0, 0, 0}}; }

double three_prices(double, int replicas) { return replicas == 1 ? 1 : replicas == 2 ? 0.5 : 0.8; }

void iterate(LoadPlan& plan, const LoadChain& chain) {
  for (int sweep = 0; sweep < 300; ++sweep) {
    plan.back_up(chain.state(kLow, 0));
    plan.back_up(chain.state(kHigh, 0));
  }
}

}  // namespace

TEST_CASE("load plan: a load that stays is worth what it costs for ever") {
  const LoadChain chain = steady();
  LoadPlan plan(chain, settings(), three_prices);
  iterate(plan, chain);
  const std::size_t state = chain.state(kLow, 0);
  const double load = LoadChain::load(kLow);
  CHECK(plan.value(state, 2) == Approx(0.5 / 0.1).margin(kPrecision));
  CHECK(plan.value(state, 1) == Approx(0.1 + 5).margin(kPrecision));
  CHECK(plan.value(state, 3) == Approx(0.1 + 5).margin(kPrecision));
  CHECK(plan.value(load, 0, 1, 1) == Approx(1 + 0.9 * 5.1).margin(kPrecision));
  CHECK(plan.value(load, 0, 1, 2) == Approx(5.1).margin(kPrecision));
  CHECK(plan.value(load, 0, 2, 1) == Approx(0.1 + 1 + 0.9 * 5.1).margin(kPrecision));
}

TEST_CASE("load plan: a price above what it saves is not paid") {
  const LoadChain chain = steady();
  LoadPlan::Settings dear = settings();
  dear.price = 4;
  LoadPlan plan(chain, dear, three_prices);
  iterate(plan, chain);
  const std::size_t state = chain.state(kLow, 0);
  CHECK(plan.value(state, 3) == Approx(0.8 / 0.1).margin(kPrecision));  // 3 less for a price of 4
  CHECK(plan.value(state, 1) == Approx(4 + 5).margin(kPrecision));      // instead of 10
}

TEST_CASE("load plan: nothing can be changed in the cooldown after a change") {
  const LoadChain chain = steady();
  LoadPlan::Settings bound = settings();
  bound.cooldown_ticks = 2;
  LoadPlan plan(chain, bound, three_prices);
  iterate(plan, chain);
  const double load = LoadChain::load(kLow);
  CHECK(plan.value(load, 0, 2, 1) == Approx(0.1 + 1 + 0.9 + 0.81 * 5.1).margin(kPrecision));
  CHECK(plan.value(load, 0, 2, 2) == Approx(5).margin(kPrecision));
}

TEST_CASE("load plan: what is started is paid at once and serves later") {
  const LoadChain chain = steady();
  LoadPlan::Settings slow = settings();
  slow.max = 2;
  slow.startup_ticks = 2;
  // Too slow with one replica: 1. Each replica: 0.1.
  LoadPlan plan(chain, slow, [](double load, int replicas) {
    return (load > 0 && replicas == 1 ? 1 : 0) + 0.1 * replicas;
  });
  iterate(plan, chain);
  const double load = LoadChain::load(kLow);
  CHECK(plan.value(load, 0, 1, 2) == Approx(0.1 + 2 + (1 + 0.9)).margin(kPrecision));
  CHECK(plan.value(load, 0, 2, 1) == Approx(0.1 + 1.1 + 0.9 * (0.1 + 2 + 1.9)).margin(kPrecision));
}

TEST_CASE("load plan: a load that is known to alternate is followed ahead of time") {
  LoadChain chain = steady();
  chain.learn_step(chain.state(kLow, 0), 1, 0);
  chain.learn_ahead(chain.state(kLow, 0), 1);
  chain.learn_step(chain.state(kHigh, 0), -1, 0);
  chain.learn_ahead(chain.state(kHigh, 0), -1);
  LoadPlan::Settings cheap = settings();
  cheap.max = 2;
  cheap.gamma = 0.5;
  const double middle = LoadChain::load(70);
  LoadPlan plan(chain, cheap, [middle](double load, int replicas) {
    return replicas == 2 ? 0.5 : load > middle ? 2 : 0;
  });
  iterate(plan, chain);
  // With 1 at low load, 2 are ordered for the high one to come, and given back for the low one.
  const double at_low = 0.65 / 0.75;
  const double at_high = 0.1 + 0.5 * at_low;
  CHECK(plan.value(chain.state(kLow, 0), 1) == Approx(at_low).margin(kPrecision));
  CHECK(plan.value(chain.state(kHigh, 0), 2) == Approx(at_high).margin(kPrecision));
  CHECK(plan.value(LoadChain::load(kLow), 0, 1, 1) ==
        Approx(2 + 0.5 * (0.5 * at_low)).margin(kPrecision));
}

TEST_CASE("load plan: before it has seen anything it wants what 10% more load needs") {
  const LoadChain chain(20, {0, 1.5, 3});
  LoadPlan::Settings ten = settings();
  ten.max = 10;
  ten.gamma = 0.99;
  const LoadPlan plan(chain, ten, [](double load, int replicas) {
    return (load / replicas > 0.8 ? load / replicas / 0.8 : 0) + 0.01 * replicas;
  });
  const std::size_t state = chain.state(chain.bin(3), 0);  // 3.3 / 0.8 is 4.1
  for (int replicas = 1; replicas <= 10; ++replicas) {
    CHECK(plan.value(state, 5) <= plan.value(state, replicas));
  }
}

TEST_CASE("load plan: values that are saved come back, others are refused") {
  const LoadChain chain = steady();
  LoadPlan plan(chain, settings(), three_prices);
  iterate(plan, chain);
  LoadPlan other(chain, settings(), three_prices);
  REQUIRE(other.saved() != plan.saved());
  REQUIRE(other.restore(plan.saved()));
  CHECK(other.saved() == plan.saved());
  std::vector<float> damaged = plan.saved();
  damaged[7] = NAN;
  CHECK_FALSE(other.restore(damaged));
  damaged.pop_back();
  CHECK_FALSE(other.restore(damaged));
  CHECK(other.saved() == plan.saved());
}
