#include "daemon/trace_times.hpp"

#include "daemon/trace_file.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;
using namespace std::chrono_literals;

namespace {

TraceTimes::Rows rows_of(const std::vector<std::string>& times, std::size_t most = 100) {
  TraceTimes all;
  std::size_t line = 1;
  for (const std::string& time : times) all.add(time, ++line);
  return all.rows(most);
}

std::vector<TraceColumn> read(const std::string& text, bool by_time, bool keep_gaps) {
  TraceSelection selection;
  selection.by_time = by_time;
  selection.keep_gaps = keep_gaps;
  const auto columns = parse_trace(text, "load.csv", selection);
  REQUIRE(columns.ok());
  return *columns;
}

}  // namespace

TEST_CASE("dates are read as people and programs write them") {
  CHECK(seconds_of_date("1970-01-02") == 86400);
  CHECK(seconds_of_date("1970/01/01 00:01") == 60);
  CHECK(seconds_of_date("1970-01-01T00:00:01.25Z") == 1.25);
  CHECK(seconds_of_date("1970-01-01 02:00:00 +01:30") == 1800);
  CHECK(seconds_of_date("1970-01-01T00:00:00-0100") == 3600);
  CHECK(seconds_of_date("1970-01-01T00:00:00,5+00") == 0.5);
  CHECK(seconds_of_date("2026-11-24 14:00:00") == 1795528800);
  CHECK(seconds_of_date("2024-02-29") == 1709164800);
  for (const char* const none :
       {"", "2026", "2026-02-29", "2026-13-01", "26-01-01", "2026-01-01 25:00", "2026-01-01 10:60",
        "2026-01-01 10:00:00 CET", "2026-01-01 10:00:00.", "2026-01-01X10:00", "2026-01-01 10:00+1",
        "2026-1-01", "2026-01--1", "1500", "yesterday"}) {
    INFO(none);
    CHECK_FALSE(seconds_of_date(none));
  }
}

TEST_CASE("where there is room for more than one row, rows are missing") {
  const auto dates = rows_of({"2026-01-01 00:00:00", "2026-01-01 00:04:58", "2026-01-01 00:10:01",
                              "2026-01-01 00:25:00", "2026-01-01 00:30:00"});
  CHECK(dates.missing == std::vector<std::size_t>{0, 0, 0, 2, 0});
  CHECK(dates.told.seconds == 300);
  CHECK(dates.told.note.empty());
  const auto numbers = rows_of({"0", "60", "120", "240", "300"});
  CHECK(numbers.missing == std::vector<std::size_t>{0, 0, 0, 1, 0});
  CHECK(numbers.told.seconds == 0);  // of what unit?
  CHECK(rows_of({"0", "1", "2", "3"}).missing.empty());
  CHECK(rows_of({"a", "c", "b", "a"}).missing.empty());
  CHECK(rows_of({"a", "c", "b", "a"}).told.note.empty());
}

TEST_CASE("times that are none, or do not rise, are not used, and that is told") {
  for (const std::vector<std::string>& times :
       {std::vector<std::string>{"0", "1", "1", "9"}, {"0", "1", "x", "9"}, {"0", "1", "", "9"}}) {
    const auto rows = rows_of(times);
    CHECK(rows.missing.empty());
    CHECK(rows.told.note ==
          "the times in the first column do not rise at line 4, so each row counts as one step, "
          "and no row as missing.");
  }
  CHECK(rows_of({"0", "1", "2", "103"}).missing.back() == 100);
  const auto many = rows_of({"0", "1", "2", "104"});
  CHECK(many.missing.empty());
  CHECK_THAT(many.told.note, Catch::Contains("more rows are missing than a trace may have"));
  CHECK(rows_of({"0", "1", "2", "1e300"}).missing.empty());
}

TEST_CASE("a step that is not that of the dates is told") {
  const RowTimes times{300, ""};
  CHECK(times.text(60s) ==
        "a row counts as 1m, but the times of the rows are 5m apart: give --step 5m to let each "
        "take as long as it took.");
  CHECK(times.text(300s).empty());
  CHECK(RowTimes{299, ""}.text(300s).empty());
  CHECK(RowTimes{}.text(60s).empty());
  CHECK(RowTimes{0, "no."}.text(60s) == "no.");
}

TEST_CASE("missing rows are gaps, where the times are asked") {
  const std::string text = "second,load\n0,1\n10,2\n20,3\n50,6\n60,7\n";
  const auto held = read(text, true, false);
  CHECK(held[0].values == std::vector<double>{1, 2, 3, 3, 3, 6, 7});
  CHECK(held[0].gaps == 2);
  const auto kept = read(text, true, true);
  REQUIRE(kept[0].values.size() == 7);
  CHECK(std::isnan(kept[0].values[3]));
  CHECK(std::isnan(kept[0].values[4]));
  CHECK(kept[0].values[5] == 6);
  CHECK(kept[0].gaps == 2);
  const auto rows = read(text, false, false);
  CHECK(rows[0].values == std::vector<double>{1, 2, 3, 6, 7});
  CHECK(rows[0].gaps == 0);
  CHECK(read("load\n1\n2\n9\n", true, false)[0].values == std::vector<double>{1, 2, 9});
}

TEST_CASE("a trace that begins with a date and a number has no header") {
  const std::string rows = "2026-01-01,100.5\n2026-01-02,101\n";
  const auto refused = parse_trace(rows, "load.csv", {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message ==
        "load.csv:1: the first row must be a header, but it begins with '2026-01-01' and a column "
        "would be called 100.5: put a row of column names before it.");
  CHECK(read("time,50,95\n0,1,2\n", false, false)[1].name == "95");
}
