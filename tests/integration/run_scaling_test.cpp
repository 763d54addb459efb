// The whole program: what it reads, decides and sends when nothing goes wrong.
#include "tests/integration/world.hpp"

#include <csignal>
#include <set>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

using std::chrono::milliseconds;

/// How often the engine was asked for something whose path ends like this.
std::size_t count_requests(const FakeDocker& docker, const std::string& end) {
  std::size_t count = 0;
  for (const std::string& request : docker.requests()) count += request.ends_with(end) ? 1 : 0;
  return count;
}

/// What the rule did to the wish, in its own words; empty when it did nothing.
std::string guard_detail(const Json& decision, const std::string& rule) {
  for (const Json& note : decision.at("guard")) {
    if (note.at("rule") == rule) return note.at("detail");
  }
  return {};
}

}  // namespace

TEST_CASE("an untrained agent scales out while the CPU is high and in again after it") {
  World world;
  world.service_lines = "    agent: {policy: q_learning, updates: factual, alpha: 0.001}\n";
  world.prometheus.set("cpu", 85);
  SkepProcess skep(world.run());
  eventually("three replicas", [&] { return world.docker.replicas("web") == 3; });
  world.prometheus.set("cpu", 4);
  eventually("one replica", [&] { return world.docker.replicas("web") == 1; });

  const Json scaled = skep.wait_for("scaled");
  CHECK(scaled.at("service") == "web");
  CHECK(scaled.at("from") == 1);
  CHECK(scaled.at("to") == 2);
  CHECK(scaled.at("duration_ms").get<double>() >= 0);
  const Json decision = skep.wait_for("an applied decision", [](const Json& event) {
    return event.at("event") == "decision" && event.at("applied") == true;
  });
  CHECK(decision.at("action") == "scale_out");
  CHECK(decision.at("target_replicas") == 2);
  CHECK(decision.at("q").size() == 3);
}

TEST_CASE("commands are never closer together than the cooldown") {
  World world;
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  eventually("five commands", [&] { return world.docker.updates().size() >= 5; });
  const std::vector<FakeUpdate> updates = world.docker.updates();
  for (std::size_t i = 1; i < updates.size(); ++i) {
    CHECK(updates[i].time - updates[i - 1].time >= milliseconds(300));
    CHECK(updates[i].to == updates[i - 1].to + 1);
  }
  const Json held = skep.wait_for("a decision in the cooldown", [](const Json& event) {
    return event.at("event") == "decision" && guard_detail(event, "cooldown") != "";
  });
  CHECK(held.at("wanted") == "scale_out");
  CHECK(held.at("action") == "hold");
  CHECK(held.at("applied") == false);
}

TEST_CASE("there is one more tick at the moment a cooldown ends") {
  World world;
  world.interval = "30s";
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  eventually("three commands", [&] { return world.docker.updates().size() >= 3; });
  const std::vector<FakeUpdate> updates = world.docker.updates();
  CHECK(updates[1].time - updates[0].time >= milliseconds(300));
  CHECK(updates[2].time - updates[1].time >= milliseconds(300));
}

TEST_CASE("what is written back differs from what was read only in the replica count") {
  World world;
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  skep.wait_for("scaled");
  CHECK(world.docker.updates().front().body == rich_spec("web", 2));
}

TEST_CASE("a dry run decides but sends nothing") {
  World world;
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run({"--dry-run"}));
  skep.wait_for_decisions(10);
  const Json decision = skep.events("decision").back();
  CHECK(decision.at("wanted") == "scale_out");
  CHECK(guard_detail(decision, "dry_run") != "");
  CHECK(skep.events("started").front().at("dry_run") == true);
  CHECK(count_requests(world.docker, "/update") == 0);
}

TEST_CASE("the name and the window are filled into the queries") {
  World world;
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  const std::vector<std::string> queries = world.prometheus.queries();
  REQUIRE(queries.size() >= 2);
  CHECK(queries[0] == "GET cpu{of=\"web\"}[1m]");
  CHECK(queries[1] == "GET ram{of=\"web\"}");
}

TEST_CASE("a prefix finds the only service that begins with it") {
  World world;
  world.docker.add_service("mystack_application", 1);
  world.name = "mystack";
  world.match = "prefix";
  SkepProcess skep(world.run());
  CHECK(skep.wait_for("decision").at("service") == "mystack_application");
  CHECK(world.prometheus.queries().front() == "GET cpu{of=\"mystack_application\"}[1m]");
}

