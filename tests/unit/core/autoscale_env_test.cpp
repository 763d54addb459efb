#include "core/autoscale_env.hpp"

#include "tests/unit/core/support.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

ControllerSettings seed_settings() {
  ControllerSettings settings;
  settings.replicas = {1, 7, 1};
  settings.environment.actions = {ActionKind::kScaleOut, ActionKind::kScaleIn};
  settings.environment.state = {Feature::kCpu, Feature::kRam};
  settings.environment.bins = {10, 10, 1.07};
  settings.environment.reward.type = RewardType::kThresholds;
  settings.environment.episode = {600s, true};
  return settings;
}

}  // namespace

TEST_CASE("the action space has the seed's two actions in its order, or every size of step") {
  CHECK(AutoscaleEnv(seed_settings()).action_space().changes() == std::vector<int>{1, -1});
  const ActionSpace wide({ActionKind::kScaleIn, ActionKind::kHold, ActionKind::kScaleOut}, 3);
  CHECK(wide.changes() == std::vector<int>{-1, -2, -3, 0, 1, 2, 3});
  CHECK(wide.index_of(2) == 5);
  CHECK_FALSE(wide.index_of(4).has_value());
}

TEST_CASE("the seed's state is CPU and RAM of the whole service in tenths") {
  AutoscaleEnv env(seed_settings());
  CHECK(env.observation_space().size() == 100);
  Observation seen = observation(2, 21, 15);  // 42% and 30% of the whole service
  const EnvStep step = env.observe(seen);
  CHECK(step.cpu_percent == 42);
  CHECK(step.ram_percent == 30);
  CHECK(step.state == 43);
  CHECK(step.thresholds.cpu_percent == 9);
  CHECK(step.thresholds.ram_percent == 18);
  CHECK(step.reward == -15);
  CHECK(env.over_threshold(step));
}

TEST_CASE("values beyond the last bin are clipped into it") {
  AutoscaleEnv env(seed_settings());
  CHECK(env.observe(observation(7, 95, 99)).state == 99);
  CHECK(env.observe(observation(1, 0, 0)).state == 0);
}

TEST_CASE("load bins are spaced by ratio and cover everything up to max replicas at full load") {
  ControllerSettings settings;
  settings.environment.state = {Feature::kLoad};
  const Discretizer space(settings.environment.state, settings.environment.bins, settings.replicas);
  StateInput input;
  input.load = 0;
  CHECK(space.id(input) == 0);
  input.load = 10;
  CHECK(space.id(input) + 1 == space.size());
  input.load = 1e9;
  CHECK(space.id(input) + 1 == space.size());
  for (std::size_t bin = 0; bin < space.size(); ++bin) {
    input = space.representative(bin, {});
    CHECK(space.id(input) == bin);
    StateInput larger = input;
    larger.load *= 1.07;
    CHECK(space.id(larger) == std::min(bin + 1, space.size() - 1));
  }
}

TEST_CASE("each state has its own number, and its representative maps back to it") {
  ControllerSettings settings;
  settings.replicas = {2, 5, 1};
  const AutoscaleEnv env(settings);
  const Discretizer& space = env.observation_space();
  for (std::size_t state = 0; state < space.size(); ++state) {
    REQUIRE(space.id(space.representative(state, {})) == state);
  }
  StateInput input;
  input.replicas = 3;
  input.load = 2.49;
  input.ram_percent = 41;
  const auto bins = space.bins(input);
  REQUIRE(bins.size() == 3);
  CHECK(bins[0].name == "replicas");
  CHECK(bins[0].bin == 3);
  CHECK(bins[1].name == "load");
  CHECK(bins[2].bin == 2);
}

TEST_CASE("the price of a change is paid once, in the next reward") {
  AutoscaleEnv env{ControllerSettings{}};
  const double plain = env.observe(observation(4, 50)).reward;
  CHECK(plain == Approx(-0.09 * 4 / 10));
  env.step(1);
  CHECK(env.observe(observation(4, 50)).reward == Approx(plain - 0.01));
  CHECK(env.observe(observation(4, 50)).reward == Approx(plain));
  env.step(0);
  CHECK(env.observe(observation(4, 50)).reward == Approx(plain));
}

TEST_CASE(
    "an episode ends after its duration and begins at one replica, and by default it never ends") {
  AutoscaleEnv seed(seed_settings());
  CHECK_FALSE(seed.is_done(at(10000)));  // not begun
  CHECK(seed.reset(at(0)) == 1);
  CHECK_FALSE(seed.is_done(at(599.9)));
  CHECK(seed.is_done(at(600)));
  CHECK(seed.reset(at(600)) == 1);
  CHECK_FALSE(seed.is_done(at(700)));

  AutoscaleEnv endless{ControllerSettings{}};
  CHECK_FALSE(endless.reset(at(0)).has_value());
  CHECK_FALSE(endless.is_done(at(1e9)));
}
