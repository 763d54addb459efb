#include "daemon/event_log.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/ostream_sink.h>

namespace skep {
namespace {

using Json = nlohmann::ordered_json;

WallTime at(std::int64_t milliseconds) { return WallTime(std::chrono::milliseconds(milliseconds)); }

/// 2026-11-24T14:00:00.123Z
constexpr std::int64_t kSomeTime = 1795528800123;

struct Log {
  explicit Log(LogFormat format = LogFormat::kJson, LogLevel level = LogLevel::kInfo)
      : log(
            {level, format}, [] { return at(kSomeTime); },
            std::make_shared<spdlog::sinks::ostream_sink_st>(stream)) {}

  std::string text() const { return stream.str(); }
  std::vector<std::string> keys() const {
    std::vector<std::string> names;
    const Json line = Json::parse(text());
    for (const auto& [key, value] : line.items()) names.push_back(key);
    return names;
  }

  std::ostringstream stream;
  EventLog log;
};

TEST_CASE("Wall times are shown in UTC with milliseconds that are cut off") {
  CHECK(rfc3339(at(kSomeTime)) == "2026-11-24T14:00:00.123Z");
  CHECK(rfc3339(at(kSomeTime) + std::chrono::nanoseconds(999999)) == "2026-11-24T14:00:00.123Z");
  CHECK(rfc3339(at(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339(at(-1)) == "1969-12-31T23:59:59.999Z");
  CHECK(rfc3339(at(951782400000)) == "2000-02-29T00:00:00.000Z");
  CHECK(compact_utc(at(kSomeTime)) == "20261124T140000Z");
}

TEST_CASE("A JSON line has its keys in the order of the contract") {
  Log out;
  Json fields = Json::object();
  fields["tick"] = 42;
  fields["replicas"]["desired"] = 3;
  out.log.write(LogLevel::kInfo, "decision", "app: hold at 3", "app", fields);
  CHECK(out.text() ==
        R"({"ts":"2026-11-24T14:00:00.123Z","level":"info","event":"decision","service":"app",)"
        R"("tick":42,"replicas":{"desired":3},"message":"app: hold at 3"})"
        "\n");
}

TEST_CASE("An event of the whole daemon has no service, and fields may be missing") {
  Log out;
  SECTION("left out") { out.log.write(LogLevel::kWarn, "stopped", "bye"); }
  SECTION("null") { out.log.write(LogLevel::kWarn, "stopped", "bye", "", Json()); }
  SECTION("empty") { out.log.write(LogLevel::kWarn, "stopped", "bye", "", Json::object()); }
  CHECK(out.keys() == std::vector<std::string>{"ts", "level", "event", "message"});
  CHECK(Json::parse(out.text())["level"] == "warn");
}

TEST_CASE("A text line is for people: the reason, then what else there is") {
  Log out(LogFormat::kText);
  Json fields = Json::object();
  fields["tick"] = 42;
  fields["action"] = "hold";
  fields["replicas"]["desired"] = 3;
  fields["detail"] = "two words";
  fields["empty"] = "";
  SECTION("the reason stands for the message") {
    fields["reason"] = "CPU is fine.";
    out.log.write(LogLevel::kInfo, "decision", "app: hold at 3", "app", fields);
    CHECK(out.text() ==
          "2026-11-24T14:00:00.123Z info  decision app: CPU is fine. tick=42 action=hold "
          "replicas={\"desired\":3} detail=\"two words\" empty=\"\"\n");
  }
  SECTION("a message that names the service does not name it twice") {
    out.log.write(LogLevel::kError, "scale_failed", "app: no answer", "app", Json());
    CHECK(out.text() == "2026-11-24T14:00:00.123Z error scale_failed app: no answer\n");
  }
  SECTION("without a service") {
    out.log.write(LogLevel::kWarn, "reloaded", "say \"hi\" to C:\\");
    CHECK(out.text() == "2026-11-24T14:00:00.123Z warn  reloaded say \"hi\" to C:\\\n");
  }
}

TEST_CASE("Hostile text stays on one line of valid UTF-8") {
  const std::string hostile =
      std::string("line\nbreak\r\x1b[31m\t\"quoted\\\" \xff\xc3(\xed\xa0\x80") + '\0' + "end";
  const auto format = GENERATE(LogFormat::kJson, LogFormat::kText);
  Log out(format);
  Json fields = Json::object();
  fields["value"] = hostile;
  fields[hostile] = 1;
  fields["nested"]["list"] = {hostile};
  out.log.write(LogLevel::kInfo, hostile, hostile, hostile, fields);
  const std::string line = out.text();
  REQUIRE(!line.empty());
  CHECK(line.find('\n') == line.size() - 1);
  for (const char c : line.substr(0, line.size() - 1)) {
    CHECK(static_cast<unsigned char>(c) >= ' ');
  }
  CHECK_NOTHROW(Json(line).dump());  // throws for broken UTF-8
  if (format == LogFormat::kJson) {
    const std::string message = Json::parse(line)["message"];
    CHECK(message.substr(0, 10) == hostile.substr(0, 10));
    CHECK(message.substr(message.size() - 3) == "end");
  }
}

TEST_CASE("Numbers that are not finite become null") {
  Log out;
  Json fields = Json::object();
  fields["a"] = std::numeric_limits<double>::quiet_NaN();
  fields["b"] = -std::numeric_limits<double>::infinity();
  out.log.write(LogLevel::kInfo, "observed", "odd", "app", fields);
  const Json line = Json::parse(out.text());
  CHECK(line["a"].is_null());
  CHECK(line["b"].is_null());
}

TEST_CASE("Level and format can be changed while it runs") {
  Log out(LogFormat::kJson, LogLevel::kWarn);
  CHECK_FALSE(out.log.enabled(LogLevel::kInfo));
  out.log.write(LogLevel::kInfo, "decision", "not shown");
  CHECK(out.text().empty());
  out.log.write(LogLevel::kError, "blocked", "shown");
  CHECK(out.keys().size() == 4);

  out.stream.str("");
  out.log.configure({LogLevel::kTrace, LogFormat::kText});
  CHECK(out.log.enabled(LogLevel::kTrace));
  out.log.write(LogLevel::kTrace, "observed", "now shown");
  out.log.write(LogLevel::kDebug, "observed", "this too");
  CHECK(out.text() ==
        "2026-11-24T14:00:00.123Z trace observed now shown\n"
        "2026-11-24T14:00:00.123Z debug observed this too\n");
}

TEST_CASE("Levels have the names of the configuration") {
  CHECK(to_string(LogLevel::kTrace) == "trace");
  CHECK(to_string(LogLevel::kDebug) == "debug");
  CHECK(to_string(LogLevel::kInfo) == "info");
  CHECK(to_string(LogLevel::kWarn) == "warn");
  CHECK(to_string(LogLevel::kError) == "error");
}

}  // namespace
}  // namespace skep
