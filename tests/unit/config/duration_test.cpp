#include "config/duration.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace std::chrono_literals;

TEST_CASE("Durations are read with their unit", "[config]") {
  const auto [text, expected] = GENERATE(table<const char*, Duration>({
      {"0s", 0s},
      {"1ms", 1ms},
      {"250ms", 250ms},
      {"30s", 30s},
      {"5m", 300s},
      {"1h", 3600s},
      {"7d", 604800s},
      {"1h30m", 5400s},
      {"1m500ms", 60500ms},
      {"365d", kLongestDuration},
  }));
  CHECK(parse_duration(text).value == expected);
}

TEST_CASE("What is not a duration is refused with what would be right", "[config]") {
  const auto [text, part] = GENERATE(table<const char*, const char*>({
      {"", "is not a duration"},
      {"s", "is not a duration"},
      {" 5s", "is not a duration"},
      {"0", "has no unit; write 0s"},
      {"30", "has no unit; write 30s"},
      {"1h30", "has no unit"},
      {"5 s", "unknown unit ' s'"},
      {"5S", "unknown unit 'S'"},
      {"5us", "units are ms, s, m, h, d"},
      {"1.5s", "has a fraction"},
      {"1,5s", "has a fraction"},
      {"-5s", "is negative"},
      {"+5s", "is not a duration"},
      {"366d", "at most 365d"},
      {"365d1ms", "at most 365d"},
      {"9223372036854775807ms", "at most 365d"},
      {"9223372036854775808ms", "at most 365d"},
      {"200d200d", "at most 365d"},
  }));
  const ParsedDuration parsed = parse_duration(text);
  CHECK_FALSE(parsed.value);
  CHECK_THAT(parsed.error, Catch::Contains(part));
}

TEST_CASE("Durations are written as they are read", "[config]") {
  const auto text = GENERATE("0s", "1ms", "250ms", "30s", "5m", "1h30m", "7d", "1d1h1m1s1ms");
  const ParsedDuration parsed = parse_duration(text);
  REQUIRE(parsed.value);
  CHECK(format_duration(*parsed.value) == text);
}

TEST_CASE("The shortest text of a duration", "[config]") {
  CHECK(format_duration(90s) == "1m30s");
  CHECK(format_duration(300s) == "5m");
  CHECK(format_duration(1500us) == "1ms");
}
