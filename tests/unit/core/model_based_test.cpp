#include "core/model_based.hpp"

#include "tests/unit/core/support.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

class Fixture {
 public:
  Fixture() : Fixture(ControllerSettings{}) {}
  explicit Fixture(const ControllerSettings& settings) : env(settings), agent(settings, env) {}

  /// One tick with `load` on `replicas`; returns the wish.
  Wish tick(double load, int replicas, Duration step = 15s) {
    now += step;
    seen = observation(replicas, std::min(100.0, 100 * load / replicas));
    learned = agent.observe(view());
    return agent.wish(view());
  }
  AgentView view() const { return {seen, 0, 0, allowed, true, now, between_ticks}; }

  AutoscaleEnv env;
  ModelBasedAgent agent;
  Observation seen;
  std::optional<LearnedUpdate> learned;
  bool between_ticks = false;
  TimePoint now{};
  std::vector<bool> allowed = std::vector<bool>(3, true);
};

}  // namespace

TEST_CASE("model-based: it learns that a low load is followed by a high one") {
  Fixture f;
  CHECK(f.tick(0.9, 4).change == -1);  // it does not know better
  for (int i = 0; i < 400; ++i) {
    f.tick(i % 2 == 0 ? 2.7 : 0.9, 4);
  }
  CHECK(f.tick(2.7, 4).change == 0);
  CHECK(f.tick(0.9, 4).change == 0);
  CHECK(f.tick(2.7, 5).change == -1);
  CHECK(f.tick(0.9, 3).change == 1);  // 2.7 is more than 80% of 3
  const std::string why = f.agent.explain(f.view(), f.agent.wish(f.view()));
  CHECK_THAT(why, Catch::StartsWith("the learned load model expects a load of"));
  CHECK_THAT(why, Catch::EndsWith("one more replica is the cheapest"));
}

TEST_CASE("model-based: the guard's word and the bounds limit the wish") {
  Fixture f;
  CHECK(f.tick(9, 5).change == 1);
  f.allowed = {true, true, false};
  CHECK(f.tick(9, 5).change == 0);
  f.allowed = {false, false, false};
  CHECK(f.tick(9, 5).change == 0);
  f.allowed = {true, true, true};
  CHECK(f.tick(9, 10).change == 0);
  CHECK(f.agent.preferred(9, 5) == 6);
  CHECK(f.agent.preferred(0.1, 5) == 4);
  CHECK(f.agent.preferred(0.1, 11) == std::nullopt);
  CHECK(f.agent.values(f.view()).size() == 3);
}

TEST_CASE("model-based: only steps of one tick teach") {
  Fixture f;
  f.tick(3, 5);
  CHECK_FALSE(f.learned);
  f.tick(3, 5);
  CHECK(f.learned);
  f.between_ticks = true;
  f.tick(3, 5, 2s);  // the extra tick at the end of a cooldown
  CHECK_FALSE(f.learned);
  f.between_ticks = false;
  f.tick(3, 5, 13s);  // on the grid again
  CHECK(f.learned);
  f.tick(3, 5, 60s);  // a gap
  CHECK_FALSE(f.learned);
}

TEST_CASE("model-based: behind 100% CPU there is more demand than is seen") {
  // 4.0 replicas' worth used of 4: with 4.6 wanted, 6 are needed within 80%; a visible 4.0 needs 5.
  Fixture hidden;
  Fixture visible;
  hidden.tick(9, 4);
  visible.tick(4.0, 5);
  const auto value = [](const Fixture& f, int change) {
    for (const ActionValue& action : f.agent.values(f.view())) {
      if (action.change == change) return action.value;
    }
    return 0.0;
  };
  CHECK(value(hidden, 1) < value(visible, 0));
}

TEST_CASE("model-based: what it learned survives a restart") {
  Fixture f;
  for (int i = 0; i < 200; ++i) {
    f.tick(i % 2 == 0 ? 2.7 : 0.9, 4);
  }
  Snapshot snapshot;
  f.agent.save(snapshot, at(0));
  Fixture other;
  REQUIRE(other.agent.restore(snapshot, at(0)));
  other.tick(2.7, 4);
  other.tick(0.9, 3);
  CHECK(other.agent.wish(other.view()).change == 1);
  for (int replicas = 1; replicas <= 10; ++replicas) {
    CHECK(other.agent.preferred(0.9, replicas) == f.agent.preferred(0.9, replicas));
  }

  Snapshot damaged = snapshot;
  damaged.arrays[1].values.pop_back();
  CHECK_FALSE(other.agent.restore(damaged, at(0)));
  damaged = snapshot;
  damaged.arrays[0].values[1] = -1;
  CHECK_FALSE(other.agent.restore(damaged, at(0)));
  damaged = snapshot;
  damaged.arrays[2].values[0] = -1;
  CHECK_FALSE(other.agent.restore(damaged, at(0)));
  damaged = snapshot;
  damaged.arrays.pop_back();
  CHECK_FALSE(other.agent.restore(damaged, at(0)));
  ControllerSettings larger;
  larger.replicas.max = 20;
  CHECK_FALSE(Fixture(larger).agent.restore(snapshot, at(0)));
  ControllerSettings slower;
  slower.environment.startup = 40s;  // three ticks
  CHECK_FALSE(Fixture(slower).agent.restore(snapshot, at(0)));
  slower.environment.startup = 0s;
  slower.environment.reward.graded = false;
  CHECK_FALSE(Fixture(slower).agent.restore(snapshot, at(0)));
  Snapshot again;
  other.agent.save(again, at(0));
  CHECK(again.arrays[0].values.size() >= snapshot.arrays[0].values.size());
}

TEST_CASE("model-based: a slow start makes it keep more replicas") {
  ControllerSettings quick;
  quick.replicas.max = 20;
  quick.cooldown = 15s;
  ControllerSettings slow = quick;
  slow.environment.startup = 60s;
  const auto mean_wanted = [](const ControllerSettings& settings) {
    Fixture f(settings);
    int replicas = 5;
    double sum = 0;
    for (int i = 0; i < 2000; ++i) {
      const double load = i % 40 < 8 ? 6 : 3;  // a peak, ten minutes apart
      replicas += f.tick(load, replicas).change;
      sum += i < 1000 ? 0 : replicas;
    }
    return sum / 1000;
  };
  CHECK(mean_wanted(slow) > mean_wanted(quick));
}
