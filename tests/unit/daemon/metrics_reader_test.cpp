#include "daemon/metrics_reader.hpp"

#include <catch2/catch.hpp>

using namespace skep;

TEST_CASE("the variables of a query are filled in, and nothing else is touched") {
  const auto [query, filled] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"up", "up"},
      {"$service", "web"},
      {R"(rate(cpu{name="$service"}[$window]))", R"(rate(cpu{name="web"}[1m30s]))"},
      {"$service$window", "web1m30s"},
      {"$services $service_ $Service", "$services $service_ $Service"},
      {R"(label_replace(x, "a", "$1", "b", "^web$"))",
       R"(label_replace(x, "a", "$1", "b", "^web$"))"},
      {"$", "$"},
      {"$$service", "$web"},
  }));
  CHECK(filled_query(query, "web", "1m30s") == filled);
}

TEST_CASE("a service name that looks like a variable is not filled in again") {
  CHECK(filled_query("x{a=\"$service\"}[$window]", "$window", "1m") == "x{a=\"$window\"}[1m]");
}
