#include "core/q_learning.hpp"

#include "tests/unit/core/support.hpp"

#include <map>
#include <set>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

/// An agent with a table of zeros and round numbers, and a hand on what it sees.
struct Fixture {
  ControllerSettings settings = make_settings();
  AutoscaleEnv env{settings};
  QLearningAgent agent{settings, env};
  std::vector<bool> allowed{true, true, true};  // scale_in, hold, scale_out
  Observation seen = observation(3, 50);

  static ControllerSettings make_settings() {
    ControllerSettings settings;
    settings.agent.prior.type = PriorType::kZero;
    settings.agent.alpha = {0.5, 0.5, 0};
    settings.agent.gamma = 0.5;
    return settings;
  }
  AgentView view(std::size_t state, double reward, double seconds) {
    return {seen, state, reward, allowed, true, at(seconds)};
  }
  double value(std::size_t state, int change) {
    return agent.table().at(state, *env.action_space().index_of(change)).value;
  }
};

}  // namespace

TEST_CASE("a hold lasts one tick") {
  Fixture f;
  CHECK_FALSE(f.agent.observe(f.view(7, -1, 0)).has_value());
  f.agent.applied(0, at(0));
  const auto learned = f.agent.observe(f.view(8, -4, 15));
  REQUIRE(learned);
  CHECK(learned->state == 7);
  CHECK(learned->change == 0);
  CHECK(learned->ticks == 1);
  CHECK(learned->after == -2);
  CHECK(f.value(7, 0) == -2);
  CHECK(f.value(8, 0) == 0);
}

TEST_CASE(
    "a change lasts until the first observation a cooldown after it, with discounted rewards") {
  Fixture f;
  f.agent.observe(f.view(7, 0, 0));
  f.agent.applied(1, at(30));
  CHECK_FALSE(f.agent.observe(f.view(8, -8, 15)).has_value());
  f.agent.applied(0, at(15));  // the hold of the cooldown changes nothing
  const auto learned = f.agent.observe(f.view(9, -4, 30));
  REQUIRE(learned);
  CHECK(learned->state == 7);
  CHECK(learned->change == 1);
  CHECK(learned->ticks == 2);
  CHECK(f.value(7, 1) == 0.5 * (-8 + 0.5 * -4));
  CHECK(f.value(8, 0) == 0);
}

TEST_CASE(
    "the value at the end is discounted once for each tick, and only over what is allowed there") {
  Fixture f;
  // Teach state 9 that hold is worth -2 and scale_out +6.
  for (const auto& [change, reward] : std::map<int, double>{{0, -4}, {1, 12}}) {
    f.agent.observe(f.view(9, 0, 0));
    f.agent.applied(change, at(0));
    f.agent.observe(f.view(20, reward, 1));
    f.agent.drop();
  }
  REQUIRE(f.value(9, 1) == 6);
  f.agent.observe(f.view(7, 0, 15));
  f.agent.applied(1, at(45));
  f.agent.observe(f.view(8, 0, 30));
  f.agent.observe(f.view(9, 0, 45));
  CHECK(f.value(7, 1) == 0.5 * (0.25 * 6));
  f.agent.drop();

  f.allowed = {false, true, false};  // at max, and nothing to take away: only hold
  f.agent.observe(f.view(6, 0, 60));
  f.agent.applied(0, at(60));
  f.agent.observe(f.view(9, 0, 75));
  CHECK(f.value(6, 0) == 0.5 * (0.5 * -2));
}

TEST_CASE("a dropped transition teaches nothing") {
  Fixture f;
  f.agent.observe(f.view(7, 0, 0));
  f.agent.applied(1, at(30));
  f.agent.drop();
  CHECK_FALSE(f.agent.observe(f.view(9, -100, 30)).has_value());
  CHECK(f.value(7, 1) == 0);
}

TEST_CASE("a change that is no action of the agent is not credited to any") {
  Fixture f;
  f.agent.observe(f.view(7, 0, 0));
  f.agent.applied(4, at(0));
  CHECK_FALSE(f.agent.observe(f.view(9, -100, 1)).has_value());
  for (const int change : {-1, 0, 1}) {
    CHECK(f.value(7, change) == 0);
  }
}

TEST_CASE("where no action is allowed at the end, nothing is learned") {
  Fixture f;
  f.agent.observe(f.view(7, 0, 0));
  f.agent.applied(0, at(0));
  f.allowed = {false, false, false};
  CHECK_FALSE(f.agent.observe(f.view(9, -100, 1)).has_value());
  CHECK(f.agent.wish(f.view(9, 0, 1)).change == 0);
}

TEST_CASE("ties go to the safest action, and masked actions are never chosen") {
  Fixture f;
  CHECK(f.agent.wish(f.view(3, 0, 0)).change == 0);
  f.allowed = {true, false, true};
  CHECK(f.agent.wish(f.view(3, 0, 0)).change == 1);
  f.allowed = {true, false, false};
  CHECK(f.agent.wish(f.view(3, 0, 0)).change == -1);
}

