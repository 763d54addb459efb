// The whole program and its signals: it ends in time whatever hangs, and reloads.
#include "tests/integration/world.hpp"

#include <csignal>
#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

FakeReply hanging() {
  FakeReply reply;
  reply.fault = Fault::kHang;
  return reply;
}

/// The exit status after `signal`, which must come within 5 s.
int stop(SkepProcess& skep, int signal) {
  const auto asked = steady_clock::now();
  skep.signal(signal);
  const int status = skep.wait_exit();
  CHECK(steady_clock::now() - asked < seconds(5));
  return status;
}

}  // namespace

TEST_CASE("SIGTERM and SIGINT end it with status 0") {
  World world;
  const int signal = GENERATE(SIGTERM, SIGINT);
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  CHECK(stop(skep, signal) == 0);
  REQUIRE(skep.events("stopped").size() == 1);
  CHECK(skep.events("stopped").front().at("signal") == (signal == SIGTERM ? "SIGTERM" : "SIGINT"));
}

TEST_CASE("it ends in time while Prometheus hangs") {
  World world;
  world.timeout = "1m";
  world.prometheus.set_fault(Fault::kHang);
  SkepProcess skep(world.run());
  eventually("the query", [&] { return !world.prometheus.queries().empty(); });
  CHECK(stop(skep, SIGTERM) == 0);
  CHECK(skep.events("stopped").size() == 1);
}

TEST_CASE("it ends in time while Docker hangs") {
  World world;
  world.timeout = "1m";
  world.docker.override_reply("/services", hanging());
  SkepProcess skep(world.run());
  eventually("the request", [&] { return world.docker.requests().size() >= 2; });
  CHECK(stop(skep, SIGTERM) == 0);
  CHECK(skep.events("stopped").size() == 1);
}

TEST_CASE("it waits for the answer to a command when it stops") {
  World world;
  world.timeout = "1m";
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run({}));
  skep.wait_for("scaled");
  world.docker.set_latency(milliseconds(800));
  eventually("a command", [&] { return world.docker.updates().size() >= 2; });
  CHECK(stop(skep, SIGTERM) == 0);
  const std::vector<Json> scaled = skep.events("scaled");
  CHECK(scaled.size() == world.docker.updates().size());
  CHECK(scaled.back().at("duration_ms").get<double>() >= 700);
}

TEST_CASE("a command that hangs does not hold up the end, and the next start keeps its cooldown") {
  World world;
  world.timeout = "1m";
  world.cooldown = "1500ms";
  world.prometheus.set("cpu", 90);
  world.docker.set_update_fault(Fault::kHang);
  {
    SkepProcess skep(world.run());
    eventually("the command", [&] { return world.docker.updates().size() == 1; });
    CHECK(stop(skep, SIGTERM) == 0);
    CHECK(skep.wait_for("scale_failed").at("outcome") == "unknown");
  }
  world.docker.set_update_fault(Fault::kNone);
  const auto restarted = steady_clock::now();
  SkepProcess skep(world.run());
  skep.wait_for("scaled");
  CHECK(world.docker.updates().back().time - restarted >= milliseconds(1500));
}

TEST_CASE("when it stops, it saves each service once, and does not wait for one that hangs") {
  World world;
  world.timeout = "1m";
  world.log = "{level: debug}";
  world.checkpoint_interval = "1h";
  world.docker.add_service("api", 1);
  world.more_services =
      "  - name: api\n    metrics: {cpu: {query: 'cpu'}, ram: {query: 'ram'}}\n"
      "    agent: {policy: static}\n";
  world.prometheus.set("cpu", 90);
  world.docker.set_update_fault(Fault::kHang);
  SkepProcess skep(world.run());
  eventually("the command", [&] { return world.docker.updates().size() == 1; });
  skep.wait_for("a decision of api", [](const Json& event) {
    return event.at("event") == "decision" && event.at("service") == "api";
  });
  CHECK(stop(skep, SIGTERM) == 0);
  std::vector<Json> saved;
  for (const Json& event : skep.events("checkpoint")) {
    if (event.at("service") == "api") saved.push_back(event);
  }
  REQUIRE(saved.size() == 1);
  REQUIRE(skep.events("scale_failed").size() == 1);
  CHECK(saved[0].at("ts") < skep.events("scale_failed")[0].at("ts"));
}

TEST_CASE("it ends in time even while nobody reads its log") {
  World world;
  world.interval = "2ms";
  SkepProcess skep(world.run(), Output::kUnread);
  // The pipe is full when it does not ask any more.
  std::size_t asked = 0;
  eventually("a full pipe", [&] {
    const std::size_t before = asked;
    std::this_thread::sleep_for(milliseconds(200));
    asked = world.prometheus.queries().size();
    return asked > 0 && asked == before;
  });
  CHECK(stop(skep, SIGTERM) == 0);
}

TEST_CASE("a second signal ends it at once") {
  World world;
  world.timeout = "1m";
  world.prometheus.set("cpu", 90);
  world.docker.set_update_fault(Fault::kHang);
  SkepProcess skep(world.run());
  eventually("the command", [&] { return world.docker.updates().size() == 1; });
  skep.signal(SIGTERM);
  // The first one must have been taken, or both count as one.
  std::this_thread::sleep_for(milliseconds(300));
  const auto asked = steady_clock::now();
  skep.signal(SIGTERM);
  CHECK(skep.wait_exit() == 128 + SIGTERM);
  CHECK(steady_clock::now() - asked < seconds(2));
}

