// The whole program and what others do to the service.
#include "tests/integration/world.hpp"

#include <csignal>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

using std::chrono::milliseconds;

Json wait_for_phase(SkepProcess& skep, const std::string& event, const std::string& phase) {
  return skep.wait_for(event + " " + phase, [&](const Json& one) {
    return one.at("event") == event && one.at("phase") == phase;
  });
}

/// The spec of a deploy of another version of the application.
std::string next_version(int replicas) {
  std::string spec = rich_spec("web", replicas);
  const std::string image = "app:1";
  spec.replace(spec.find(image), image.size(), "app:2");
  return spec;
}

}  // namespace

TEST_CASE("an update that runs or is paused is left alone until it is done") {
  World world;
  const std::string state =
      GENERATE("updating", "paused", "rollback_started", "rollback_paused", "some_future_state");
  CAPTURE(state);
  world.docker.set_update_state("web", state);
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  wait_for_phase(skep, "blocked", "begin");
  skep.wait_for_decisions(4);
  CHECK(world.docker.updates().empty());
  world.docker.set_update_state("web", "completed");
  wait_for_phase(skep, "blocked", "end");
  skep.wait_for("scaled");
  CHECK(skep.events("blocked").size() == 2);
}

TEST_CASE("a service scaled to 0 stays at 0 until somebody switches it on") {
  World world;
  world.docker.set_replicas("web", 0);
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  wait_for_phase(skep, "blocked", "begin");
  eventually("five more ticks", [&, before = world.docker.requests().size()] {
    return world.docker.requests().size() >= before + 5;
  });
  CHECK(world.docker.updates().empty());
  CHECK(world.prometheus.queries().empty());
  world.docker.set_replicas("web", 2);
  CHECK(skep.wait_for("scaled").at("from") == 2);
}

TEST_CASE("a replica count changed by hand is respected for one cooldown") {
  World world;
  world.cooldown = "1s";
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  world.prometheus.set("cpu", 5);
  const auto changed = std::chrono::steady_clock::now();
  world.docker.set_replicas("web", 5);
  const Json told = skep.wait_for("external_change");
  CHECK(told.at("message").get<std::string>().find("from 1 to 5") != std::string::npos);
  CHECK(skep.wait_for("scaled").at("from") == 5);
  CHECK(world.docker.updates().front().time - changed >= milliseconds(1000));
  CHECK(skep.events("external_change").size() == 1);
}

TEST_CASE("a replica count changed by hand is not fought, whatever skep had chosen before") {
  World world;
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  eventually("two replicas", [&] { return world.docker.replicas("web") >= 2; });
  world.prometheus.set("cpu", 50);
  skep.wait_for_decisions(3);
  const std::size_t commands = world.docker.updates().size();
  world.docker.set_replicas("web", 7);
  skep.wait_for("external_change");
  skep.wait_for("a decision after the cooldown", [](const Json& one) {
    return one.at("event") == "decision" && one.at("replicas").at("desired") == 7 &&
           one.at("cooldown_left_seconds") == 0;
  });
  skep.wait_for_decisions(3);
  CHECK(world.docker.replicas("web") == 7);
  CHECK(world.docker.updates().size() == commands);
}

TEST_CASE("a deploy that resets the replicas is made good when it is done") {
  const bool reload = GENERATE(false, true);
  CAPTURE(reload);
  World world;
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  eventually("three replicas", [&] { return world.docker.replicas("web") >= 3; });
  world.prometheus.set("cpu", 50);
  skep.wait_for_decisions(3);
  const std::size_t commands = world.docker.updates().size();
  const int own = world.docker.replicas("web");

  world.docker.set_update_state("web", "updating");
  world.docker.set_spec("web", next_version(1));
  skep.wait_for("external_change");
  if (reload) {
    skep.signal(SIGHUP);
    skep.wait_for("reloaded");
  }
  skep.wait_for_decisions(5);
  CHECK(world.docker.updates().size() == commands);

  world.docker.set_update_state("web", "completed");
  eventually("the old count", [&] { return world.docker.replicas("web") == own; });
  const FakeUpdate last = world.docker.updates().back();
  CHECK(last.from == 1);
  CHECK(last.body == next_version(own));
}

}  // namespace skep::test
