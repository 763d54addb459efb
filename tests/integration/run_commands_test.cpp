// The whole program when a scale command does not simply work.
#include "tests/integration/world.hpp"

#include <csignal>
#include <filesystem>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

using std::chrono::milliseconds;

std::size_t count_requests(const FakeDocker& docker, const std::string& end) {
  std::size_t count = 0;
  for (const std::string& request : docker.requests()) count += request.ends_with(end) ? 1 : 0;
  return count;
}

FakeReply with_fault(Fault fault) {
  FakeReply reply;
  reply.fault = fault;
  return reply;
}

}  // namespace

TEST_CASE("a conflict: it reads again and decides again at once") {
  World world;
  world.interval = "30s";
  world.cooldown = "30s";
  world.prometheus.set("cpu", 90);
  world.docker.conflict_next(2);
  SkepProcess skep(world.run());
  skep.wait_for("scaled");
  const std::vector<Json> decisions = skep.events("decision");
  REQUIRE(decisions.size() == 3);
  CHECK(decisions[0].at("applied") == false);
  CHECK(decisions[1].at("applied") == false);
  CHECK(decisions[2].at("applied") == true);
  CHECK(decisions[0].at("target_replicas") == 1);
  CHECK(decisions[0].at("reason").get<std::string>().find("Somebody else changed") !=
        std::string::npos);
  CHECK(count_requests(world.docker, "/services") == 3);
  CHECK(world.docker.updates().size() == 1);
}

TEST_CASE("a conflict that stays is left to the next tick") {
  World world;
  world.interval = "30s";
  world.cooldown = "30s";
  world.prometheus.set("cpu", 90);
  world.docker.conflict_next(1000);
  SkepProcess skep(world.run());
  skep.wait_for("the third failure", [&skep](const Json& event) {
    return event.at("event") == "decision" && event.at("tick") == 3;
  });
  const Json failed = skep.wait_for("scale_failed");
  CHECK(failed.at("outcome") == "conflict");
  CHECK(failed.at("phase") == "begin");
  skep.signal(SIGTERM);
  CHECK(skep.wait_exit() == 0);
  CHECK(skep.events("decision").size() == 3);
  CHECK(count_requests(world.docker, "/update") == 3);
}

TEST_CASE(
    "a command without a clear answer may have worked: the cooldown is kept, nothing is repeated") {
  World world;
  world.timeout = "300ms";
  world.cooldown = "1s";
  world.prometheus.set("cpu", 90);
  const char* lost_leader =
      R"({"message":"rpc error: code = Unavailable desc = transport is closing"})";
  const FakeReply answer = GENERATE_COPY(
      with_fault(Fault::kHang), with_fault(Fault::kCloseBeforeAnswer), with_fault(Fault::kGarbage),
      FakeReply(lost_leader, 500), FakeReply(lost_leader, 503));
  world.docker.set_update_reply(answer);
  SkepProcess skep(world.run());
  const Json failed = skep.wait_for("scale_failed");
  CHECK(failed.at("outcome") == "unknown");
  CHECK(failed.at("from") == 1);
  CHECK(failed.at("to") == 2);
  world.docker.set_update_reply(std::nullopt);
  skep.wait_for("scaled");
  const std::vector<FakeUpdate> updates = world.docker.updates();
  REQUIRE(updates.size() == 2);
  CHECK(updates[1].time - updates[0].time >= milliseconds(1000));
  CHECK(updates[1].from == 2);
  CHECK(updates[1].to == 3);
  CHECK(skep.events("external_change").empty());
  const Json end = skep.wait_for("the end of the failure", [](const Json& event) {
    return event.at("event") == "scale_failed" && event.at("phase") == "end";
  });
  CHECK(end.at("count") == 1);
  for (const Json& decision : skep.events("decision")) {
    const bool held_back = decision.at("target_replicas") == decision.at("replicas").at("desired");
    CHECK(decision.at("applied") != held_back);
  }
}

TEST_CASE("a refused command starts no cooldown and is told once") {
  World world;
  world.cooldown = "1h";
  world.prometheus.set("cpu", 90);
  world.docker.override_reply("/update", FakeReply(R"({"message":"invalid spec"})", 400));
  SkepProcess skep(world.run());
  const Json failed = skep.wait_for("scale_failed");
  CHECK(failed.at("outcome") == "refused");
  CHECK(failed.at("level") == "warn");
  CHECK(failed.at("message").get<std::string>().find("invalid spec") != std::string::npos);
  eventually("three more tries", [&] { return count_requests(world.docker, "/update") >= 4; });
  world.docker.override_reply("/update", std::nullopt);
  skep.wait_for("scaled");
  skep.wait_for("the end of the failure", [](const Json& event) {
    return event.at("event") == "scale_failed" && event.at("phase") == "end";
  });
  CHECK(skep.events("scale_failed").size() == 2);
}

TEST_CASE("nothing is sent when the cooldown cannot be saved before") {
  World world;
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  std::filesystem::remove_all(world.state_path);
  world.prometheus.set("cpu", 90);
  const Json failed = skep.wait_for("scale_failed");
  CHECK(failed.at("outcome") == "refused");
  CHECK(failed.at("message").get<std::string>().find("nothing was sent") != std::string::npos);
  CHECK(skep.wait_for("checkpoint_failed").at("level") == "error");
  skep.wait_for_decisions(3);
  CHECK(count_requests(world.docker, "/update") == 0);
}

}  // namespace skep::test
