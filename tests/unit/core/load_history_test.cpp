#include "core/load_history.hpp"

#include <chrono>
#include <cmath>

#include <catch2/catch.hpp>

using namespace skep;
using namespace std::chrono_literals;

namespace {
const double kGap = std::nan("");
}

TEST_CASE("CPU of the whole service is the load, CPU of a replica needs the replicas") {
  MeasuredHistory measured;
  measured.cpu_percent = {50, kGap, 80, 30};
  measured.cpu_of_service = true;
  LoadHistory history = load_history(measured);
  CHECK(history.loads[0] == 0.5);
  CHECK(std::isnan(history.loads[1]));
  CHECK(history.loads[2] == 0.8);
  CHECK(history.known == 3);

  measured.cpu_of_service = false;
  CHECK(load_history(measured).known == 0);
  measured.replicas = {2, 2, 4, 0};
  history = load_history(measured);
  CHECK(history.loads[0] == 1);
  CHECK(history.loads[2] == Approx(3.2));
  CHECK(std::isnan(history.loads[3]));  // none ran
  CHECK(history.known == 2);
  CHECK(history.saturated == 0);
}

TEST_CASE("what a saturated service was asked for is assumed, or known from the demand") {
  MeasuredHistory measured;
  measured.cpu_percent = {50, 99, 94};
  measured.replicas = {2, 2, 2};
  LoadHistory history = load_history(measured);
  CHECK(history.loads[1] == Approx(2.3));
  CHECK(history.loads[2] == Approx(1.88));
  CHECK(history.saturated == 1);
  CHECK(history.service_time == 0s);

  measured.demand = {100, 500, 188};  // 10 ms of CPU each
  history = load_history(measured);
  CHECK(history.service_time == 10ms);
  CHECK(history.loads[1] == Approx(5));
  CHECK(history.saturated == 0);

  measured.demand[1] = kGap;
  history = load_history(measured);
  CHECK(history.loads[1] == Approx(2.3));
  CHECK(history.saturated == 1);
}

TEST_CASE("RAM of a replica is a straight line over its utilization, with a slope of at least 0") {
  MeasuredHistory measured;
  measured.cpu_percent = {100, 40, kGap, 180};
  measured.cpu_of_service = true;
  measured.ram_percent = {45, 33, 99, 61};        // 25 + 40 x utilization
  CHECK_FALSE(load_history(measured).ram_known);  // no replicas, no utilization
  measured.replicas = {2, 2, 2, 2};
  LoadHistory history = load_history(measured);
  REQUIRE(history.ram_known);
  CHECK(history.ram_base_percent == Approx(25));
  CHECK(history.ram_per_load_percent == Approx(40));

  measured.ram_of_service = true;  // the same numbers are those of two replicas then
  history = load_history(measured);
  CHECK(history.ram_base_percent == Approx(12.5));
  CHECK(history.ram_per_load_percent == Approx(20));

  measured.ram_percent = {50, 60, kGap, 40};
  history = load_history(measured);
  CHECK(history.ram_per_load_percent == 0);
  CHECK(history.ram_base_percent == Approx(25));
}
