// skep simulate: the real program on small traces.
#include "tests/integration/skep_process.hpp"
#include "tests/unit/daemon/temporary_folder.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

struct Simulation {
  TemporaryFolder folder;
  std::string config =
      file("skep.yaml",
           "services:\n  - name: web\n    metrics: {cpu: {query: c}, ram: {query: r}}\n"
           "    agent: {policy: q_learning, updates: factual, epsilon: 0.2}\n");
  std::string trace = file("load.csv", make_trace());

  std::string file(const std::string& name, const std::string& content) const {
    const std::string path = (folder.path() / name).string();
    std::ofstream(path) << content;
    return path;
  }
  /// A load that rises and falls twice.
  static std::string make_trace() {
    std::string text = "minute,requests\n";
    for (int i = 0; i < 400; ++i) {
      const int part = i % 200;
      text += std::to_string(i) + "," + std::to_string(10 + std::min(part, 200 - part)) + "\n";
    }
    return text;
  }
  std::vector<std::string> arguments(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"simulate", "--config", config, "--trace", trace};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("simulate sums up what the configured controller would have done") {
  const Simulation simulation;
  SkepProcess skep(simulation.arguments());
  CHECK(skep.wait_exit() == 0);
  CHECK_THAT(skep.plain_output(), Catch::Contains("requests, 400 rows of 1m, 0 gaps filled"));
  CHECK_THAT(skep.plain_output(), Catch::Contains("replica-hours"));
  CHECK(skep.errors().empty());
}

TEST_CASE("simulate writes every decision, and the same command the same bytes") {
  const Simulation simulation;
  std::vector<std::string> runs;
  for (const char* name : {"one.csv", "two.csv"}) {
    const std::string out = (simulation.folder.path() / name).string();
    SkepProcess skep(
        simulation.arguments({"--out", out, "--startup", "20s", "--lag", "1", "--noise", "0.05"}));
    REQUIRE(skep.wait_exit() == 0);
    runs.push_back(content(out));
  }
  CHECK(runs[0] == runs[1]);
  CHECK_THAT(runs[0],
             Catch::StartsWith("tick,time,load,cpu,replicas,action,target_replicas,reason,cost\n"));
  // 400 minutes of ticks every 15 s, of which the first has no metrics yet, and the header.
  CHECK(std::count(runs[0].begin(), runs[0].end(), '\n') == 1600);
  CHECK_THAT(runs[0], Catch::Contains("scale_out") && Catch::Contains("scale_in"));
}

TEST_CASE("simulate shows the demand behind full CPU to a load query, and to a latency not") {
  const Simulation simulation;
  const auto decisions = [&simulation](const std::string& metric) {
    const std::string config = simulation.file(
        "metrics.yaml", "services:\n  - name: web\n    metrics: {cpu: {query: c}, ram: {query: r}" +
                            metric + "}\n    replicas: {min: 1, max: 10}\n");
    const std::string out = (simulation.folder.path() / "metrics.csv").string();
    SkepProcess skep({"simulate", "--config", config, "--trace", simulation.trace, "--peak", "20",
                      "--startup", "60s", "--out", out});
    CHECK(skep.wait_exit() == 0);
    return content(out);
  };
  const std::string blind = decisions("");
  CHECK(decisions(", latency: {query: l}") == blind);
  CHECK(decisions(", load: {query: l}") != blind);
}

TEST_CASE("simulate refuses what it cannot use, with the right status") {
  const Simulation simulation;
  const auto status = [&simulation](const std::vector<std::string>& more,
                                    const std::string& message) {
    SkepProcess skep(simulation.arguments(more));
    const int exit = skep.wait_exit();
    CHECK_THAT(skep.errors(), Catch::Contains(message));
    return exit;
  };
  CHECK(status({"--step", "60"}, "--step") == 2);
  CHECK(status({"--column", "nothing"}, "there is no column 'nothing'") == 2);
  CHECK(status({"--service", "other"}, "name one of the configured services") == 2);
  CHECK(status({"--peak", "-1"}, "--peak") == 2);
  const std::string trace = content(simulation.trace);
  CHECK(status({"--out", simulation.trace}, "--out is " + simulation.trace + ", which is read") ==
        2);
  CHECK(content(simulation.trace) == trace);
  CHECK(status({"--out", simulation.config}, "--out is " + simulation.config) == 2);
  CHECK(status({"--out", "/no/such/folder/out.csv"}, "cannot write /no/such/folder/out.csv") == 1);

  SkepProcess missing({"simulate", "--config", simulation.config, "--trace", "/no/such/file.csv"});
  CHECK(missing.wait_exit() == 1);
  CHECK_THAT(missing.errors(), Catch::StartsWith("/no/such/file.csv: "));
  const std::string broken = simulation.file("broken.csv", "t,a\n0,1\n1,oops\n");
  SkepProcess bad({"simulate", "--config", simulation.config, "--trace", broken});
  CHECK(bad.wait_exit() == 1);
  CHECK_THAT(bad.errors(), Catch::StartsWith(broken + ":3: 'oops'"));
  const std::string idle = simulation.file("idle.csv", "t,a\n0,0\n1,0\n");
  SkepProcess useless({"simulate", "--config", simulation.config, "--trace", idle});
  CHECK(useless.wait_exit() == 1);
  CHECK_THAT(useless.errors(), Catch::StartsWith(idle + ": column 'a' "));
}

}  // namespace skep::test
