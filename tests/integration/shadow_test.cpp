// Shadow mode in the real program: target tracking scales, the log says what the agent would do.
#include "tests/integration/world.hpp"

#include <csignal>
#include <string>

#include <catch2/catch.hpp>

namespace skep::test {

TEST_CASE("in shadow mode target tracking scales, and the agent only tells what it would do") {
  World world;
  // Without the panic limit, whose guard would move the imagined service, too.
  world.service_lines =
      "    guard: {panic_cpu: 0}\n"
      "    agent: {policy: static, shadow: true, target: {cpu: 50, stabilization: {scale_in: "
      "0s}}}\n";
  world.prometheus.set("cpu", 90);
  SkepProcess skep(world.run());
  CHECK(skep.wait_for("started")["services"][0]["shadow"] == true);
  skep.wait_for("scaled");
  skep.wait_for("the count that target tracking set", [](const Json& event) {
    return event["event"] == "decision" && event["replicas"]["desired"] == 2;
  });
  skep.signal(SIGTERM);
  CHECK(skep.wait_exit() == 0);
  const std::vector<Json> told = skep.events("shadow");
  REQUIRE_FALSE(told.empty());
  CHECK(told.back()["since_start"]["target_tracking"]["changes"] > 0);
  CHECK(told.back()["since_start"]["agent"]["changes"] == 0);
  for (const Json& decision : skep.events("decision")) {
    CHECK(decision["shadow"]["replicas"] == 1);
    CHECK(decision["shadow"]["target_replicas"] == 1);
    CHECK(decision["shadow"]["reason"].get<std::string>().find("static policy keeps") !=
          std::string::npos);
  }
}

}  // namespace skep::test
