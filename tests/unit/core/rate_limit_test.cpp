// The scaling policies of target tracking; the numbers are computed by hand.
#include "core/rate_limit.hpp"

#include "tests/unit/core/support.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

RatePolicy replicas(int value, Duration period) { return {RateType::kReplicas, value, period}; }
RatePolicy percent(int value, Duration period) { return {RateType::kPercentage, value, period}; }

/// The same rules for both directions.
RateLimit limit(std::vector<RatePolicy> policies, SelectPolicy select = SelectPolicy::kMax) {
  const ScalingRules rules{std::move(policies), select};
  return {rules, rules};
}

}  // namespace

TEST_CASE("the defaults of Kubernetes: four or twice as many, and down to nothing, each 15 s") {
  const TargetSettings target;
  RateLimit rate(target.scale_out, target.scale_in);
  CHECK(rate.most(1, at(0)) == 5);
  CHECK(rate.most(4, at(0)) == 8);
  CHECK(rate.most(10, at(0)) == 20);
  CHECK(rate.least(10, at(0)) == 0);
  rate.applied(10, at(0));
  CHECK(rate.most(20, at(14)) == 20);
  CHECK(rate.most(20, at(15)) == 40);
}

TEST_CASE("a policy counts from the beginning of its period") {
  RateLimit rate = limit({replicas(4, 60s)});
  rate.applied(3, at(10));
  CHECK(rate.most(8, at(20)) == 9);  // 5 at the beginning
  CHECK(rate.least(8, at(20)) == 1);
  rate.applied(1, at(30));
  CHECK(rate.most(9, at(40)) == 9);
  CHECK(rate.most(9, at(70)) == 12);  // only the change of 30 s is within the last minute
  CHECK(rate.most(9, at(90)) == 13);
}

TEST_CASE("what was taken away in the period may be added again on top") {
  RateLimit rate = limit({replicas(2, 60s)});
  rate.applied(-3, at(0));
  CHECK(rate.most(5, at(30)) == 10);  // 8 at the beginning
  CHECK(rate.least(5, at(30)) == 5);  // 6 is what the policy allows, but nothing forces it up
}

TEST_CASE("percentages are rounded up, both ways") {
  RateLimit rate = limit({percent(10, 60s)});
  CHECK(rate.most(72, at(0)) == 80);
  CHECK(rate.least(72, at(0)) == 64);
  CHECK(rate.most(30, at(0)) == 33);
  CHECK(rate.least(30, at(0)) == 27);
  CHECK(rate.least(1, at(0)) == 0);
}

TEST_CASE("of several policies the one that allows most, or least, or none") {
  const std::vector<RatePolicy> both{replicas(4, 60s), percent(10, 60s)};
  CHECK(limit(both).most(20, at(0)) == 24);
  CHECK(limit(both).least(20, at(0)) == 16);
  CHECK(limit(both).most(80, at(0)) == 88);
  CHECK(limit(both, SelectPolicy::kMin).most(20, at(0)) == 22);
  CHECK(limit(both, SelectPolicy::kMin).least(20, at(0)) == 18);
  CHECK(limit(both, SelectPolicy::kDisabled).most(20, at(0)) == 20);
  CHECK(limit(both, SelectPolicy::kDisabled).least(20, at(0)) == 20);
}

TEST_CASE("policies of different periods each see their own changes") {
  RateLimit rate = limit({replicas(1, 10s), replicas(3, 60s)}, SelectPolicy::kMin);
  for (int i = 0; i < 3; ++i) {
    CHECK(rate.most(1 + i, at(20 * i)) == 2 + i);
    rate.applied(1, at(20 * i));
  }
  CHECK(rate.most(4, at(59)) == 4);  // three in the last minute
  CHECK(rate.most(4, at(60)) == 5);
}
