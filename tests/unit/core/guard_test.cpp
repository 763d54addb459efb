#include "core/guard.hpp"

#include "tests/unit/core/support.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

struct Verdict {
  int change = 0;
  std::vector<GuardNote> notes;
};

struct Fixture {
  ControllerSettings settings;
  ServiceStatus service = status(4);
  Metrics measured = metrics(50, 20, 4);
  Duration cooldown_left{0};
  bool paused = false;
  bool over_threshold = true;
  WishSource source = WishSource::kAgent;
  TimePoint now{};

  Fixture() { settings.replicas = {1, 10, 1}; }
  GuardInput input() const {
    return {service, measured, cooldown_left, paused, over_threshold, source, now};
  }
  Verdict judge(int change) const {
    Guard guard(settings);
    Verdict verdict;
    verdict.change = guard.judge(input(), change, &verdict.notes);
    return verdict;
  }
  /// The rules that changed the wish, in order, and the change that is left.
  std::string outcome(int change) const {
    const Verdict verdict = judge(change);
    std::string text;
    for (const GuardNote& note : verdict.notes) {
      text += std::string(note.rule) + " ";
    }
    return text + std::to_string(verdict.change);
  }
};

}  // namespace

TEST_CASE("an ordinary wish passes") {
  Fixture f;
  CHECK(f.outcome(1) == "1");
  CHECK(f.outcome(0) == "0");
  CHECK(f.outcome(-1) == "-1");
}

TEST_CASE(
    "nothing is done without running replicas, during an update, at zero, when paused, when "
    "cooling") {
  Fixture f;
  SECTION("no replica runs") {
    f.service.replicas.running = 0;
    CHECK(f.outcome(1) == "data 0");
  }
  SECTION("update") {
    f.service.update =
        GENERATE(UpdateState::kUpdating, UpdateState::kPaused, UpdateState::kRollbackStarted,
                 UpdateState::kRollbackPaused, UpdateState::kUnknown);
    CHECK(f.outcome(1) == "update 0");
    CHECK(f.outcome(-1) == "update 0");
  }
  SECTION("an update that is over") {
    f.service.update = GENERATE(UpdateState::kCompleted, UpdateState::kRollbackCompleted);
    CHECK(f.outcome(1) == "1");
  }
  SECTION("switched off") {
    f.service.replicas = {0, 1};
    CHECK(f.outcome(1) == "switched_off 0");
  }
  SECTION("paused") {
    f.paused = true;
    CHECK(f.outcome(1) == "paused 0");
  }
  SECTION("cooling") {
    f.cooldown_left = 12300ms;
    const Verdict verdict = f.judge(1);
    CHECK(verdict.change == 0);
    REQUIRE(verdict.notes.size() == 1);
    CHECK(verdict.notes[0].rule == "cooldown");
    CHECK(verdict.notes[0].from == 1);
    CHECK(verdict.notes[0].to == 0);
    CHECK(verdict.notes[0].detail == "12.3 s left of 30 s");
    CHECK(f.judge(0).notes.empty());
  }
}

TEST_CASE("the first rule in the order is the one that is named") {
  Fixture f;
  f.service.update = UpdateState::kPaused;
  f.paused = true;
  f.cooldown_left = 1s;
  CHECK(f.outcome(1) == "update 0");
  f.service.update = UpdateState::kNone;
  CHECK(f.outcome(1) == "paused 0");
}

TEST_CASE("min, max and max_step") {
  Fixture f;
  f.service = status(10);
  CHECK(f.outcome(1) == "bounds 0");
  f.service = status(1);
  CHECK(f.outcome(-1) == "bounds 0");
  f.service = status(4);
  CHECK(f.outcome(3) == "max_step 1");
  CHECK(f.outcome(-3) == "max_step -1");
  f.settings.replicas.max_step = 2;
  CHECK(f.outcome(9) == "bounds max_step 2");
}

TEST_CASE("a restore, a reset and a return to the bounds are not bound by max_step") {
  Fixture f;
  f.source = GENERATE(WishSource::kRestore, WishSource::kReset, WishSource::kBound);
  CHECK(f.outcome(5) == "5");
  CHECK(f.outcome(-3) == "-3");
}

