// The whole program over restarts and crashes.
#include "daemon/state_codec.hpp"
#include "tests/integration/world.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

using std::chrono::milliseconds;

/// The files in the state folder whose name contains `part`.
std::size_t count_files(const World& world, const std::string& part) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(world.state_path)) {
    count += entry.path().filename().string().find(part) != std::string::npos ? 1 : 0;
  }
  return count;
}

/// Learns for a while and ends.
Json learn(World& world) {
  SkepProcess skep(world.run());
  skep.wait_for_decisions(20);
  skep.signal(SIGTERM);
  REQUIRE(skep.wait_exit() == 0);
  return skep.events("decision").back();
}

std::string content(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void forbid(const std::string& file) {
  std::filesystem::permissions(file, std::filesystem::perms::none);
}

void allow(const std::string& file) {
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
}

}  // namespace

TEST_CASE("killed between a command and its answer, it keeps a whole cooldown after the restart") {
  World world;
  world.timeout = "15s";
  world.cooldown = "1500ms";
  world.prometheus.set("cpu", 90);
  world.docker.set_update_fault(Fault::kHang);
  {
    SkepProcess skep(world.run());
    eventually("the command", [&] { return world.docker.updates().size() == 1; });
    skep.signal(SIGKILL);
    CHECK(skep.wait_exit() == -SIGKILL);
  }
  world.docker.set_update_fault(Fault::kNone);
  const auto restarted = std::chrono::steady_clock::now();
  SkepProcess skep(world.run());
  skep.wait_for("restored");
  skep.wait_for("scaled");
  const std::vector<FakeUpdate> updates = world.docker.updates();
  REQUIRE(updates.size() == 2);
  CHECK(updates[1].time - restarted >= milliseconds(1500));
  CHECK(updates[1].from == 2);
  CHECK(skep.events("external_change").empty());
}

TEST_CASE("killed in a cooldown, it keeps the rest of it") {
  World world;
  world.cooldown = "2s";
  world.prometheus.set("cpu", 90);
  {
    SkepProcess skep(world.run());
    skep.wait_for("scaled");
    skep.signal(SIGKILL);
    CHECK(skep.wait_exit() == -SIGKILL);
  }
  SkepProcess skep(world.run());
  skep.wait_for("scaled");
  const std::vector<FakeUpdate> updates = world.docker.updates();
  CHECK(updates[1].time - updates[0].time >= milliseconds(2000));
}

TEST_CASE("a clock that is set forward while it is down does not shorten a cooldown") {
  World world;
  world.cooldown = "1h";
  world.prometheus.set("cpu", 90);
  {
    SkepProcess skep(world.run());
    skep.wait_for("scaled");
    skep.signal(SIGTERM);
    CHECK(skep.wait_exit() == 0);
  }
  const std::string file = world.state_path + "/web.state";
  Result<SavedState> saved = decode_state(content(file));
  REQUIRE(saved);
  saved->saved_at.wall -= std::chrono::hours(2);
  std::ofstream(file, std::ios::binary)
      << *encode_state(saved->service, saved->snapshot, saved->saved_at);
  SkepProcess skep(world.run());
  const Json decision = skep.wait_for("decision");
  REQUIRE(decision.at("guard").size() == 1);
  CHECK(decision.at("guard")[0].at("rule") == "cooldown");
  CHECK(world.docker.updates().size() == 1);
}

TEST_CASE("what was learned is there after a restart") {
  World world;
  world.service_lines = "    agent: {policy: q_learning, updates: factual}\n";
  const Json last = learn(world);
  SkepProcess skep(world.run());
  const Json restored = skep.wait_for("restored");
  CHECK(restored.at("cells").get<int>() >= 1);
  CHECK(restored.at("tick") == last.at("tick"));
  const Json first = skep.wait_for("decision");
  CHECK(first.at("tick").get<int>() == last.at("tick").get<int>() + 1);
  CHECK(first.at("state") == last.at("state"));
  CHECK(first.at("q") == last.at("q"));
}

TEST_CASE("a damaged state is set aside with a warning, and a whole cooldown is kept") {
  World world;
  learn(world);
  std::ofstream(world.state_path + "/web.state") << "not a state at all";
  world.cooldown = "1500ms";
  world.prometheus.set("cpu", 90);
  const auto restarted = std::chrono::steady_clock::now();
  SkepProcess skep(world.run());
  CHECK(skep.wait_for("state_set_aside").at("level") == "warn");
  CHECK(skep.wait_for("decision").at("tick") == 1);
  CHECK(count_files(world, "damaged") == 1);
  skep.wait_for("scaled");
  CHECK(world.docker.updates().front().time - restarted >= milliseconds(1500));
}

