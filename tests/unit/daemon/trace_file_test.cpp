#include "daemon/trace_file.hpp"

#include "daemon/trace_folder.hpp"
#include "tests/unit/daemon/gzip.hpp"
#include "tests/unit/daemon/temporary_folder.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;

namespace {

std::vector<TraceColumn> read(const std::string& text, TraceSelection selection = {}) {
  const auto columns = parse_trace(text, "load.csv", selection);
  INFO((columns.ok() ? "" : columns.error().message));
  REQUIRE(columns.ok());
  return *columns;
}

std::string error(const std::string& text, TraceSelection selection = {}) {
  const auto columns = parse_trace(text, "load.csv", selection);
  REQUIRE_FALSE(columns.ok());
  return columns.error().message;
}

TraceSelection named(const char* name) {
  TraceSelection selection;
  selection.names = {name};
  return selection;
}

}  // namespace

TEST_CASE("every numeric column but the first is a trace") {
  const auto columns = read("minute,requests,kind,cpu\n0,10,web,0.5\n1,20.5,api,1e-3\n");
  REQUIRE(columns.size() == 2);
  CHECK(columns[0].name == "requests");
  CHECK(columns[0].values == std::vector<double>{10, 20.5});
  CHECK(columns[1].name == "cpu");
  CHECK(columns[1].values == std::vector<double>{0.5, 0.001});
}

TEST_CASE("a column that begins with a gap or with infinity holds numbers all the same") {
  const auto columns = read("t,dash,na,far,huge,kind\n0,-,n/a,inf,1e999,web\n1,2,3,4,5,api\n");
  REQUIRE(columns.size() == 4);
  CHECK(columns[0].values == std::vector<double>{2, 2});
  CHECK(columns[1].values == std::vector<double>{3, 3});
  CHECK(columns[0].gaps == 1);
  CHECK_THAT(columns[2].unusable, Catch::StartsWith("load.csv:2: 'inf' in column 'far' is no fin"));
  CHECK_THAT(columns[3].unusable, Catch::StartsWith("load.csv:2: '1e999' in column 'huge'"));
}

TEST_CASE("the only column is a trace, and a column can be named") {
  CHECK(read("requests\n1\n4\n")[0].values == std::vector<double>{1, 4});
  const auto columns = read("t,a,b\n0,1,2\n1,3,4\n", named("b"));
  REQUIRE(columns.size() == 1);
  CHECK(columns[0].values == std::vector<double>{2, 4});
  TraceSelection both;
  both.names = {"b", "a"};
  CHECK(read("t,a,b\n0,1,2\n", both)[0].name == "b");
  CHECK(read("t,a,b\n0,1,2\n", both)[1].values == std::vector<double>{1});
  TraceSelection first;
  first.most = 1;
  CHECK(read("t,a,b\n0,1,2\n", first).size() == 1);
}

TEST_CASE("gaps can be kept as NaN") {
  TraceSelection selection;
  selection.keep_gaps = true;
  const auto columns = read("t,a\n0,\n1,4\n2,\n3,5\n", selection);
  REQUIRE(columns[0].values.size() == 4);
  CHECK(std::isnan(columns[0].values[0]));
  CHECK(columns[0].values[1] == 4);
  CHECK(std::isnan(columns[0].values[2]));
  CHECK(columns[0].values[3] == 5);
  CHECK(columns[0].gaps == 2);
}

TEST_CASE("gaps hold the value before, the first ones the value after, and are counted") {
  const auto columns = read("t,a\n0,\n1,NaN\n2,5\n3,\n4,7\n");
  CHECK(columns[0].values == std::vector<double>{5, 5, 5, 5, 7});
  CHECK(columns[0].gaps == 3);
  CHECK(read("t,a\n0,NA\n1,2\n2,null\n3,N/A\n4,None\n")[0].gaps == 4);
}