TEST_CASE("at the panic limit the guard scales out as target tracking would, up to doubling") {
  Fixture f;
  f.measured = metrics(95, 20, 4);
  CHECK(f.outcome(0) == "panic 3");  // ceil(4 * 95 / 60) is 7
  CHECK(f.outcome(-1) == "panic 3");
  CHECK(f.outcome(4) == "4");        // doubling is allowed
  CHECK(f.outcome(6) == "panic 4");  // more is not
  f.source = WishSource::kRestore;
  CHECK(f.outcome(6) == "6");  // back to where a deploy took it from, panic or not
  CHECK(f.outcome(1) == "panic 3");
  f.source = WishSource::kAgent;
  f.service = status(9);
  CHECK(f.outcome(1) == "1");  // there is room for one
  f.service = status(10);
  CHECK(f.outcome(0) == "0");
  f.service = status(4);
  f.settings.guard.panic_cpu_percent = 0;
  CHECK(f.outcome(0) == "0");
}

TEST_CASE("RAM forces and forbids only when it has a limit") {
  Fixture f;
  f.measured = metrics(50, 99, 4);
  CHECK(f.outcome(-1) == "-1");
  f.settings.guard.ram_limit_percent = 95;
  CHECK(f.outcome(-1) == "ram_limit 1");
  CHECK(f.outcome(0) == "ram_limit 1");
  f.service = status(10);
  CHECK(f.outcome(0) == "0");
}

TEST_CASE("never scale in while CPU is over its limit, whoever wants it") {
  Fixture f;
  f.measured = metrics(81, 20, 4);
  f.source =
      GENERATE(WishSource::kAgent, WishSource::kReset, WishSource::kRestore, WishSource::kBound);
  CHECK(f.outcome(-1) == "over_limit 0");
  CHECK(f.outcome(1) == "1");
}

TEST_CASE("never scale in while fewer targets report than replicas run") {
  Fixture f;
  f.measured.targets = 3;
  CHECK(f.outcome(-1) == "targets 0");
  CHECK(f.outcome(1) == "1");
  f.measured.targets = 4;
  CHECK(f.outcome(-1) == "-1");
}

TEST_CASE("never scale out while tasks find no node") {
  Fixture f;
  f.service.unplaced_tasks = 2;
  f.service.unplaced_detail = "no suitable node";
  const Verdict verdict = f.judge(1);
  CHECK(verdict.change == 0);
  REQUIRE(verdict.notes.size() == 1);
  CHECK(verdict.notes[0].detail == "2 tasks find no node (no suitable node)");
  CHECK(f.outcome(-1) == "-1");
}

TEST_CASE("scale-in stabilisation goes down to the largest count wished for in its window") {
  Fixture f;
  f.settings.guard.scale_in_stabilization = 60s;
  f.settings.replicas.max_step = 5;
  Guard guard(f.settings);
  CHECK(guard.judge(f.input(), 0, nullptr) == 0);  // wished for 4
  f.now = at(30);
  CHECK(guard.judge(f.input(), -1, nullptr) == 0);
  f.now = at(61);
  CHECK(guard.judge(f.input(), -3, nullptr) == -1);  // 3 was wished for 31 s ago
  f.now = at(91);
  CHECK(guard.judge(f.input(), -3, nullptr) == -3);
  CHECK(guard.judge(f.input(), 2, nullptr) == 2);  // out at once
}

TEST_CASE("a restart does not make the window of the stabilisation empty") {
  Fixture f;
  f.settings.guard.scale_in_stabilization = 60s;
  Guard guard(f.settings);
  CHECK(guard.judge(f.input(), -1, nullptr) == 0);
  f.now = at(61);
  CHECK(guard.judge(f.input(), -1, nullptr) == -1);
}

TEST_CASE("a target next to nothing asks for a doubling at most") {
  CHECK(panic_range(4, 100, 1e-7, 20).least == 4);
}

TEST_CASE("act only over the threshold, the seed's way") {
  Fixture f;
  f.settings.guard.act_only_over_threshold = true;
  CHECK(f.outcome(-1) == "-1");
  f.over_threshold = false;
  CHECK(f.outcome(-1) == "threshold 0");
  f.source = WishSource::kBound;
  CHECK(f.outcome(-1) == "-1");
}

TEST_CASE("a dry run changes nothing, and comes last") {
  Fixture f;
  f.settings.dry_run = true;
  CHECK(f.outcome(3) == "max_step dry_run 0");
}

TEST_CASE("what is allowed does not depend on cooldown, threshold or dry run") {
  Fixture f;
  f.settings.dry_run = true;
  f.settings.guard.act_only_over_threshold = true;
  f.over_threshold = false;
  f.cooldown_left = 10s;
  const Guard guard(f.settings);
  CHECK(guard.allows(f.input(), 1));
  CHECK(guard.allows(f.input(), -1));
  CHECK_FALSE(guard.allows(f.input(), 2));
  f.measured = metrics(85, 20, 4);
  CHECK_FALSE(guard.allows(f.input(), -1));
  f.measured = metrics(99, 20, 4);
  CHECK_FALSE(guard.allows(f.input(), 0));  // panic
}