TEST_CASE("a cooldown outlives a state that is set aside, and a crash right after") {
  World world;
  world.cooldown = "2s";
  world.service_lines = "    agent: {policy: q_learning, updates: factual}\n";
  world.prometheus.set("cpu", 90);
  {
    SkepProcess skep(world.run());
    skep.wait_for("scaled");
    skep.signal(SIGTERM);
    CHECK(skep.wait_exit() == 0);
  }
  SECTION("for another configuration") { world.replicas = "{min: 1, max: 7}"; }
  SECTION("damaged") { std::ofstream(world.state_path + "/web.state") << "not a state at all"; }
  {
    SkepProcess skep(world.run());
    skep.wait_for("state_set_aside");
    skep.wait_for("decision");
    skep.signal(SIGKILL);
    CHECK(skep.wait_exit() == -SIGKILL);
  }
  SkepProcess skep(world.run());
  skep.wait_for("scaled");
  const std::vector<FakeUpdate> updates = world.docker.updates();
  REQUIRE(updates.size() >= 2);
  CHECK(updates[1].time - updates[0].time >= milliseconds(2000));
}

TEST_CASE("a state that may not be read ends the start, and stays as it is") {
  World world;
  learn(world);
  const std::string file = world.state_path + "/web.state";
  const std::string before = content(file);
  forbid(file);
  SkepProcess skep(world.run());
  CHECK(skep.wait_exit() == 1);
  CHECK(skep.errors() == "skep: The saved state " + file +
                             " cannot be read (Permission denied): give it to the user that skep "
                             "runs as.\n");
  CHECK(skep.events("stopped").size() == 1);
  CHECK(skep.events("decision").empty());
  CHECK(count_files(world, "damaged") == 0);
  allow(file);
  CHECK(content(file) == before);
}

TEST_CASE("a reload that needs a state that may not be read is refused, and nothing is lost") {
  World world;
  learn(world);
  const std::string file = world.state_path + "/api.state";
  std::filesystem::copy_file(world.state_path + "/web.state", file);
  const std::string before = content(file);
  forbid(file);
  SkepProcess skep(world.run());
  skep.wait_for("decision");
  world.docker.add_service("api", 1);
  world.more_services = "  - name: api\n    metrics: {cpu: {query: 'cpu'}, ram: {query: 'ram'}}\n";
  world.config_file();
  skep.signal(SIGHUP);
  const Json refused = skep.wait_for("reloaded");
  CHECK(refused.at("accepted") == false);
  CHECK(refused.at("message").get<std::string>().find("api.state cannot be read") !=
        std::string::npos);
  skep.wait_for_decisions(3);
  CHECK(count_files(world, "damaged") == 0);
  allow(file);
  CHECK(content(file) == before);
}

TEST_CASE("an end without a saved state is not told as if it were saved") {
  World world;
  std::filesystem::create_directories(world.state_path + "/web.state.tmp");  // in the way
  const bool once = GENERATE(true, false);
  SkepProcess skep(
      world.run(once ? std::vector<std::string>{"--once"} : std::vector<std::string>{}));
  skep.wait_for("decision");
  if (!once) skep.signal(SIGTERM);
  CHECK(skep.wait_exit() == (once ? 1 : 0));
  REQUIRE(skep.events("stopped").size() == 1);
  const Json stopped = skep.events("stopped").front();
  CHECK(stopped.at("level") == "error");
  const std::string what = "The state of web was not saved to " + world.state_path + "/web.state ";
  CHECK(stopped.at("message").get<std::string>().find(what) != std::string::npos);
  CHECK(stopped.at("message").get<std::string>().find("is saved") == std::string::npos);
  CHECK((skep.errors().find(what) != std::string::npos) == once);
}

TEST_CASE("a table for other settings is set aside with a warning") {
  World world;
  world.service_lines = "    agent: {policy: q_learning, updates: factual}\n";
  learn(world);
  world.replicas = "{min: 1, max: 7}";
  SkepProcess skep(world.run());
  CHECK(skep.wait_for("state_set_aside").at("level") == "warn");
  skep.wait_for("decision");
  CHECK(count_files(world, "other") == 1);
}

TEST_CASE("a second daemon on the same state is refused") {
  World world;
  SkepProcess first(world.run());
  first.wait_for("decision");
  SkepProcess second(world.run());
  CHECK(second.wait_exit() == 1);
  CHECK(second.errors().find(world.state_path) != std::string::npos);
  CHECK(second.errors().find(std::to_string(first.pid())) != std::string::npos);
  CHECK(second.events("started").empty());
  first.wait_for_decisions(2);
}

TEST_CASE("killed, it leaves no lock behind") {
  World world;
  {
    SkepProcess skep(world.run());
    skep.wait_for("decision");
    skep.signal(SIGKILL);
    skep.wait_exit();
  }
  SkepProcess skep(world.run());
  skep.wait_for("decision");
}

}  // namespace skep::test