TEST_CASE("SIGHUP takes a new configuration and goes on with what it knows") {
  World world;
  world.service_lines = "    agent: {policy: q_learning, updates: factual}\n";
  world.cooldown = "1h";
  world.prometheus.set("cpu", 85);
  SkepProcess skep(world.run());
  skep.wait_for("scaled");
  skep.wait_for_decisions(3);
  world.interval = "20ms";
  world.docker.add_service("api", 1);
  world.more_services = "  - name: api\n    metrics: {cpu: {query: 'cpu'}, ram: {query: 'ram'}}\n";
  world.config_file();
  const std::size_t before = skep.position();
  skep.signal(SIGHUP);
  const Json reloaded = skep.wait_for("reloaded", before);
  CHECK(reloaded.at("accepted") == true);
  CHECK(reloaded.at("level") == "info");
  CHECK(reloaded.at("services").size() == 2);
  const Json next = skep.wait_for(
      "the next decision of web",
      [](const Json& event) {
        return event.at("event") == "decision" && event.at("service") == "web" &&
               event.at("tick").get<int>() > 4;
      },
      before);
  REQUIRE(next.at("guard").size() == 1);
  CHECK(next.at("guard")[0].at("rule") == "cooldown");
  skep.wait_for("a decision of api", [](const Json& event) {
    return event.at("event") == "decision" && event.at("service") == "api";
  });
  CHECK(skep.events("state_set_aside").empty());
  std::size_t commands_to_web = 0;
  for (const FakeUpdate& update : world.docker.updates()) {
    commands_to_web += update.service == "web" ? 1 : 0;
  }
  CHECK(commands_to_web == 1);
}

TEST_CASE(
    "a failure that SIGHUP mends is told to be over, and one that it does not is told again") {
  World world;
  world.more_metrics = "      latency: {query: 'nothing'}\n";
  SkepProcess skep(world.run());
  const auto told = [&skep](const char* phase, std::size_t after) {
    skep.wait_for(
        phase,
        [phase](const Json& one) {
          return one.at("event") == "metrics_missing" && one.at("phase") == phase;
        },
        after);
  };
  told("begin", 0);
  const auto reload = [&] {
    world.config_file();
    const std::size_t before = skep.position();
    skep.signal(SIGHUP);
    CHECK(skep.wait_for("reloaded", before).at("accepted") == true);
    return before;
  };
  world.more_metrics = "      latency: {query: 'nothing_either'}\n";
  told("ongoing", reload());
  world.more_metrics.clear();
  told("end", reload());
}

TEST_CASE("SIGHUP with another table starts anew and keeps the old one aside") {
  World world;
  world.service_lines = "    agent: {policy: q_learning, updates: factual}\n";
  SkepProcess skep(world.run());
  skep.wait_for_decisions(5);
  world.replicas = "{min: 1, max: 6}";
  world.config_file();
  skep.signal(SIGHUP);
  CHECK(skep.wait_for("reloaded").at("accepted") == true);
  CHECK(skep.events("state_set_aside").size() == 1);
  skep.wait_for_decisions(2);
}

TEST_CASE("SIGHUP with a bad configuration is refused with all its problems") {
  World world;
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  world.replicas = "{min: 5, max: 2}";
  world.interval = "never";
  world.config_file();
  skep.signal(SIGHUP);
  const Json refused = skep.wait_for("reloaded");
  CHECK(refused.at("accepted") == false);
  CHECK(refused.at("level") == "error");
  REQUIRE(refused.at("problems").size() >= 2);
  CHECK(refused.at("problems")[0].get<std::string>().find("skep.yaml:3:") != std::string::npos);
  skep.wait_for_decisions(3);
  CHECK(stop(skep, SIGTERM) == 0);
}

TEST_CASE("SIGHUP with a warning and an error names the error as the reason") {
  World world;
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  world.more_metrics = "      load: {query: 'load{of=\"$nobody\"}'}\n";
  world.service_lines = "    agent: {policy: nonsense}\n";
  world.config_file();
  skep.signal(SIGHUP);
  const Json refused = skep.wait_for("reloaded");
  REQUIRE(refused.at("problems").size() == 2);
  CHECK(refused.at("problems")[0].get<std::string>().find("$nobody") != std::string::npos);
  const std::string message = refused.at("message").get<std::string>();
  CHECK(message.ends_with(": " + refused.at("problems")[1].get<std::string>()));
}

TEST_CASE("SIGHUP with another state.path is refused, and touches no state there") {
  World world;
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  const std::string before = world.state_path;
  world.state_path = world.folder.path() / "other";
  world.config_file();
  skep.signal(SIGHUP);
  const Json refused = skep.wait_for("reloaded");
  CHECK(refused.at("accepted") == false);
  CHECK(refused.at("problems")[0] == "state.path cannot change from " + before + " to " +
                                         world.state_path + " while skep runs: restart skep.");
  CHECK_FALSE(std::filesystem::exists(world.state_path));
  skep.wait_for_decisions(3);
}

TEST_CASE("SIGHUP while the file is gone is refused too") {
  World world;
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  std::filesystem::remove(world.folder.path() / "skep.yaml");
  skep.signal(SIGHUP);
  CHECK(skep.wait_for("reloaded").at("accepted") == false);
  skep.wait_for_decisions(3);
}

}  // namespace skep::test
