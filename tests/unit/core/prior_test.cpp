#include "core/prior.hpp"

#include "core/q_learning.hpp"
#include "core/target_tracking.hpp"
#include "tests/unit/core/support.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

TEST_CASE("the greedy choice of the prior is that of target tracking in every state") {
  ControllerSettings settings;
  settings.replicas.max_step = GENERATE(1, 3);
  const AutoscaleEnv env(settings);
  QTable table(env.observation_space().size(), env.action_space().size());
  fill_prior(table, settings, env);
  const std::vector<bool> all(table.actions(), true);
  std::vector<std::size_t> order(table.actions());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  for (std::size_t state = 0; state < table.states(); ++state) {
    const StateInput input = env.observation_space().representative(state, {});
    const int wanted =
        std::clamp(tracking_count(100 * input.load / input.replicas, input.load,
                                  {input.replicas, input.replicas}, settings.agent.target),
                   1, 10) -
        input.replicas;
    const int expected =
        std::clamp(wanted, -settings.replicas.max_step, settings.replicas.max_step);
    const int chosen = env.action_space().change(table.best(state, all, order));
    if (chosen != expected) {
      CAPTURE(state, input.replicas, input.load, input.ram_percent);
      CHECK(chosen == expected);
    }
    REQUIRE(table.at(state, 0).visits == 10);
  }
}

TEST_CASE("the values of the prior are returns of a steady load") {
  ControllerSettings settings;
  settings.environment.state = {Feature::kReplicas, Feature::kLoad};
  settings.interval = settings.cooldown = 1s;
  const AutoscaleEnv env(settings);
  QTable table(env.observation_space().size(), env.action_space().size());
  fill_prior(table, settings, env);
  // No load, one replica: hold for ever costs 0.09 / 10 a tick.
  const auto hold = env.action_space().index_of(0).value();
  StateInput idle;
  idle.replicas = 1;
  const double least = -0.009 / (1 - 0.99);
  CHECK(table.at(env.observation_space().id(idle), hold).value == Approx(least));
  // Two replicas: one tick later there is one, and the change has its price.
  idle.replicas = 2;
  const auto in = env.action_space().index_of(-1).value();
  CHECK(table.at(env.observation_space().id(idle), in).value == Approx(least - 0.01));
}

TEST_CASE("a prior over CPU alone still knows the direction") {
  ControllerSettings settings;
  settings.environment.state = {Feature::kCpu};
  const AutoscaleEnv env(settings);
  QTable table(env.observation_space().size(), env.action_space().size());
  fill_prior(table, settings, env);
  const std::vector<bool> all(3, true);
  const auto choice = [&](double cpu_percent) {
    StateInput input;
    input.cpu_percent = cpu_percent;
    return env.action_space().change(table.best(env.observation_space().id(input), all, {0, 1, 2}));
  };
  CHECK(choice(95) == 1);
  CHECK(choice(62) == 0);
  CHECK(choice(15) == -1);
}

TEST_CASE("a zero prior leaves every cell at zero without visits") {
  ControllerSettings settings;
  settings.agent.prior.type = PriorType::kZero;
  const AutoscaleEnv env(settings);
  const QLearningAgent agent(settings, env);
  for (std::size_t state = 0; state < agent.table().states(); ++state) {
    for (std::size_t action = 0; action < agent.table().actions(); ++action) {
      REQUIRE(agent.table().at(state, action) == QTable::Cell{});
    }
  }
}
