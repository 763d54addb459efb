// What policies are compared by: elasticity, the bootstrap, the optimum of the simulated world.
#include "core/block_bootstrap.hpp"
#include "core/elasticity.hpp"
#include "core/random.hpp"
#include "core/scorecard.hpp"
#include "core/service_optimum.hpp"
#include "core/simulator.hpp"
#include "tests/unit/core/support.hpp"

#include <algorithm>
#include <limits>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

struct World {
  ControllerSettings settings;
  SimulatorSettings simulator;
  std::vector<double> loads;
  int replicas = 2;
};

/// Tries every way there is, with the simulator's own service.
double cheapest(const World& world, const AutoscaleEnv& judge, const SimulatedService& service,
                std::size_t tick, Duration free_at) {
  if (tick == world.loads.size()) return 0;
  const Duration time = static_cast<Duration::rep>(tick) * world.settings.interval;
  SimulatedService here = service;
  here.observe(world.loads[tick], TimePoint(time));
  const Observation truth = here.truth();
  const ReplicaSettings& bounds = world.settings.replicas;
  const int desired = truth.replicas.desired;
  double best = std::numeric_limits<double>::infinity();
  for (int to = bounds.min; to <= bounds.max; ++to) {
    const bool panic = world.settings.guard.panic_cpu_percent > 0 &&
                       truth.metrics.cpu_percent >= world.settings.guard.panic_cpu_percent;
    const int largest = panic ? std::max(bounds.max_step, desired) : bounds.max_step;
    const bool may = to == desired || (time >= free_at && to - desired <= largest &&
                                       desired - to <= bounds.max_step);
    if (!may) continue;
    SimulatedService there = here;
    there.scale(to, TimePoint(time));
    const double rest = cheapest(world, judge, there, tick + 1,
                                 to == desired ? free_at : time + world.settings.cooldown);
    best = std::min(best, rest + (to == desired ? 0 : judge.price_of_change()));
  }
  return best - judge.reward(truth);
}

struct Walk {
  double cost = 0;
  std::uint64_t changes = 0;
  bool exact = false;
};

Walk walk(const World& world) {
  const ServiceOptimum optimum(world.settings, world.simulator, world.replicas);
  Scorecard card(world.settings, world.simulator,
                 static_cast<Duration::rep>(world.loads.size()) * world.settings.interval, 1);
  optimum.run(world.loads, world.settings.interval,
              [&card](const SimulatedTick& tick) { card.add(tick); });
  return {card.cost() * static_cast<double>(world.loads.size()), card.changes(), optimum.exact()};
}

World random_world(Random& random, std::size_t ticks) {
  World world;
  world.settings.interval = 10s;
  world.settings.cooldown = random.below(4) * 10s;
  world.settings.replicas = {1, 5, 1 + static_cast<int>(random.below(2))};
  world.settings.environment.reward.weights = {0.6, 0.3,
                                               0.1 * static_cast<double>(random.below(3))};
  world.settings.guard.panic_cpu_percent = random.below(2) == 0 ? 0 : 95;
  world.simulator.startup = random.below(5) * 10s;
  world.replicas = 1 + static_cast<int>(random.below(5));
  for (std::size_t i = 0; i < ticks; ++i) world.loads.push_back(4.5 * random.uniform());
  return world;
}

}  // namespace

TEST_CASE("elasticity: the SPEC metrics of a small example, by hand") {
  Elasticity elasticity;
  elasticity.add(2, 2);
  elasticity.add(4, 2);  // half is missing; demand rose, supply stayed
  elasticity.add(4, 5);  // a quarter too many; supply rose, demand stayed
  elasticity.add(2, 3);  // half too many; both fell
  CHECK(elasticity.under_accuracy_percent() == Approx(100 * 0.5 / 4));
  CHECK(elasticity.over_accuracy_percent() == Approx(100 * 0.75 / 4));
  CHECK(elasticity.under_time_percent() == Approx(25));
  CHECK(elasticity.over_time_percent() == Approx(50));
  CHECK(elasticity.instability_percent() == Approx(100 * 2 / 3.0));
}

TEST_CASE("bootstrap: the interval holds the mean, repeats with its seed, and knows a sure thing") {
  Random random(7);
  std::vector<double> a, b, shifted;
  for (int i = 0; i < 100; ++i) {
    a.push_back(random.uniform());
    b.push_back(random.uniform());
    shifted.push_back(a.back() + 0.25);
  }
  const PairedDifference noise = paired_difference(a, b, 1);
  CHECK(noise.low < noise.mean);
  CHECK(noise.mean < noise.high);
  CHECK(noise.low < 0);
  CHECK(noise.high > 0);
  // A standard error of a difference of two uniform means of 100: 0.041; 1.96 of it each side.
  CHECK(noise.high - noise.low == Approx(0.16).margin(0.04));
  CHECK(paired_difference(a, b, 1).low == noise.low);
  CHECK(paired_difference(a, b, 2).low != noise.low);
  const PairedDifference sure = paired_difference(shifted, a, 1);
  CHECK(sure.low == Approx(0.25));
  CHECK(sure.high == Approx(0.25));
  CHECK(paired_difference(std::vector<double>{3}, std::vector<double>{1}, 1).high == 2);
}

TEST_CASE("bootstrap: neighbours that are alike make the interval wider") {
  Random random(3);
  std::vector<double> alike, zero(200, 0);
  for (int i = 0; i < 20; ++i) alike.insert(alike.end(), 10, random.uniform());
  std::vector<double> mixed;
  for (std::size_t i = 0; i < alike.size(); ++i) mixed.push_back(alike[i * 37 % alike.size()]);
  const auto width = [&zero](const std::vector<double>& values) {
    const PairedDifference difference = paired_difference(values, zero, 1);
    return difference.high - difference.low;
  };
  CHECK(width(alike) > 1.5 * width(mixed));
}

