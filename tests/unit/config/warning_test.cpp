// What is valid but not what it seems.
#include "config/not_built_yet.hpp"
#include "config/query_text.hpp"
#include "help.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

TEST_CASE("What is not built yet is used without, and says so", "[config]") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"http: {listen: 0.0.0.0:9188}\n",
       "4:16: warning: http.listen is not built yet; nothing listens"},
  }));
  const LoadResult result = load(kMinimal + text);
  REQUIRE(result.settings);
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].severity == Severity::kWarning);
  CHECK_THAT(format_problem(result.problems[0]), Catch::StartsWith("skep.yaml:" + message));
}

TEST_CASE("A target above the limit gives a warning", "[config]") {
  CHECK(
      shown(load(kMinimal + "    agent: {target: {cpu: 81}}\n")) ==
      "skep.yaml:4:27: warning: services[0].agent.target.cpu is 81, above "
      "environment.reward.limits.cpu, which is 80: it aims at what the reward punishes; lower it, "
      "or raise the limit\n");
  CHECK(shown(load(kMinimal + "    agent: {target: {cpu: 80}}\n")).empty());
}

TEST_CASE("A policy that judges by the slo reward says so beside another reward", "[config]") {
  const std::string reward = "    environment: {reward: {type: thresholds}}\n";
  const std::string said =
      "judges by the weights and limits of the reward type slo, so environment.reward.type "
      "thresholds has no effect on it; take the policy q_learning with updates factual, or the "
      "type slo\n";
  CHECK(shown(load(kMinimal + reward + "    agent: {policy: mixture}\n")) ==
        "skep.yaml:5:21: warning: services[0].agent.policy " + said);
  CHECK_THAT(shown(load(kMinimal + reward)), Catch::EndsWith("services[0].agent.policy " + said));
  CHECK(shown(load(kMinimal + reward + "    agent: {policy: q_learning}\n")).empty());
  CHECK(shown(load(kMinimal + reward + "    agent: {policy: model_based}\n")).empty());
  CHECK(shown(load(kMinimal + "    agent: {policy: mixture}\n")).empty());
}

TEST_CASE("A default that is not built yet gives no warning", "[config]") {
  CHECK(shown(load(kMinimal)).empty());
  CHECK(shown(load(kMinimal + "http: {listen: ''}\n")).empty());
}

TEST_CASE("A variable of a query that nobody fills in gives a warning", "[config]") {
  const LoadResult result = load(
      "services:\n  - name: app\n    metrics:\n      cpu: {query: 'c{s=\"$servce\"}[$window]'}\n"
      "      ram: {query: 'r[$__rate_interval]'}\n");
  REQUIRE(result.settings);
  CHECK(shown(result) ==
        "skep.yaml:4:20: warning: services[0].metrics.cpu.query has '$servce', which skep does not "
        "fill in; did you mean $service?\n"
        "skep.yaml:5:20: warning: services[0].metrics.ram.query has '$__rate_interval', which skep "
        "does not fill in; it knows $service and $window\n");
}

TEST_CASE("The end of a regular expression and a capture group are no variables", "[config]") {
  CHECK(unknown_variables("a{b=~\".*$\"} $1 $service[$window] $").empty());
  CHECK(unknown_variables("$a$windows") == std::vector<std::string>{"a", "windows"});
}