TEST_CASE("quotes, carriage returns, empty lines, a byte order mark and a missing last newline") {
  const auto columns = read(
      "\xEF\xBB\xBF"
      "\"t, s\",\"a\"\r\n0,\"1\"\r\n\r\n1, 2 ");
  CHECK(columns[0].name == "a");
  CHECK(columns[0].values == std::vector<double>{1, 2});
  const auto quoted = read("\"t\",\"the, \"\"load\"\"\",5\" pipe\n0,\"1\",\"\"\n1,+2,7\n");
  REQUIRE(quoted.size() == 2);
  CHECK(quoted[0].name == "the, \"load\"");
  CHECK(quoted[0].values == std::vector<double>{1, 2});
  CHECK(quoted[1].name == "5\" pipe");
  CHECK(quoted[1].gaps == 1);
}

TEST_CASE("a bad trace is refused with file, line and the remedy") {
  CHECK_THAT(error(""), Catch::StartsWith("load.csv:1: the file is empty"));
  CHECK_THAT(error("t,a\n0,1\n1,2,3\n"), Catch::StartsWith("load.csv:3: the row has 3 columns"));
  CHECK_THAT(error("t,a\n0,1\n1,-2\n"), Catch::StartsWith("load.csv:3: '-2' in column 'a' is neg"));
  CHECK_THAT(error("t,a\n0,1\n1,x\n"),
             Catch::StartsWith("load.csv:3: 'x' in column 'a' is no fin"));
  CHECK_THAT(error("t,a\n0,1\n1,inf\n"), Catch::Contains("load.csv:3: 'inf'"));
  CHECK_THAT(error("t,a\n0,1\n1,1e999\n"), Catch::Contains("load.csv:3: '1e999'"));
  CHECK_THAT(error("t,a\n0,x\n"),
             Catch::Contains("no column after the first, which is the time, holds numbers: a row"));
  CHECK_THAT(error("t,a\n0,1\n", named("b")), Catch::Contains("there is no column 'b'"));
  CHECK_THAT(error("t,a\n0,\n", named("a")), Catch::Contains("column 'a' has no number"));
  CHECK_THAT(error("t,a\n", named("a")), Catch::Contains("column 'a' has no number"));
  CHECK_THAT(error("t,a\n0,1\n1,1e16\n"),
             Catch::StartsWith("load.csv:3: '1e16' in column 'a' is l"));
  CHECK_THAT(error("t,a\n0,\"1\n1,2\n"), Catch::StartsWith("load.csv:2: a quote in this row"));
  CHECK_THAT(error("t,\"a\n0,1\n"), Catch::StartsWith("load.csv:1: a quote in this row"));
  CHECK_THAT(error("0,1.5\n1,2.5\n"),
             Catch::StartsWith("load.csv:1: the first row must be a head"));
  CHECK_THAT(error("t;a\n0;1,5\n1;2,5\n"),
             Catch::StartsWith("load.csv:1: ") && Catch::Contains("separated by semicolons: save"));
  CHECK_THAT(error("t\ta\n0\t1\n"), Catch::Contains("separated by tabs"));
  CHECK_THAT(error("t;a\n0;1\n", named("a")), Catch::Contains("separated by semicolons"));
}

TEST_CASE("one unusable column does not spoil the others") {
  const auto columns =
      read("t,text,a,negative,huge,b\n0,1,1,1,1,5\n1,x,2,-1,1e300,6\n2,1,3,1,1,7\n");
  REQUIRE(columns.size() == 5);
  CHECK_THAT(columns[0].unusable, Catch::StartsWith("load.csv:3: 'x' in column 'text' is no fin"));
  CHECK_THAT(columns[2].unusable, Catch::StartsWith("load.csv:3: '-1' in column 'negative'"));
  CHECK_THAT(columns[3].unusable, Catch::StartsWith("load.csv:3: '1e300' in column 'huge'"));
  CHECK(columns[1].unusable.empty());
  CHECK(columns[1].values == std::vector<double>{1, 2, 3});
  CHECK(columns[4].values == std::vector<double>{5, 6, 7});
}

TEST_CASE("the peak is the 99.9th percentile, or the largest value where load is rare") {
  std::vector<double> load(2000, 1);
  load[5] = 9;
  CHECK(peak_of(load).load == 1);
  CHECK_FALSE(peak_of(load).largest);
  CHECK(peak_text(peak_of(load)) == "1 replicas' worth of load");
  std::fill(load.begin() + 6, load.end(), 0);
  std::fill(load.begin(), load.begin() + 5, std::nan(""));
  CHECK(peak_of(load).load == 9);
  CHECK(peak_of(load).largest);
  CHECK_THAT(peak_text(peak_of(load)), Catch::Contains("the largest value"));
  CHECK(peak_of(std::vector<double>(3)).load == 0);
  CHECK(peak_of({}).load == 0);
}

