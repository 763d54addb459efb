// skep train: the real program on a trace and on the history of a Prometheus, and the daemon that
// starts from what was learned.
#include "tests/integration/world.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

using Catch::Contains;
using Catch::StartsWith;

constexpr const char* kLearner =
    "    agent: {policy: q_learning, updates: factual, alpha: 0.5, prior: {visits: 1}}\n";

std::string text(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

/// A service with a history of its CPU, RAM and replicas.
struct PastWorld : World {
  PastWorld() {
    service_lines = kLearner;
    more_metrics = "      replicas: {query: 'count{of=\"$service\"}'}\n";
    interval = "1s";
    prometheus.set_history("cpu{", [](double t) { return text(50 + 20 * std::sin(t / 60)); });
    prometheus.set_history("ram{", [](double) { return std::string("40"); });
    prometheus.set_history("count{", [](double) { return std::string("1"); });
  }

  std::vector<std::string> train(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"train", "--config", config_file()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  /// Trains; the exit status must be `status`.
  std::string output(const std::vector<std::string>& more, int status = 0) const {
    SkepProcess process(train(more));
    const int ended = process.wait_exit();
    INFO(process.errors());
    CHECK(ended == status);
    return status == 0 ? process.plain_output() : process.errors();
  }
  /// The decision of a single tick.
  Json decision(std::size_t* restored_cells = nullptr) const {
    SkepProcess process(run({"--once", "--dry-run"}));
    CHECK(process.wait_exit() == 0);
    const std::vector<Json> restored = process.events("restored");
    if (restored_cells != nullptr) {
      *restored_cells = restored.empty() ? 0 : restored.front()["cells"].get<std::size_t>();
    }
    REQUIRE(process.events("decision").size() == 1);
    return process.events("decision").front();
  }
  int state_files(const std::string& mark) const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(state_path)) {
      count += entry.path().filename().string().find(mark) != std::string::npos ? 1 : 0;
    }
    return count;
  }
  std::string trace(int rows) const {
    const std::string file = (folder.path() / "load.csv").string();
    std::ofstream out(file);
    out << "second,requests\n";
    for (int i = 0; i < rows; ++i) out << i << ',' << 50 + 20 * std::sin(i / 60.0) << '\n';
    return file;
  }
};

TEST_CASE("train learns from the history in Prometheus, and the daemon starts from it") {
  PastWorld world;
  const Json before = world.decision();
  std::filesystem::remove_all(world.state_path);

  const std::string said = world.output({"--from", "7h"});
  CHECK_THAT(said, Contains("25200 points every 1s, 0 of them gaps"));
  CHECK_THAT(said, Contains("q_learning, trained on the rest"));
  CHECK_THAT(said, Contains("Against target tracking, the trained agent would have had"));
  CHECK(world.prometheus.ranges() == 3 * 3);  // pieces times queries

  std::size_t cells = 0;
  const Json after = world.decision(&cells);
  CHECK(cells > 0);
  CHECK(after["state"] == before["state"]);
  CHECK(after["q"] != before["q"]);
  CHECK(after["cooldown_left_seconds"] == 0);
  CHECK(after["tick"] == 1);
}

TEST_CASE("train learns from a trace, and a second one replaces it and keeps a copy") {
  PastWorld world;
  const std::vector<std::string> command{"--trace", world.trace(3000), "--step", "1s"};
  CHECK_THAT(world.output(command), !Contains("is kept in"));
  CHECK(world.state_files("before-training") == 0);
  const std::string file = world.state_path + "/web.state";
  const auto state = [&file] {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return Json::parse(in);
  };
  const Json first = state()["cells"];
  CHECK(first.size() > 10);
  CHECK_THAT(world.output(command), Contains("is kept in"));
  CHECK(world.state_files("before-training") == 1);
  CHECK(state()["cells"] == first);  // not learned twice
  CHECK_FALSE(state().contains("load_age_ns"));
}

TEST_CASE("train --dry-run says the same and saves nothing, while a daemon runs too") {
  PastWorld world;
  SkepProcess daemon(world.run());
  daemon.wait_for("decision");
  const std::vector<std::string> command{"--trace", world.trace(1000), "--step", "1s"};
  const std::string refused = world.output(command, 1);
  CHECK_THAT(refused, Contains("in use by another skep"));
  CHECK_THAT(refused, Contains("stop that one first"));
  std::vector<std::string> dry = command;
  dry.push_back("--dry-run");
  CHECK_THAT(world.output(dry), Contains("trained on the rest") && !Contains("Saved"));
  daemon.signal(SIGTERM);
  CHECK(daemon.wait_exit() == 0);
  CHECK(world.state_files("before-training") == 0);
}

TEST_CASE("with too little history train says so and changes nothing") {
  PastWorld world;
  const std::string short_trace = world.trace(499);
  CHECK_THAT(world.output({"--trace", short_trace, "--step", "1s"}),
             Contains("too little history: 499 ticks") && Contains("starts from its prior"));
  CHECK_THAT(world.output({"--from", "5m"}), Contains("too little history: 300 ticks"));
  CHECK(world.state_files(".state") == 0);
  const std::string enough = world.trace(500);
  CHECK_THAT(world.output({"--trace", enough, "--step", "1s"}), Contains("Saved"));
}