TEST_CASE("the optimum costs what the cheapest of all ways costs, with cooldown and start-up") {
  Random random(1);
  for (int i = 0; i < 60; ++i) {
    const World world = random_world(random, 7);
    CAPTURE(i, world.settings.cooldown.count(), world.simulator.startup.count(),
            world.settings.replicas.max_step, world.settings.guard.panic_cpu_percent);
    const AutoscaleEnv judge(world.settings);
    const SimulatedService service(world.simulator, world.replicas);
    const Walk best = walk(world);
    REQUIRE(best.exact);
    REQUIRE(best.cost == Approx(cheapest(world, judge, service, 0, Duration::zero())));
  }
}

TEST_CASE("every way through the graph of states is one of the simulated service") {
  const ServiceRules rules{1, 9, 3, true, 5, 2};
  SimulatorSettings settings;
  settings.startup = 5s;
  const auto graph = make_service_graph(rules, 4, 100'000);
  REQUIRE(graph);
  Random random(4);
  SimulatedService service(settings, 4);
  std::size_t state = 0;
  for (int tick = 0; tick < 5000; ++tick) {
    service.observe(1, at(tick));
    const ServiceGraph::State& now = graph->states[state];
    CAPTURE(tick);
    REQUIRE(service.truth().replicas == ReplicaCount{now.desired, now.running});
    state = graph->edges[now.first_edge + random.below(now.last_edge - now.first_edge)];
    service.scale(graph->states[state].desired, at(tick));
  }
  CHECK_FALSE(make_service_graph(rules, 4, 10));
  CHECK_FALSE(make_service_graph({1, 9, 3, true, 1'000'000, 2}, 4, 5000));  // far too much memory
  CHECK(make_service_graph({4, 4, 1, false, 100, 2}, 4, 10));
}

TEST_CASE("no policy costs less than the optimum, whatever cooldown, start-up and lag") {
  Random random(2);
  for (int i = 0; i < 60; ++i) {
    World world = random_world(random, 300);
    world.settings.cooldown += random.below(2) * 3s;  // some no multiple of the interval
    world.simulator.lag_ticks = static_cast<int>(random.below(3));
    for (const PolicyType policy : {PolicyType::kTargetTracking, PolicyType::kThresholds}) {
      world.settings.agent.policy = policy;
      Controller controller(world.settings, Controller::Detail::kNumbers);
      SimulatedService service(world.simulator, world.replicas);
      Scorecard card(world.settings, world.simulator, 3000s, 10);
      simulate(controller, service, world.loads, 10s, {},
               [&card](const SimulatedTick& tick) { card.add(tick); });
      CAPTURE(i);
      REQUIRE(walk(world).cost <= card.cost() * 300 + 1e-9);
    }
  }
}

TEST_CASE("too many states: the optimum becomes a bound and says so") {
  World world;
  world.settings.interval = 1s;
  world.settings.cooldown = 2s;
  world.settings.replicas = {1, 100, 10};
  world.simulator.startup = 20s;
  world.loads = {1, 2, 3};
  CHECK_FALSE(walk(world).exact);
  world.simulator.startup = 0s;
  CHECK(walk(world).exact);
  world.settings.cooldown = 1500ms;
  CHECK_FALSE(walk(world).exact);
}

TEST_CASE("a scorecard agrees with the simulation, and its windows with the whole") {
  ControllerSettings settings;
  settings.agent.policy = PolicyType::kThresholds;
  settings.cooldown = GENERATE(20s, 30s);  // the ends of the first lie between two ticks
  SimulatorSettings simulator;
  simulator.startup = 20s;
  Random random(5);
  std::vector<double> loads;
  for (int i = 0; i < 200; ++i) loads.push_back(1 + 6 * random.uniform());
  Controller controller(settings, Controller::Detail::kNumbers);
  SimulatedService service(simulator, 3);
  Scorecard card(settings, simulator, 200 * 60s, 8);
  const SimulationResult result = simulate(controller, service, loads, 60s, {},
                                           [&card](const SimulatedTick& tick) { card.add(tick); });
  CHECK(result.changes > 10);
  CHECK(card.changes() == result.changes);
  CHECK(card.reversals() == result.reversals);
  CHECK(card.cost() == Approx(result.mean_cost()));
  CHECK(card.violations_percent() == Approx(result.violations_percent()));
  CHECK(card.replica_hours() == Approx(result.replica_hours));
  double sum = 0;
  for (const double cost : card.window_costs()) sum += cost;
  CHECK(sum / 8 == Approx(card.cost()));
  CHECK(card.demand(0) == 1);
  CHECK(card.demand(1.6) == 2);
  CHECK(card.demand(1.61) == 3);
  CHECK(card.demand(50) == 10);
}

TEST_CASE("a scorecard judges the ticks of the interval, and takes the price of every change") {
  ControllerSettings settings;
  settings.interval = 15s;
  settings.environment.reward.weights.adaptation = 0.01;
  Scorecard card(settings, {}, 30s, 1);
  const Observation fine = observation(2, 50);
  const Observation over = observation(2, 100);
  card.add({0s, fine, 1, 1, 0});
  card.add({5s, over, 2, 100, 1});
  card.add({15s, observation(3, 50), 1.5, 3, 0});
  CHECK(card.cost() == Approx((1 + 3 + 0.01) / 2));
  CHECK(card.window_costs() == std::vector<double>{card.cost()});
  CHECK(card.violations_percent() == 0);
  CHECK(card.changes() == 1);
  CHECK(card.replica_hours() == Approx((5 * 2 + 25 * 3) / 3600.0));
}
