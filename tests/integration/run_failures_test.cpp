// The whole program when Prometheus or Docker misbehave: not one command, one event when it begins
// and one when it ends.
#include "tests/integration/world.hpp"

#include <csignal>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

std::size_t count_phase(const SkepProcess& skep, const std::string& event,
                        const std::string& phase) {
  std::size_t count = 0;
  for (const Json& one : skep.events(event)) count += one.at("phase") == phase ? 1 : 0;
  return count;
}

Json wait_for_phase(SkepProcess& skep, const std::string& event, const std::string& phase) {
  return skep.wait_for(event + " " + phase, [&](const Json& one) {
    return one.at("event") == event && one.at("phase") == phase;
  });
}

bool mentions(const Json& event, const std::string& text) {
  return event.at("message").get<std::string>().find(text) != std::string::npos;
}

FakeReply with_fault(Fault fault) {
  FakeReply reply(vector_answer({"90"}));
  reply.fault = fault;
  return reply;
}

struct Broken {
  std::string name;
  FakeReply reply;
  std::string said;  ///< a part of the message
};

}  // namespace

TEST_CASE("without sound metrics there is no command, and one event at each end") {
  FakeReply html("<html><body>Bad gateway</body></html>", 502);
  html.content_type = "text/html";
  const Broken broken = GENERATE_COPY(values<Broken>({
      {"NaN", FakeReply(vector_answer({"NaN"})), "cpu query"},
      {"infinite", FakeReply(vector_answer({"+Inf"})), "cpu query"},
      {"negative", FakeReply(vector_answer({"-3"})), "negative"},
      {"absurd", FakeReply(vector_answer({"1e308"})), "larger than anything"},
      {"empty", FakeReply(vector_answer({})), "cpu query"},
      {"several", FakeReply(vector_answer({"1", "2"})), "2"},
      {"refused", FakeReply(R"({"status":"error","errorType":"bad_data","error":"no"})", 400),
       "bad_data"},
      {"html", html, "502"},
      {"hang", with_fault(Fault::kHang), "did not answer"},
      {"drip", with_fault(Fault::kSlowDrip), "did not answer"},
      {"closed", with_fault(Fault::kCloseBeforeAnswer), "closed the connection"},
      {"cut", with_fault(Fault::kCloseMidBody), "closed the connection"},
      {"garbage", with_fault(Fault::kGarbage), "not HTTP"},
      {"oversize", with_fault(Fault::kOversize), "limit"},
  }));
  CAPTURE(broken.name);
  World world;
  world.timeout = "300ms";
  world.prometheus.set_reply("cpu", broken.reply);
  SkepProcess skep(world.run());
  const Json begin = wait_for_phase(skep, "metrics_missing", "begin");
  CHECK(begin.at("level") == "warn");
  CHECK(begin.at("service") == "web");
  CHECK(begin.at("count") == 1);
  CAPTURE(begin.at("message"));
  CHECK(mentions(begin, broken.said));
  const std::size_t asked = world.prometheus.queries().size();
  eventually("three more ticks", [&] { return world.prometheus.queries().size() >= asked + 3; });
  CHECK(skep.events("decision").empty());
  CHECK(world.docker.updates().empty());

  world.prometheus.set("cpu", 90);
  const Json end = wait_for_phase(skep, "metrics_missing", "end");
  CHECK(end.at("level") == "info");
  CHECK(end.at("count").get<int>() >= 3);
  skep.wait_for("scaled");
  CHECK(count_phase(skep, "metrics_missing", "begin") == 1);
  CHECK(count_phase(skep, "metrics_missing", "end") == 1);
}

TEST_CASE("Prometheus goes away in the middle and comes back") {
  World world;
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  world.prometheus.server().stop();
  wait_for_phase(skep, "metrics_missing", "begin");
  world.prometheus.set("cpu", 90);
  const std::size_t decisions = skep.events("decision").size();
  eventually("three more ticks", [&, before = world.docker.requests().size()] {
    return world.docker.requests().size() >= before + 3;
  });
  CHECK(skep.events("decision").size() == decisions);
  CHECK(world.docker.updates().empty());
  world.prometheus.server().start();
  skep.wait_for("scaled");
  CHECK(count_phase(skep, "metrics_missing", "begin") == 1);
  CHECK(count_phase(skep, "metrics_missing", "end") == 1);
}

TEST_CASE("a service that is not up yet is left alone") {
  World world;
  world.more_metrics = "      uptime: {query: 'uptime'}\n";
  world.prometheus.set("cpu", 90);
  const bool zero = GENERATE(false, true);
  if (zero) world.prometheus.set("uptime", "0");
  SkepProcess skep(world.run());
  CHECK(mentions(wait_for_phase(skep, "metrics_missing", "begin"), "not up yet"));
  CHECK(world.docker.updates().empty());
  world.prometheus.set("uptime", 12);
  skep.wait_for("scaled");
}

