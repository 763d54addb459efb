#include "daemon/prometheus_history.hpp"

#include <chrono>

#include <catch2/catch.hpp>

using namespace skep;
using namespace std::chrono_literals;

namespace {

WallTime end_of(const RangeGrid& grid) {
  return grid.start + static_cast<Duration::rep>(grid.points - 1) * grid.step;
}

}  // namespace

TEST_CASE("the grid of a history ends now, with the interval as its step") {
  const WallTime now(1'700'000'000s + 123456789ns);
  const RangeGrid week = history_grid(now, 24h * 7, 15s);
  CHECK(week.step == 15s);
  CHECK(week.points == 40320);
  CHECK(end_of(week) == WallTime(1'700'000'000s + 123ms));

  CHECK(history_grid(now, 1s, 15s).points == 1);
  CHECK(history_grid(now, 1s, 1500us).step == 2ms);
}

TEST_CASE("a history of too many points gets a larger step, a multiple of the interval") {
  const WallTime now(1'700'000'000s);
  CHECK(history_grid(now, 500'000s, 1s).step == 1s);
  CHECK(history_grid(now, 500'001s, 1s).step == 2s);
  const RangeGrid year = history_grid(now, 24h * 365, 1s);
  CHECK(year.step == 64s);
  CHECK(year.points <= kMostHistoryPoints);
  CHECK(to_seconds(year.step) * static_cast<double>(year.points) > 364.9 * 86400);
  CHECK(history_grid(now, 24h * 365, 24h * 365).points == 1);
}
