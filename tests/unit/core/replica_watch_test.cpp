#include "core/replica_watch.hpp"

#include "tests/unit/core/support.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

ServiceStatus seen(int desired, std::uint64_t fingerprint = 1) {
  ServiceStatus service = status(desired);
  service.spec_fingerprint = fingerprint;
  return service;
}

using Kind = ReplicaWatch::Kind;

}  // namespace

TEST_CASE("nothing is news at the first look, nor skep's own command") {
  ReplicaWatch watch;
  CHECK(watch.look(seen(3)).kind == Kind::kNothing);
  watch.accepted(4);
  CHECK(watch.look(seen(4)).kind == Kind::kNothing);
  CHECK(watch.look(seen(4)).kind == Kind::kNothing);
}

TEST_CASE("a count that skep did not ask for was set by somebody else") {
  ReplicaWatch watch;
  watch.look(seen(3));
  watch.accepted(4);
  const auto news = watch.look(seen(7));
  CHECK(news.kind == Kind::kExternal);
  CHECK(news.from == 4);
  CHECK(news.to == 7);
  CHECK_FALSE(watch.restore_target().has_value());
  CHECK(watch.look(seen(7)).kind == Kind::kNothing);
}

TEST_CASE("an unanswered command may or may not have been done") {
  ReplicaWatch watch;
  watch.look(seen(3));
  watch.unanswered(4);
  SECTION("done") {
    CHECK(watch.look(seen(4)).kind == Kind::kNothing);
    CHECK(watch.memory().own_target == 4);
  }
  SECTION("not done") {
    CHECK(watch.look(seen(3)).kind == Kind::kNothing);
    CHECK(watch.look(seen(4)).kind == Kind::kExternal);
  }
  SECTION("something else") { CHECK(watch.look(seen(6)).kind == Kind::kExternal); }
}

TEST_CASE("a deploy that resets the count is made good") {
  ReplicaWatch watch;
  watch.look(seen(2));
  watch.accepted(5);
  watch.look(seen(5));
  CHECK(watch.look(seen(1, 2)).kind == Kind::kDeploy);
  CHECK(watch.restore_target() == 5);
  CHECK(watch.look(seen(1, 2)).kind == Kind::kNothing);
  CHECK(watch.restore_target() == 5);
  watch.accepted(5);
  CHECK_FALSE(watch.restore_target().has_value());
}

TEST_CASE("a deploy that keeps the count is no news, and one after a change by hand is respected") {
  ReplicaWatch watch;
  watch.look(seen(2));
  watch.accepted(5);
  CHECK(watch.look(seen(5, 2)).kind == Kind::kNothing);
  CHECK(watch.look(seen(3, 2)).kind == Kind::kExternal);
  CHECK(watch.look(seen(1, 3)).kind == Kind::kExternal);
  CHECK_FALSE(watch.restore_target().has_value());
}

TEST_CASE("a change by hand after a deploy ends the wish to go back") {
  ReplicaWatch watch;
  watch.look(seen(2));
  watch.accepted(5);
  watch.look(seen(1, 2));
  CHECK(watch.look(seen(3, 2)).kind == Kind::kExternal);
  CHECK_FALSE(watch.restore_target().has_value());
}

TEST_CASE("memory survives a restart") {
  ReplicaWatch before;
  before.look(seen(2));
  before.accepted(5);
  ReplicaWatch after;
  after.remember(before.memory());
  CHECK(after.look(seen(5)).kind == Kind::kNothing);
  ReplicaWatch later;
  later.remember(before.memory());
  CHECK(later.look(seen(1, 2)).kind == Kind::kDeploy);
}

TEST_CASE("a restart during a deploy does not forget the count to go back to") {
  ReplicaWatch before;
  before.look(seen(2));
  before.accepted(5);
  before.look(seen(1, 2));
  ReplicaWatch after;
  after.remember(before.memory());
  CHECK(after.restore_target() == 5);
  CHECK(after.look(seen(1, 2)).kind == Kind::kNothing);
  CHECK(after.restore_target() == 5);
}

TEST_CASE("a restart does not forget a command that was not answered") {
  ReplicaWatch before;
  before.look(seen(2));
  before.unanswered(5);
  ReplicaWatch after;
  after.remember(before.memory());
  CHECK(after.look(seen(5)).kind == Kind::kNothing);
  CHECK(after.memory().own_target == 5);
}