TEST_CASE("gaps, NaN and times when the service was not up are gaps of the history") {
  PastWorld world;
  world.more_metrics += "      uptime: {query: 'up{of=\"$service\"}'}\n";
  const auto age = [now = static_cast<double>(std::time(nullptr))](double t) { return now - t; };
  world.prometheus.set_history("up{", [age](double t) {
    return std::fmod(age(t) + 500, 1000) < 100 ? std::string("0") : std::string("9");
  });
  const std::string said = world.output({"--from", "2000s"});
  CHECK_THAT(said, Contains("2000 points every 1s, 200 of them gaps"));

  PastWorld broken;
  broken.more_metrics = "      replicas: {query: 'some'}\n";
  broken.prometheus.set_history("some", [age](double t) {
    const double part = std::fmod(age(t) + 500, 1000);
    if (part < 50) return std::string();
    if (part < 60) return std::string(part < 55 ? "NaN" : "1e300");
    return std::string(part < 70 ? "-1" : "1");
  });
  const std::string noted = broken.output({"--from", "2000s"});
  CHECK_THAT(noted, Contains("140 of them gaps"));
  CHECK_THAT(noted, Contains("40 values were NaN, infinite, negative or above 1e12"));
}

TEST_CASE("a history that is asked for further back than it goes begins where it begins") {
  const auto now = static_cast<double>(std::time(nullptr));
  PastWorld world;
  world.more_metrics = "      replicas: {query: 'some'}\n";
  world.prometheus.set_history("some", [now](double t) {
    const double age = now - t;
    return age > 3000 || age < 1000 ? std::string() : std::string("1");
  });
  const std::string said = world.output({"--from", "7h"});
  CHECK_THAT(said, Contains(": 200") && Contains(" points every 1s, 0 of them gaps"));
  CHECK_THAT(said, Contains("The history begins at 20") && Contains("The history ends at 20"));
  CHECK_THAT(said, Contains("trained on the rest"));

  PastWorld young;
  young.more_metrics = world.more_metrics;
  young.prometheus.set_history("some", [now](double t) {
    const double age = now - t;
    return age > 400 || age < 100 ? std::string() : std::string("1");
  });
  CHECK_THAT(young.output({"--from", "7h"}),
             Contains("too little history: 30") && !Contains("trained agent"));

  std::ofstream trace(world.folder.path() / "ends.csv");
  trace << "second,requests\n";
  for (int i = 0; i < 1000; ++i) trace << i << ',' << (i < 100 ? "" : std::to_string(i)) << '\n';
  trace.close();
  CHECK_THAT(world.output({"--trace", (world.folder.path() / "ends.csv").string(), "--step", "1s"}),
             Contains("900 points every 1s, 0 of them gaps") &&
                 Contains("The history begins at row 101: there is no data before that."));
}

TEST_CASE("a history that cannot be had is an error in one sentence, and changes nothing") {
  const struct {
    const char* name;
    std::function<void(PastWorld&)> spoil;
    int status;
    const char* said;
  } cases[] = {
      {"several series",
       [](PastWorld& world) {
         world.prometheus.set_history("cpu{", [](double) { return std::string("1"); });
       },
       1, "The cpu query: The history from"},
      {"hangs", [](PastWorld& world) { world.prometheus.set_fault(Fault::kHang); }, 1, "cpu query"},
      {"too large", [](PastWorld& world) { world.prometheus.set_fault(Fault::kOversize); }, 1,
       "limit of 8388608 bytes"},
      {"cut off", [](PastWorld& world) { world.prometheus.set_fault(Fault::kCloseMidBody); }, 1,
       "cpu query"},
      {"nothing there",
       [](PastWorld& world) { world.more_metrics = "      replicas: {query: 'none'}\n"; }, 1,
       "The replicas query has no usable value since"},
      {"load not told", [](PastWorld& world) { world.more_metrics.clear(); }, 2,
       "metrics.replicas"},
      {"a rule",
       [](PastWorld& world) { world.service_lines = "    agent: {policy: target_tracking}\n"; }, 2,
       "learns nothing"},
      {"only a prefix", [](PastWorld& world) { world.match = "prefix"; }, 2, "--full-name"},
  };
  for (const auto& one : cases) {
    INFO(one.name);
    PastWorld world;
    world.timeout = "50ms";
    one.spoil(world);
    const std::string said = world.output({"--from", "1h"}, one.status);
    CHECK_THAT(said, Contains(one.said));
    CHECK(std::count(said.begin(), said.end(), '\n') == 1);
    CHECK_FALSE(std::filesystem::exists(world.state_path + "/web.state"));
  }
}

TEST_CASE("train wants either a trace or a time, and refuses what makes no sense") {
  PastWorld world;
  CHECK_THAT(world.output({}, 2), Contains("--trace CSV, or --from 7d"));
  CHECK_THAT(world.output({"--from", "7d", "--trace", "x"}, 2), Contains("excludes"));
  CHECK_THAT(world.output({"--from", "7"}, 2), Contains("--from: "));
  CHECK_THAT(world.output({"--from", "0s"}, 2), Contains("--from: must be at least 1s"));
  CHECK_THAT(world.output({"--from", "7d", "--startup", "45s"}, 2), Contains("--dry-run only"));
  CHECK_THAT(world.output({"--from", "7d", "--lag", "1"}, 2), Contains("--dry-run only"));
  CHECK_THAT(world.output({"--from", "7d", "--startup", "1001s", "--dry-run"}, 2),
             Contains("--startup: is more than 1,000 intervals of 1s"));
  CHECK_THAT(world.output({"--from", "7d", "--lag", "1001", "--dry-run"}, 2), Contains("--lag"));
  CHECK_THAT(world.output({"--trace", "/no/such"}, 1), StartsWith("/no/such: "));
  const std::string broken = (world.folder.path() / "broken.csv").string();
  std::ofstream(broken) << "t,a\n0,1\n1,oops\n";
  CHECK_THAT(world.output({"--trace", broken}, 1), StartsWith(broken + ":3: 'oops'"));
}

}  // namespace
}  // namespace skep::test
