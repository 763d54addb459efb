#include "core/load_generator.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace skep;

TEST_CASE("generated load: steps, ramps, days and bursts") {
  const std::vector<double> levels{1, 3};
  CHECK(step_load(levels, 2) == std::vector<double>{1, 1, 3, 3});
  CHECK(ramp_load(1, 3, 3) == std::vector<double>{1, 2, 3});
  const std::vector<double> day = diurnal_load(2, 6, 4, 5);
  CHECK(day[0] == Approx(2));
  CHECK(day[1] == Approx(4));
  CHECK(day[2] == Approx(6));
  CHECK(day[4] == Approx(2));
  const BurstShape shape{1, 5, 0.05, 10};
  const std::vector<double> bursts = burst_load(shape, 1000, 7);
  CHECK(bursts == burst_load(shape, 1000, 7));
  CHECK(bursts != burst_load(shape, 1000, 8));
  CHECK(*std::min_element(bursts.begin(), bursts.end()) == 1);
  CHECK(*std::max_element(bursts.begin(), bursts.end()) > 3);
  CHECK(*std::max_element(bursts.begin(), bursts.end()) <= 5);
}
