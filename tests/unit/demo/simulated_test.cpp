// The simulated Swarm of the demo, and the table made from the daemon's log.
#include "docker/simulated/table.hpp"
#include "docker/simulated/world.hpp"
#include "tests/unit/daemon/temporary_folder.hpp"

#include <algorithm>
#include <fstream>

#include <catch2/catch.hpp>

namespace skep::demo {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// A decision as the log has it.
std::string decision(const char* applied, const std::string& why = "one more.") {
  return std::string(R"({"ts":"2026-11-24T14:00:00.123Z","event":"decision",)") +
         R"("replicas":{"desired":4,"running":3},"cpu_percent":83.1,"action":"scale_out",)" +
         R"("applied":)" + applied + R"(,"reason":"CPU 83% is over its limit: )" + why + "\"}";
}

}  // namespace

TEST_CASE("a bar shows what is busy, to spare and missing") {
  CHECK(replica_bar(0, 0).empty());
  CHECK(replica_bar(1.4, 3) == "#..");
  CHECK(replica_bar(1.6, 3) == "##.");
  CHECK(replica_bar(3, 3) == "###");
  CHECK(replica_bar(5, 3) == "###!!");
}

TEST_CASE("the table has a row for what was done, and else one for each half hour") {
  Table table;
  CHECK(table.row(decision("false"), minutes(1), 3.2) ==
        "00:01    3.2    83%    3 of 4  ###         scale_out    one more.");
  CHECK(table.row(decision("false"), minutes(29), 3.2).empty());
  CHECK_THAT(table.row(decision("true", "the policies agree on 4 replicas; this one leads."),
                       minutes(29), 3.2),
             Catch::EndsWith("scale_out *  this one leads."));
  CHECK_THAT(table.row(decision("true"), minutes(29), 3.2), Catch::Contains("scale_out *"));
  CHECK_THAT(table.row(decision("false"), minutes(750), 3.2), Catch::StartsWith("12:30"));
  for (const char* other : {"", "not JSON", "[]", R"({"event":"scaled"})", R"({"event":7})"}) {
    CHECK(table.row(other, minutes(1000), 1).empty());
  }
}

TEST_CASE("a line of the log is read when it is complete") {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "log";
  std::ofstream file(path);
  LogTail log(path);
  CHECK_FALSE(log.next());
  file << "one\ntw" << std::flush;
  CHECK(log.next() == "one");
  CHECK_FALSE(log.next());
  file << "o\n\n" << std::flush;
  CHECK(log.next() == "two");
  CHECK(log.next() == "");
  CHECK_FALSE(log.next());
}

TEST_CASE("the simulated day is low at night, high at noon and has bursts") {
  const std::vector<double> day = make_day();
  REQUIRE(day.size() == 1440);
  CHECK(day.front() == Approx(0.5));
  CHECK(*std::max_element(day.begin(), day.end()) < 8);  // 10 replicas at 80% are enough
  CHECK(day[720] == Approx(5.5));
  CHECK(day == make_day());
}

TEST_CASE("the world serves its load, and reports what was done about it") {
  const TemporaryFolder folder;
  const std::vector<double> load{1.6, 1.6, 0.4, 0.4};
  World world(folder.path() / "docker.sock", load, 80);
  CHECK(world.load() == 1.6);
  world.step(seconds(60));  // one replica for 1.6: over the limit
  world.docker().set_replicas(kService, 3);
  world.step(seconds(90));   // the command is seen
  world.step(seconds(120));  // and its replicas run
  world.step(seconds(150));
  world.docker().set_replicas(kService, 1);
  world.step(seconds(180));
  world.step(seconds(240));
  const DayReport& day = world.report();
  CHECK(day.most == 3);
  CHECK(day.last == 1);
  CHECK(day.scale_outs == 1);
  CHECK(day.scale_ins == 1);
  CHECK(day.out_while_rising);
  CHECK(day.in_while_falling);
  CHECK(day.passed == seconds(240));
  CHECK(day.over_limit == seconds(120));
  CHECK(day.replica_hours == Approx((90 + 3 * 90 + 60) / 3600.0));
}

}  // namespace skep::demo