TEST_CASE("services that tick together ask once") {
  World world;
  world.interval = "200ms";
  world.docker.add_service("api", 1);
  world.more_services =
      "  - name: api\n    metrics: {cpu: {query: 'cpu{of=\"web\"}[$window]'}, ram: {query: "
      "'ram'}}\n";
  SkepProcess skep(world.run());
  eventually("16 decisions", [&] { return skep.events("decision").size() >= 16; });
  std::set<std::string> services;
  for (const Json& decision : skep.events("decision")) services.insert(decision.at("service"));
  CHECK(services == std::set<std::string>{"web", "api"});
  skep.signal(SIGTERM);
  REQUIRE(skep.wait_exit() == 0);
  const std::size_t ticks = skep.events("decision").size() / 2;
  CHECK(count_requests(world.docker, "/services") <= ticks + 2);
  std::size_t cpu_queries = 0;
  for (const std::string& query : world.prometheus.queries()) {
    cpu_queries += query == "GET cpu{of=\"web\"}[1m]" ? 1 : 0;
  }
  CHECK(cpu_queries <= ticks + 2);
}

TEST_CASE("it does not scale in while fewer targets report than replicas run") {
  World world;
  world.docker.set_replicas("web", 3);
  world.prometheus.set("cpu", 5);
  world.more_metrics = "      targets: {query: 'up'}\n";
  // No series at all: none report.
  SkepProcess skep(world.run());
  skep.wait_for_decisions(5);
  CHECK(guard_detail(skep.events("decision").back(), "targets") != "");
  CHECK(world.docker.updates().empty());
  world.prometheus.set("up", 3);
  skep.wait_for("scaled");
}

TEST_CASE("it does not scale out while tasks find no node") {
  World world;
  world.docker.set_replicas("web", 3);
  world.docker.set_unplaced("web", 1);
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  skep.wait_for_decisions(5);
  const std::string detail = guard_detail(skep.events("decision").back(), "no_node");
  CHECK(detail.find("insufficient resources") != std::string::npos);
  CHECK(world.docker.updates().empty());
  world.docker.set_unplaced("web", 0);
  skep.wait_for("scaled");
}

TEST_CASE("a replica count outside the range goes back to the bound") {
  World world;
  world.docker.set_replicas("web", 14);
  SkepProcess skep(world.run());
  const Json scaled = skep.wait_for("scaled");
  CHECK(scaled.at("from") == 14);
  CHECK(scaled.at("to") == 10);
}

TEST_CASE("once: one tick for each service, and the cooldown holds over the next start") {
  World world;
  world.cooldown = "1h";
  world.prometheus.set("cpu", 90);
  {
    SkepProcess skep(world.run({"--once"}));
    CHECK(skep.wait_exit() == 0);
    CHECK(skep.events("decision").size() == 1);
  }
  CHECK(world.docker.updates().size() == 1);
  SkepProcess skep(world.run({"--once"}));
  CHECK(skep.wait_exit() == 0);
  REQUIRE(skep.events("decision").size() == 1);
  CHECK(guard_detail(skep.events("decision").front(), "cooldown") != "");
  CHECK(world.docker.updates().size() == 1);
}

TEST_CASE("once: a service without a decision is an error that says why") {
  World world;
  world.more_services = "  - name: gone\n    metrics: {cpu: {query: 'cpu'}, ram: {query: 'ram'}}\n";
  SkepProcess skep(world.run({"--once"}));
  CHECK(skep.wait_exit() == 1);
  CHECK(skep.events("decision").size() == 1);
  CHECK(count_requests(world.docker, "/services") == 1);
  CHECK(skep.errors().find("gone: There is no service \"gone\"") != std::string::npos);
}

TEST_CASE("once: a command that Docker does not take is an error that says why") {
  World world;
  world.prometheus.set("cpu", 90);
  std::string what = "Docker did not take the command";
  SECTION("refused") {
    world.docker.override_reply("/update", FakeReply(R"({"message":"invalid spec"})", 400));
  }
  SECTION("somebody else was always faster") { world.docker.conflict_next(1000); }
  SECTION("no answer") {
    world.timeout = "300ms";
    world.docker.set_update_fault(Fault::kHang);
    what = "it is not known whether Docker took the command";
  }
  SkepProcess skep(world.run({"--once"}));
  CHECK(skep.wait_exit() == 1);
  const std::string reason = skep.events("decision").back().at("reason").get<std::string>();
  CHECK(skep.errors() == "skep: web: " + reason + "\n");
  CHECK(reason.find(what) != std::string::npos);
}

TEST_CASE("observed values and checkpoints are told at debug level") {
  World world;
  world.log = "{level: debug}";
  SkepProcess skep(world.run());
  const Json observed = skep.wait_for("observed");
  CHECK(observed.at("cpu_percent") == 50);
  CHECK(observed.at("ram_percent") == 40);
  CHECK(observed.at("replicas").at("running") == 1);
  const Json saved = skep.wait_for("checkpoint");
  CHECK(saved.at("tick").get<int>() >= 1);
}

}  // namespace skep::test
