#include "core/demand.hpp"

#include "tests/unit/core/support.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

Metrics with_requests(double cpu_percent, double requests, int running) {
  Metrics with = metrics(cpu_percent, 20, running);
  with.demand = requests;
  return with;
}

}  // namespace

TEST_CASE("demand: below the ceiling it is the CPU used, above it a part more") {
  Demand demand;
  CHECK(demand.see(metrics(50, 20, 4)).guess() == 2);
  CHECK(demand.see(metrics(94, 20, 4)).guess() == Approx(3.76));
  CHECK(demand.see(metrics(100, 20, 4)).guess() == Approx(4 * 1.15));
}

TEST_CASE("demand: a load query tells what is hidden, once the CPU of a request is known") {
  Demand demand;
  CHECK(demand.see(with_requests(100, 900, 4)).guess() == Approx(4 * 1.15));  // not known yet
  for (int i = 0; i < 5; ++i) {
    CHECK(demand.see(with_requests(50, 200, 4)).guess() == 2);  // 0.01 a request
  }
  CHECK(demand.see(with_requests(100, 900, 4)).guess() == Approx(9));
  CHECK(demand.see(with_requests(100, 300, 4)).guess() == 4);  // never less than is used
  CHECK(demand.see(with_requests(100, 0, 4)).guess() == Approx(4 * 1.15));
  CHECK(demand.see(metrics(100, 20, 4)).guess() == Approx(4 * 1.15));
}

TEST_CASE("demand: what requests need is followed when it changes") {
  Demand demand;
  for (int i = 0; i < 500; ++i) demand.see(with_requests(50, 200, 4));
  for (int i = 0; i < 500; ++i) demand.see(with_requests(50, 100, 4));
  // 0.01 a request fades: e^-5 of it is left.
  CHECK(demand.see(with_requests(100, 450, 4)).guess() == Approx(9).epsilon(0.01));
}

TEST_CASE("demand: no load is beyond all measure") {
  Demand demand;
  CHECK(demand.see(metrics(1e300, 20, 4)).load == Demand::kMost);
  demand.see(with_requests(50, 1e-300, 4));
  CHECK(demand.see(with_requests(100, 1e300, 4)).guess() == Demand::kMost);
}

TEST_CASE("demand: what was learned is saved, and damage is refused") {
  Demand demand;
  demand.see(with_requests(50, 200, 4));
  Demand other;
  REQUIRE(other.restore(demand.used(), demand.asked()));
  CHECK(other.see(with_requests(100, 900, 4)).guess() == Approx(9));
  CHECK_FALSE(other.restore(-1, 1));
  CHECK_FALSE(other.restore(1, NAN));
  CHECK_FALSE(other.restore(INFINITY, 1));
  CHECK(other.used() == 2);
}