TEST_CASE("exploration never leaves the mask, nor tries a count that is known to be too small") {
  ControllerSettings settings = Fixture::make_settings();
  settings.agent.epsilon = {1, 1, 1};
  const AutoscaleEnv env(settings);
  QLearningAgent agent(settings, env);
  const auto tried = [&](double cpu_percent, const std::vector<bool>& allowed) {
    const Observation seen = observation(3, cpu_percent);
    std::set<int> changes;
    for (int i = 0; i < 200; ++i) {
      const Wish wish = agent.wish({seen, 0, 0, allowed, true, at(i)});
      CHECK(wish.exploring);
      changes.insert(wish.change);
    }
    return changes;
  };
  CHECK(tried(30, {true, true, true}) == std::set<int>{-1, 0, 1});
  CHECK(tried(30, {true, true, false}) == std::set<int>{-1, 0});
  CHECK(tried(60, {true, true, true}) == std::set<int>{0, 1});  // 180% over two replicas is 90%
  CHECK(tried(85, {true, true, true}) == std::set<int>{1});
}

TEST_CASE("no exploration while nothing can be done") {
  ControllerSettings settings = Fixture::make_settings();
  settings.agent.epsilon = {1, 0, 0.5};
  const AutoscaleEnv env(settings);
  QLearningAgent agent(settings, env);
  const Observation seen = observation(3, 30);
  const std::vector<bool> allowed(3, true);
  CHECK_FALSE(agent.wish({seen, 0, 0, allowed, false, at(0)}).exploring);
  CHECK(agent.epsilon() == 1);
  CHECK(agent.wish({seen, 0, 0, allowed, true, at(1)}).exploring);
  CHECK(agent.epsilon() == 0.5);
}

TEST_CASE("the same seed gives the same choices, another seed others") {
  const auto choices = [](std::uint64_t seed) {
    ControllerSettings settings = Fixture::make_settings();
    settings.random_seed = seed;
    settings.agent.epsilon = {0.5, 0.5, 1};
    const AutoscaleEnv env(settings);
    QLearningAgent agent(settings, env);
    const Observation seen = observation(3, 30);
    const std::vector<bool> allowed(3, true);
    std::vector<int> changes;
    for (int i = 0; i < 100; ++i) {
      changes.push_back(agent.wish({seen, 0, 0, allowed, true, at(i)}).change);
    }
    return changes;
  };
  CHECK(choices(1) == choices(1));
  CHECK(choices(1) != choices(2));
}

TEST_CASE("a saved table is taken over to the last digit, and one of another layout is refused") {
  Fixture f;
  f.agent.observe(f.view(7, 0, 0));
  f.agent.applied(1, at(0));
  f.agent.observe(f.view(8, -1.0 / 3, 1));
  Snapshot snapshot;
  f.agent.save(snapshot, at(0));
  REQUIRE(snapshot.cells.size() == 1);
  CHECK(snapshot.cells[0].value == 0.5 * (-1.0 / 3));

  Fixture other;
  CHECK(other.agent.restore(snapshot, at(0)));
  CHECK(other.value(7, 1) == f.value(7, 1));
  Snapshot again;
  other.agent.save(again, at(0));
  CHECK(again == snapshot);

  ControllerSettings wider = Fixture::make_settings();
  wider.replicas.max = 12;
  const AutoscaleEnv env(wider);
  QLearningAgent foreign(wider, env);
  CHECK_FALSE(foreign.restore(snapshot, at(0)));

  snapshot.cells[0].state = 1'000'000;
  CHECK_FALSE(other.agent.restore(snapshot, at(0)));
  snapshot.cells[0] = {7, 1, std::numeric_limits<double>::quiet_NaN(), 1};
  CHECK_FALSE(other.agent.restore(snapshot, at(0)));
  CHECK(other.value(7, 1) == f.value(7, 1));
}

TEST_CASE("the agent tells the value of every action and why it wants one") {
  Fixture f;
  f.agent.observe(f.view(7, 0, 0));
  f.agent.applied(1, at(0));
  f.agent.observe(f.view(8, 3, 1));
  f.agent.drop();
  const Wish wish = f.agent.wish(f.view(7, 0, 2));
  CHECK(wish.change == 1);
  const std::vector<ActionValue> values = f.agent.values(f.view(7, 0, 2));
  REQUIRE(values.size() == 3);
  CHECK(values[2].change == 1);
  CHECK(values[2].value == 1.5);
  CHECK(f.agent.explain(f.view(7, 0, 2), wish) ==
        "the learned values favour one more replica (1.5 against 0 for no change)");
}

TEST_CASE("what the table would like best with a load, within the bounds") {
  ControllerSettings settings;
  settings.replicas = {2, 5, 1};
  settings.agent.target.cpu_percent = 50;
  const AutoscaleEnv env(settings);
  const QLearningAgent agent(settings, env);  // its prior is target tracking
  CHECK(agent.preferred(1.5, 3) == 3);
  CHECK(agent.preferred(2.4, 3) == 4);
  CHECK(agent.preferred(0.6, 3) == 2);
  CHECK(agent.preferred(0.1, 2) == 2);
  CHECK(agent.preferred(5, 5) == 5);
  CHECK(agent.preferred(5, 6) == std::nullopt);
}