TEST_CASE("Docker fails in its own ways") {
  FakeReply html("<html><body>403 Forbidden</body></html>", 403);
  html.content_type = "text/html";
  const Broken broken = GENERATE_COPY(values<Broken>({
      {"hang", with_fault(Fault::kHang), "did not answer"},
      {"garbage", with_fault(Fault::kGarbage), "not HTTP"},
      {"not Docker", FakeReply("{}"), "not an answer of the Docker engine"},
      {"proxy", html, "SERVICES=1"},
      {"error", FakeReply(R"({"message":"boom"})", 500), "boom"},
  }));
  CAPTURE(broken.name);
  World world;
  world.timeout = "300ms";
  world.docker.override_reply("/services", broken.reply);
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  const Json begin = wait_for_phase(skep, "docker_unreachable", "begin");
  CAPTURE(begin.at("message"));
  CHECK(mentions(begin, broken.said));
  eventually("three more ticks", [&, before = world.docker.requests().size()] {
    return world.docker.requests().size() >= before + 3;
  });
  CHECK(world.prometheus.queries().empty());
  CHECK(skep.events("decision").empty());
  world.docker.override_reply("/services", std::nullopt);
  wait_for_phase(skep, "docker_unreachable", "end");
  skep.wait_for("scaled");
  CHECK(count_phase(skep, "docker_unreachable", "begin") == 1);
}

TEST_CASE("Docker is restarted") {
  World world;
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  world.docker.server().stop();
  CHECK(mentions(wait_for_phase(skep, "docker_unreachable", "begin"), "nothing listens there"));
  world.docker.set_api_version("1.44");
  world.docker.server().start();
  wait_for_phase(skep, "docker_unreachable", "end");
  world.prometheus.set("cpu", 90);
  skep.wait_for("scaled");
  CHECK(world.docker.requests().back().find("/v1.44/") != std::string::npos);
}

TEST_CASE("a node that is not a manager blocks until it is one") {
  World world;
  world.docker.set_manager(false);
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  CHECK(mentions(wait_for_phase(skep, "blocked", "begin"), "cannot manage the Swarm"));
  world.docker.set_manager(true);
  wait_for_phase(skep, "blocked", "end");
  skep.wait_for("scaled");
}

TEST_CASE("a service that is removed is missed, and taken up again when it is back") {
  World world;
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  world.docker.remove_service("web");
  CHECK(mentions(wait_for_phase(skep, "service_missing", "begin"), "no service \"web\""));
  world.docker.add_service("web", 1);
  world.prometheus.set("cpu", 90);
  wait_for_phase(skep, "service_missing", "end");
  skep.wait_for("scaled");
}

TEST_CASE("an ambiguous prefix is an error that names all that fit") {
  World world;
  world.docker.add_service("website", 1);
  world.name = "we";
  world.match = "prefix";
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  CHECK(mentions(wait_for_phase(skep, "service_missing", "begin"), "web, website"));
  CHECK(world.docker.updates().empty());
}

TEST_CASE("a global service is left alone") {
  World world;
  world.docker.add_service_spec("web", R"({"Name":"web","Mode":{"Global":{}}})");
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  CHECK(mentions(wait_for_phase(skep, "blocked", "begin"), "not in replicated mode"));
  CHECK(world.prometheus.queries().empty());
}

TEST_CASE("a service whose query hangs does not delay another") {
  World world;
  world.docker.add_service("slow", 1);
  world.more_services =
      "  - name: slow\n    metrics: {cpu: {query: 'hanging'}, ram: {query: 'ram'}}\n";
  world.timeout = "1m";
  world.prometheus.set_reply("hanging", with_fault(Fault::kHang));
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  eventually("three replicas", [&] { return world.docker.replicas("web") == 3; });
  for (const Json& decision : skep.events("decision")) CHECK(decision.at("service") == "web");
}

TEST_CASE("warnings of Prometheus are told once") {
  World world;
  std::string body = vector_answer({"50"});
  body.insert(1, R"("warnings":["a store did not answer"],)");
  world.prometheus.set_reply("ram", FakeReply(body));
  SkepProcess skep(world.run());
  CHECK(mentions(wait_for_phase(skep, "metrics_warning", "begin"), "a store did not answer"));
  skep.wait_for_decisions(5);
  CHECK(skep.events("metrics_warning").size() == 1);
}

TEST_CASE("text of others is cut short in the log") {
  World world;
  const std::string long_text(10'000, 'w');
  Json answer = Json::parse(vector_answer({"50"}));
  answer["warnings"] = std::vector<std::string>(500, long_text);
  world.prometheus.set_reply("ram", FakeReply(answer.dump()));
  world.docker.set_replicas("web", 3);
  world.docker.set_unplaced("web", 1, long_text);
  world.docker.set_update_reply(
      FakeReply(Json{{"Warnings", std::vector<std::string>(500, long_text)}}.dump()));
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  const Json warning = skep.wait_for("metrics_warning");
  CHECK(warning.at("warnings").back() == "... and 490 more");
  CHECK(warning.dump().size() < 5000);
  const Json held_back = skep.wait_for("a decision without a node", [](const Json& event) {
    return event.at("event") == "decision" &&
           event.at("guard").dump().find("no_node") != std::string::npos;
  });
  CHECK(held_back.dump().size() < 5000);
  world.docker.set_unplaced("web", 0);
  const Json scaled = skep.wait_for("scaled");
  CHECK(scaled.at("warnings").back() == "... and 490 more");
  CHECK(scaled.dump().size() < 5000);
}

TEST_CASE("a standard output that is closed does not stop it") {
  World world;
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run(), Output::kClosed);
  eventually("three replicas", [&] { return world.docker.replicas("web") == 3; });
  skep.signal(SIGTERM);
  CHECK(skep.wait_exit() == 0);
}

}  // namespace skep::test