TEST_CASE("a compressed file is read like another, and a damaged one refused with its name") {
  const TemporaryFolder folder;
  const auto written = [&folder](const char* name, std::string_view content) {
    const std::string path = (folder.path() / name).string();
    std::ofstream(path, std::ios::binary) << content;
    return path;
  };
  const std::string compressed = gzip("t,a\n0,1\n1,2\n");
  const auto columns = read_trace_file(written("load.csv.gz", compressed), {});
  REQUIRE(columns.ok());
  CHECK((*columns)[0].values == std::vector<double>{1, 2});
  const std::string cut = written("cut.csv.gz", compressed.substr(0, compressed.size() - 9));
  const auto damaged = read_trace_file(cut, {});
  REQUIRE_FALSE(damaged.ok());
  CHECK_THAT(damaged.error().message, Catch::StartsWith(cut + ": cannot be decompressed"));
}

TEST_CASE("traces have the name of their file, and of the column where there are several") {
  const TemporaryFolder folder;
  const auto write = [&folder](const char* name, const char* content) {
    std::ofstream(folder.path() / name) << content;
  };
  write("b.csv", "t,x\n0,1\n");
  write("a.csv", "t,x,kind,y\n0,1,k,2\n");
  write("no_numbers.csv", "t,kind\n0,k\n");
  write("other.txt", "t,x\n0,1\n");
  write("broken.csv", "t,x\n0,1\n1\n");
  write("part.csv", "t,x,y\n0,1,1\n1,-1,1\n");
  const auto traces = read_trace_folder(folder.path().string());
  REQUIRE(traces.ok());
  REQUIRE(traces->usable.size() == 4);
  CHECK(traces->usable[0].name == "a:x");
  CHECK(traces->usable[1].name == "a:y");
  CHECK(traces->usable[2].name == "b");
  CHECK(traces->usable[3].name == "part:y");
  CHECK(traces->usable[3].where == (folder.path() / "part.csv").string() + ": column 'y'");
  REQUIRE(traces->left_out.size() == 2);
  CHECK_THAT(traces->left_out[0], Catch::Contains("broken.csv:3: the row has 1 columns"));
  CHECK_THAT(traces->left_out[1], Catch::Contains("part.csv:3: '-1' in column 'x' is negative"));
  CHECK_FALSE(read_trace_folder((folder.path() / "none").string()).ok());
}

TEST_CASE("traces of one name are told apart by their folder, and then by a number") {
  const TemporaryFolder folder;
  const auto write = [&folder](const char* name) {
    const auto path = folder.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "t,x\n0,1\n";
    return path.string();
  };
  const std::string in_a = write("a/load.csv");
  const std::string in_b = write("b/load.csv");
  const std::string other = write("b/other.csv");
  const auto names = [](const std::vector<std::string>& files) {
    std::vector<std::string> all;
    const auto traces = read_trace_files(files, {});
    for (const Trace& trace : traces.value().usable) all.push_back(trace.name);
    return all;
  };
  using Names = std::vector<std::string>;
  CHECK(names({in_a, other}) == Names{"load", "other"});
  CHECK(names({in_a, in_b, other}) == Names{"a/load", "b/load", "other"});
  CHECK(names({other, other, other}) == Names{"other", "other (2)", "other (3)"});
  CHECK(names({in_a, in_b, write("c/a/load.csv")}) == Names{"a/load", "b/load", "a/load (2)"});
  CHECK_FALSE(read_trace_files({in_a, "/no/such.csv"}, {}).ok());
}

TEST_CASE("a quantile is the value at that part of the sorted ones") {
  CHECK(quantile({5, 1, 3, 2, 4}, 0) == 1);
  CHECK(quantile({5, 1, 3, 2, 4}, 0.5) == 3);
  CHECK(quantile({5, 1, 3, 2, 4}, 1) == 5);
  CHECK(quantile({7}, 0.999) == 7);
}
