#include "config/environment.hpp"

#include "help.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

TEST_CASE("Environment variables are filled in, PromQL's own dollars are not", "[config]") {
  const Environment environment =
      variables({{"HOST", "prom"}, {"EMPTY", ""}, {"_X1", "${HOST}"}, {"CASH", "5$"}});
  const auto [text, expected] = GENERATE(table<const char*, const char*>({
      {"", ""},
      {"plain", "plain"},
      {"http://${HOST}:9090", "http://prom:9090"},
      {"${HOST}${HOST}", "promprom"},
      {"a${EMPTY}b", "ab"},
      {"${_X1}", "${HOST}"},
      {"$service and $window", "$service and $window"},
      {"=~\"a$\"", "=~\"a$\""},
      {"label_replace(x, \"a\", \"${1}-$2\", \"b\", \"(.*)\")",
       "label_replace(x, \"a\", \"${1}-$2\", \"b\", \"(.*)\")"},
      {"$${HOST}", "${HOST}"},
      {"${CASH}${HOST}", "5$prom"},
      {"${CASH}$${HOST}", "5$${HOST}"},
      {"$${HOST}${HOST}", "${HOST}prom"},
      {"$", "$"},
  }));
  CHECK(expand_environment(text, environment).value == std::string(expected));
}

TEST_CASE("A variable that cannot be filled in is an error", "[config]") {
  const auto [text, part] = GENERATE(table<const char*, const char*>({
      {"${NOT_SET}", "NOT_SET is not set"},
      {"${HOST", "lacks its '}'"},
      {"${}", "not a possible name"},
      {"${1A}", "not a possible name"},
      {"${A-b}", "'A-b' is not a possible name"},
  }));
  const ExpandedText expanded = expand_environment(text, variables());
  CHECK_FALSE(expanded.value);
  CHECK_THAT(expanded.error, Catch::Contains(part));
}

TEST_CASE("The environment of the process is read", "[config]") {
  REQUIRE(setenv("SKEP_CONFIG_TEST", "here", 1) == 0);
  CHECK(process_environment()("SKEP_CONFIG_TEST") == "here");
  REQUIRE(unsetenv("SKEP_CONFIG_TEST") == 0);
  CHECK_FALSE(process_environment()("SKEP_CONFIG_TEST"));
}
