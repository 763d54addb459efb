// The real program's command line: exit statuses, and one line for each error.
#include "tests/integration/world.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

struct Wrong {
  std::vector<std::string> arguments;
  std::string said;  ///< a part of the message
};

struct Run {
  explicit Run(const std::vector<std::string>& arguments, Output to = Output::kRead) {
    SkepProcess skep(arguments, to);
    status = skep.wait_exit();
    output = skep.plain_output();
    errors = skep.errors();
  }
  std::ptrdiff_t error_lines() const { return std::count(errors.begin(), errors.end(), '\n'); }

  int status = 0;
  std::string output;
  std::string errors;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("wrong usage: status 2 and one line that says what is wrong") {
  const auto wrong = GENERATE(values<Wrong>({
      {{}, "a command is missing"},
      {{"fly"}, "no command 'fly'"},
      {{"run"}, "--config is required"},
      {{"check"}, "--config is required"},
      {{"compare"}, "give either --trace"},
      {{"train"}, "--config is required"},
      {{"compare", "--benchmark", "fast", "--traces", "."}, "fast"},
      {{"run", "--config"}, "--config"},
      {{"run", "--config", "a.yaml", "--sideways"}, "--sideways"},
      {{"--sideways"}, "--sideways"},
      {{"version", "too", "much"}, "too"},
      {{"simulate", "--config", "a", "--trace", "b", "--column", ""},
       "--column: the value is empty"},
      {{"simulate", "--config", "a", "--trace", "b", "--out", ""}, "--out: the value is empty"},
      {{"simulate", "--config", "a", "--trace", "b", "--peak", "nan"}, "--peak: nan is no number"},
      {{"compare", "--trace", "b", "--noise", "NaN"}, "--noise: NaN is no number"},
      {{"compare", "--trace", "b", "--report", ""}, "--report: the value is empty"},
      {{"compare", "--benchmark", "suite", "--traces", ".", "--startup", "45s"}, "--startup"},
      {{"compare", "--benchmark", "rossi", "--traces", ".", "--config", "a"}, "--config excludes"},
      {{"compare", "--benchmark", "suite", "--traces", ".", "--lag", "0"}, "--lag excludes"},
  }));
  const Run run(wrong.arguments);
  CAPTURE(run.errors);
  CHECK(run.status == 2);
  CHECK(run.output.empty());
  CHECK(run.error_lines() == 1);
  CHECK(has(run.errors, wrong.said));
  CHECK(has(run.errors, "--help'"));
}

TEST_CASE("every command explains itself") {
  const std::string command =
      GENERATE("", "run", "check", "compare", "simulate", "train", "version");
  std::vector<std::string> arguments;
  if (!command.empty()) arguments.push_back(command);
  arguments.push_back("--help");
  const Run run(arguments);
  CHECK(run.status == 0);
  CHECK(run.errors.empty());
  CHECK(has(run.output, "Usage: skep " + command));
}

TEST_CASE("version names what it was built with") {
  const Run run({"version"});
  CHECK(run.status == 0);
  CHECK(run.output.starts_with("skep "));
  for (const char* library :
       {"compiler ", "Boost 1.", "nlohmann_json 3.", "spdlog 1.", "yaml-cpp 0.", "CLI11 2."}) {
    CHECK(has(run.output, library));
  }
}

TEST_CASE("check: a good file") {
  World world;
  const std::string file = world.config_file();
  const Run run({"check", "--config", file});
  CHECK(run.status == 0);
  CHECK(run.output == file + ": OK, 1 service\n");
  CHECK(world.docker.requests().empty());
  CHECK(world.prometheus.queries().empty());
}

TEST_CASE("output that cannot be written is an error, one that nobody wants to read is none") {
  World world;
  world.service_lines = "    agent: {policy: q_learning, updates: factual}\n";
  const std::string trace = (world.folder.path() / "load.csv").string();
  std::ofstream csv(trace);
  csv << "t,load\n";
  for (int i = 0; i < 600; ++i) csv << i << ',' << i % 7 << '\n';
  csv.close();
  const std::string file = world.config_file();
  const std::vector<std::vector<std::string>> commands{
      {"version"},
      {"--version"},
      {"compare", "--help"},
      {"check", "--config", file},
      {"simulate", "--config", file, "--trace", trace},
      {"train", "--config", file, "--trace", trace, "--dry-run"},
      {"compare", "--trace", trace, "--policy", "static", "--json"}};
  for (const std::vector<std::string>& command : commands) {
    CAPTURE(command);
    const Run full(command, Output::kFull);
    CHECK(full.status == 1);
    CHECK(full.errors == "skep: cannot write all of standard output; is the disk full?\n");
    const Run closed(command, Output::kClosed);
    CHECK(closed.status == -SIGPIPE);
    CHECK(closed.errors.empty());
  }
}

TEST_CASE("check and run: a bad file, all problems at once") {
  World world;
  world.replicas = "{min: 5, max: 2}";
  world.interval = "50";
  const std::string file = world.config_file();
  const std::string command = GENERATE("check", "run");
  const Run run({command, "--config", file});
  CHECK(run.status == 2);
  CHECK(run.output.empty());
  CHECK(run.error_lines() == 2);
  CHECK(run.errors.starts_with(file + ":3:"));
  CHECK(has(run.errors, file + ":10:"));
}

TEST_CASE("check and run: a file that is not there") {
  const std::string command = GENERATE("check", "run");
  const Run run({command, "--config", "/nowhere/skep.yaml"});
  CHECK(run.status == 2);
  CHECK(has(run.errors, "/nowhere/skep.yaml:1:1: "));
}

TEST_CASE("run: a state folder that cannot be used") {
  World world;
  world.state_path = world.folder.path() / "file";
  std::ofstream(world.state_path) << "in the way";
  const Run run(world.run());
  CHECK(run.status == 1);
  CHECK(run.error_lines() == 1);
  CHECK(has(run.errors, world.state_path));
}

}  // namespace skep::test
