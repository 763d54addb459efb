#include "core/target_tracking.hpp"

#include "tests/unit/core/support.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

TargetSettings sixty_percent() {
  TargetSettings target;
  target.cpu_percent = 60;
  target.tolerance = 0.1;
  return target;
}

/// For a target of 60% with a tolerance of 10%.
int count(double load, ReplicaCount replicas) {
  return tracking_count(100 * load / replicas.running, load, replicas, sixty_percent());
}

}  // namespace

TEST_CASE("tracking_count is ceil(load / target) outside the tolerance") {
  CHECK(count(2.7, {3, 3}) == 5);   // 90% of 3
  CHECK(count(1.8, {3, 3}) == 3);   // exactly on target
  CHECK(count(1.95, {3, 3}) == 3);  // 65%: within 10% of 60%
  CHECK(count(1.65, {3, 3}) == 3);  // 55%: within 10%
  CHECK(count(1.0, {3, 3}) == 2);
  CHECK(count(0, {3, 3}) == 1);
  CHECK(count(4.2, {5, 5}) == 7);  // 4.2 / 0.6 is 7, whatever the rounding
}

TEST_CASE("replicas that do not run yet count as idle on the way up and as full on the way down") {
  CHECK(count(1.9, {4, 2}) == 4);  // 95% of two, 48% of four: the two on their way are enough
  CHECK(count(1.9, {3, 2}) == 3);  // 63% of three: within the tolerance
  CHECK(count(3.9, {4, 3}) == 7);  // still too much for four
  CHECK(count(0.4, {4, 2}) == 4);  // 20% of two, but 60% when the missing are full
  CHECK(count(0.2, {6, 5}) == 2);  // low even then
}

TEST_CASE("a late observation is judged by the replicas that it measured") {
  // 80% of 5 replicas, 6 by now: 7 are asked for.
  CHECK(tracking_count(80, 4, {6, 6}, sixty_percent()) == 7);
  // 80% of 3 replicas, 6 by now: what was asked for then is there.
  CHECK(tracking_count(80, 2.4, {6, 6}, sixty_percent()) == 6);
}

TEST_CASE("stabilisation goes down only to the largest count of its window") {
  Stabilization stabilization(0s, 300s);
  CHECK(stabilization.stabilize(8, 8, at(0)) == 8);
  CHECK(stabilization.stabilize(3, 8, at(100)) == 8);
  CHECK(stabilization.stabilize(3, 8, at(300)) == 8);
  CHECK(stabilization.stabilize(4, 8, at(301)) == 4);
  CHECK(stabilization.stabilize(9, 4, at(302)) == 9);  // up at once
}

TEST_CASE("stabilisation goes up only to the smallest count of its window") {
  Stabilization stabilization(60s, 0s);
  CHECK(stabilization.stabilize(2, 2, at(0)) == 2);
  CHECK(stabilization.stabilize(5, 2, at(30)) == 2);
  CHECK(stabilization.stabilize(4, 2, at(61)) == 4);
  CHECK(stabilization.stabilize(1, 4, at(62)) == 1);  // down at once
}

TEST_CASE("a stabilisation window begins with the count that was there") {
  Stabilization in(0s, 300s);
  CHECK(in.stabilize(3, 8, at(0)) == 8);
  CHECK(in.stabilize(3, 8, at(300)) == 8);
  CHECK(in.stabilize(3, 8, at(301)) == 3);
  Stabilization out(60s, 0s);
  CHECK(out.stabilize(5, 2, at(0)) == 2);
  CHECK(out.stabilize(5, 2, at(61)) == 5);
}

TEST_CASE("the policy asks for the whole way within min and max, and says why") {
  ControllerSettings settings;
  settings.replicas = {2, 6, 1};
  settings.agent.target.cpu_percent = 50;
  settings.agent.target.scale_in_stabilization = 0s;
  TargetTrackingPolicy policy(settings);
  const Observation high = observation(3, 95);
  const std::vector<bool> allowed(3, true);
  const Wish wish = policy.wish({high, 0, 0, allowed, true, at(0)});
  CHECK(wish.change == 3);
  CHECK(policy.explain({high, 0, 0, allowed, true, at(0)}, wish) ==
        "target tracking at 50% asks for 6 replicas");
  const Observation idle = observation(3, 1);
  CHECK(policy.wish({idle, 0, 0, allowed, true, at(1)}).change == -1);
}

TEST_CASE("the policy moves no faster than its rates, counted from what was applied") {
  ControllerSettings settings;
  settings.replicas = {1, 100, 100};
  settings.agent.target.cpu_percent = 50;
  settings.agent.target.scale_in_stabilization = 0s;
  settings.agent.target.scale_out = {
      {{RateType::kPercentage, 100, 60s}, {RateType::kReplicas, 4, 60s}}};
  settings.agent.target.scale_in = {{{RateType::kPercentage, 10, 60s}}};
  TargetTrackingPolicy policy(settings);
  const std::vector<bool> allowed(3, true);
  const auto wish = [&](int replicas, double cpu_percent, double seconds) {
    const Observation seen = observation(replicas, cpu_percent);
    return policy.wish({seen, 0, 0, allowed, true, at(seconds)}).change;
  };
  CHECK(wish(2, 100, 0) == 2);  // 4 are wanted
  CHECK(wish(6, 100, 1) == 6);  // 12 are wanted, doubling allows them
  policy.applied(6, at(1));
  CHECK(wish(12, 100, 30) == 0);  // 24 are wanted, but there were 6 half a minute ago
  CHECK(wish(12, 100, 61) == 12);
  CHECK(wish(3, 100, 200) == 3);
  CHECK(wish(30, 1, 300) == -3);
  policy.applied(-3, at(300));
  CHECK(wish(27, 1, 359) == 0);
  CHECK(wish(27, 1, 360) == -3);  // 2.7, rounded up

  const Observation idle = observation(27, 1);
  const AgentView view{idle, 0, 0, allowed, true, at(361)};
  CHECK(policy.explain(view, policy.wish(view)) ==
        "target tracking at 50% asks for 1 replica, and its rate allows 24");
}

TEST_CASE("what the policy would like best with a load") {
  ControllerSettings settings;
  settings.replicas = {2, 12, 1};
  settings.agent.target.cpu_percent = 50;
  settings.agent.target.scale_in.select = SelectPolicy::kDisabled;
  const TargetTrackingPolicy policy(settings);
  CHECK(policy.preferred(2.1, 4) == 4);  // within the tolerance
  CHECK(policy.preferred(3, 4) == 6);
  CHECK(policy.preferred(9, 4) == 8);    // 4 replicas cannot show more than 4
  CHECK(policy.preferred(9, 9) == 12);   // the bound
  CHECK(policy.preferred(0.1, 4) == 4);  // never in
}
