#include "core/words.hpp"

#include "core/decision.hpp"
#include "core/reason.hpp"
#include "core/trouble.hpp"
#include "tests/unit/core/support.hpp"

#include <limits>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

TEST_CASE("numbers are written as people read them") {
  CHECK(percent_text(83.4) == "83%");
  CHECK(percent_text(0.42) == "0.4%");
  CHECK(percent_text(5) == "5%");
  CHECK(percent_over_text(83.4, 80) == "83%");
  CHECK(percent_over_text(80.3, 80) == "80.3%");
  CHECK(percent_over_text(80.00049, 80) == "80.0005%");
  CHECK(percent_over_text(5.04, 5) == "5.04%");
  CHECK(seconds_text(12300ms) == "12.3 s");
  CHECK(seconds_text(30s) == "30 s");
  CHECK(seconds_text(250ms) == "0.25 s");
  CHECK(replicas_text(1) == "1 replica");
  CHECK(replicas_text(3) == "3 replicas");
  CHECK(change_text(1) == "one more replica");
  CHECK(change_text(-2) == "2 fewer replicas");
  CHECK(change_text(0) == "no change");
}

TEST_CASE("a part of a tick is a tick") {
  CHECK(ticks_up(0s, 15s) == 0);
  CHECK(ticks_up(1s, 15s) == 1);
  CHECK(ticks_up(15s, 15s) == 1);
  CHECK(ticks_up(16s, 15s) == 2);
  CHECK(ticks_up(16s, 15s, 1) == 1);
  CHECK(ticks_up(Duration::max(), 1ns) == std::numeric_limits<int>::max());
}

TEST_CASE("actions are named by their sign, and by their size above one") {
  CHECK(action_name(-1) == "scale_in");
  CHECK(action_name(0) == "hold");
  CHECK(action_name(3) == "scale_out_3");
  CHECK(sign_name(-3) == "scale_in");
}

TEST_CASE("a reason is one sentence: the situation, the wish, the guard, and what Docker said") {
  Decision decision;
  decision.cpu_percent = 83.1;
  decision.ram_percent = 41;
  decision.thresholds = {80, 90};
  decision.why = "the learned values favour one more replica";
  decision.guard = {{"cooldown", 1, 0, "12.3 s left of 30 s"}};
  CHECK(explain(decision, {}) ==
        "CPU 83% is over its limit of 80%: the learned values favour one more replica, held back "
        "by the guard rule "
        "cooldown (12.3 s left of 30 s).");
  decision.cpu_percent = 80.2;
  CHECK_THAT(explain(decision, {}), Catch::StartsWith("CPU 80.2% is over its limit of 80%"));
  decision.cpu_percent = 83.1;
  decision.guard.clear();
  decision.ram_percent = 95;
  CHECK(explain(decision, "Docker did not take the command (invalid spec)") ==
        "CPU 83% and RAM 95% are over their limits of 80% and 90%: the learned values favour one "
        "more replica, but "
        "Docker did not take the command (invalid spec).");
}

TEST_CASE("a failure is told when it begins, once a minute, and when it ends") {
  Trouble trouble;
  CHECK_FALSE(trouble.gone(at(0)).has_value());
  const auto begin = trouble.seen(at(1));
  REQUIRE(begin);
  CHECK(begin->phase == TroublePhase::kBegin);
  for (int second = 2; second < 61; ++second) {
    CHECK_FALSE(trouble.seen(at(second)).has_value());
  }
  const auto ongoing = trouble.seen(at(61));
  REQUIRE(ongoing);
  CHECK(ongoing->phase == TroublePhase::kOngoing);
  CHECK(ongoing->count == 61);
  CHECK_FALSE(trouble.seen(at(62)).has_value());
  const auto end = trouble.gone(at(63));
  REQUIRE(end);
  CHECK(end->phase == TroublePhase::kEnd);
  CHECK(end->lasted == 62s);
  CHECK_FALSE(trouble.gone(at(64)).has_value());
  CHECK(trouble.seen(at(65))->count == 1);
}
