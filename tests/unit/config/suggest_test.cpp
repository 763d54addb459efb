#include "config/suggest.hpp"

#include <catch2/catch.hpp>

using namespace skep;

TEST_CASE("The edit distance counts insertions, deletions, changes and swaps", "[config]") {
  const auto [a, b, distance] = GENERATE(table<const char*, const char*, int>({
      {"", "", 0},
      {"", "abc", 3},
      {"abc", "", 3},
      {"min", "min", 0},
      {"MIN", "min", 0},
      {"max-step", "max_step", 0},
      {"maxx", "max", 1},
      {"mx", "max", 1},
      {"mox", "max", 1},
      {"amx", "max", 1},
      {"kitten", "sitting", 3},
      {"ca", "abc", 3},
  }));
  CHECK(edit_distance(a, b) == distance);
}

TEST_CASE("A suggestion is made only for a near miss", "[config]") {
  const std::vector<std::string> keys{"min", "max", "max_step"};
  CHECK(nearest("maxx", keys) == "max");
  CHECK(nearest("max-stepp", keys) == "max_step");
  CHECK_FALSE(nearest("banana", keys));
  CHECK_FALSE(nearest("", keys));
  CHECK_FALSE(nearest(std::string(1000000, 'x'), keys));
  CHECK_FALSE(nearest("min", {}));
  CHECK(did_you_mean("mim", keys) == "; did you mean min?");
  CHECK(did_you_mean("banana", keys).empty());
}
