// What the load forecast says, and its guesses of what CPU hides.
#include "core/hidden_load.hpp"
#include "core/load_forecast.hpp"
#include "core/random.hpp"
#include "tests/unit/core/imagination.hpp"

#include <random>
#include <span>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

std::vector<float> violations(const LoadForecast& forecast, double load) {
  std::vector<float> expected(10);
  forecast.expected().of(load, expected);
  return expected;
}

}  // namespace

TEST_CASE("the forecast learns what a load does next") {
  LoadForecast forecast(1, 10, 0.8, true);

  SECTION("a load that alternates is never above its larger value") {
    for (int tick = 0; tick < 4000; ++tick) {
      forecast.see({tick % 2 == 0 ? 3.0 : 3.1});
    }
    const std::vector<float> expected = violations(forecast, 3.1);
    CHECK(expected[2] > 1);      // 2.4 are too few for either
    CHECK(expected[3] < 0.005);  // 3.2 are enough
  }
  SECTION("one step in ten doubles the load") {
    std::mt19937 random(7);  // NOLINT: the same numbers every time
    double sum = 0;          // of what 3 replicas would violate, over the last 2000 ticks
    for (int tick = 0; tick < 6000; ++tick) {
      forecast.see({random() % 10 == 3 ? 4.0 : 2.0});
      if (tick >= 4000) {
        const std::vector<float> expected = violations(forecast, 2.0);
        REQUIRE(expected[9] < 0.01);
        sum += static_cast<double>(expected[2]);
      }
    }
    CHECK(sum / 2000 == Approx(0.1 * 4 / 2.4).margin(0.06));  // 4.0 on a capacity of 2.4
  }
  SECTION("more replicas are never worse, and nothing is negative") {
    for (int tick = 0; tick < 500; ++tick) {
      forecast.see({wave(tick)});
      const std::vector<float> expected = violations(forecast, 4);
      for (std::size_t i = 0; i + 1 < expected.size(); ++i) {
        REQUIRE(expected[i] >= expected[i + 1] - 1e-6F);
      }
      REQUIRE(expected.back() >= 0);
    }
  }
}

TEST_CASE("what comes once in hundreds of ticks is still expected just before it comes") {
  LoadForecast forecast(1, 20, 0.8, true);
  for (int tick = 0; tick < 12'000; ++tick) {
    const double noise = 1 + 0.02 * ((tick * 7919) % 101 - 50) / 50.0;
    forecast.see({(tick % 300 < 3 ? 12.0 : 2.0) * noise});
  }
  std::vector<float> expected(20);
  forecast.expected().of(2, expected);
  CHECK(expected[4] == Approx(12 / 4.0 / 300).epsilon(0.5));  // 5 replicas do 4
  CHECK(expected[17] < 0.001);                                // and 18 do 14.4
}

TEST_CASE("loads of hundreds of replicas are told apart as those of a few are") {
  LoadForecast forecast(1, 200, 0.8, true);
  for (int tick = 0; tick < 3000; ++tick) {
    forecast.see({90 * (1 + 0.05 * ((tick * 7919) % 101 - 50) / 50.0)});
  }
  std::vector<float> expected(200);
  forecast.expected().of(90, expected);
  CHECK(expected[99] == Approx(90 / 80.0).epsilon(0.05));  // 100 replicas do 80
  CHECK(expected[129] < 0.01);                             // and 130 do 104
}

TEST_CASE("a load that often stays exactly as it is") {
  LoadForecast forecast(1, 10, 0.8, true);
  double load = 4;
  std::mt19937 random(7);  // NOLINT: the same numbers every time
  for (int tick = 0; tick < 6000; ++tick) {
    if (tick % 10 == 0) {  // something between 3.6 and 4.4 for ten ticks
      load = 3.6 + 0.8 * static_cast<double>(random()) / 4294967296.0;
    }
    forecast.see({load});
  }
  CHECK(violations(forecast, 4.0)[4] < 0.15);  // 4 is just what 5 replicas may take
  CHECK(violations(forecast, 4.05)[4] > 0.85);
  // One tick in ten it goes elsewhere, half of the time to more than 4.
  CHECK(violations(forecast, 3.9)[4] == Approx(0.05).margin(0.03));

  LoadForecast restored(1, 10, 0.8, true);
  std::vector<float> saved;
  forecast.save(saved);
  std::span<const float> values(saved);
  REQUIRE(restored.restore(values));
  restored.see({4.05});
  CHECK(violations(restored, 4.05)[4] > 0.85);
}

TEST_CASE("what CPU at its ceiling hides is guessed from what came before") {
  LoadForecast forecast(1, 10, 0.8, true);
  CHECK(forecast.see({2, true}) == Approx(2 * SeenLoad::kHiddenFactor));  // nothing known yet

  SECTION("spikes of 6 that were seen") {
    for (int tick = 0; tick < 2000; ++tick) {
      CHECK(forecast.see({tick % 20 == 7 ? 6.0 : 1.0}) == (tick % 20 == 7 ? 6 : 1));
    }
    CHECK(forecast.see({2, true}) > 4);
    forecast.interrupt(0);  // without a forecast for this tick: the loads that were seen above 2
    CHECK(forecast.see({2, true}) > 4);
  }
  SECTION("also when they were hidden for long, behind few replicas") {
    Random random(7);
    double guess = 0;
    for (int tick = 0; tick < 6000; ++tick) {
      if (random.uniform() > 0.03) {
        forecast.see({0.3 + 0.2 * random.uniform()});
      } else if (tick < 1000) {
        forecast.see({5 + 2 * random.uniform()});
      } else {
        guess = forecast.see({1, true});
      }
    }
    CHECK(guess > 3);  // too little still, but 2.3 while the bound was four times what is seen
    CHECK(guess < 8);
  }
  SECTION("but no more than all replicas can bear, of spikes that were larger") {
    for (int tick = 0; tick < 2000; ++tick) {
      forecast.see({tick % 20 == 7 ? 15.0 : 1.0});
    }
    CHECK(forecast.see({1.5, true}) == Approx(8).margin(0.5));
  }
  SECTION("a load that hardly moves") {
    for (int tick = 0; tick < 2000; ++tick) {
      forecast.see({tick % 3 == 0 ? 2.02 : 1.98});
    }
    CHECK(forecast.see({2, true}) == Approx(2.03).margin(0.05));
  }
}

TEST_CASE("what hid more than was guessed makes the next guesses larger") {
  HiddenLoadCorrection correction(5);
  CHECK(correction.correct(3, 2) == 3);
  CHECK(correction.correct(3, 2.5) == 3);
  SECTION("the load that shows at last was twice as much") {
    correction.reveal(6);
    const double once = correction.correct(3, 2);
    CHECK(once == Approx(4.5));  // half of it is believed the first time
    for (int i = 0; i < 100; ++i) {
      correction.reveal(6);
      correction.correct(3, 2);
    }
    CHECK(correction.correct(3, 2) == Approx(6).epsilon(0.01));
    CHECK(correction.correct(30, 2) == 8);  // at most four times what is seen,
    CHECK(correction.correct(30, 1) == 5);  // or what all replicas can bear
    std::vector<float> saved;
    correction.save(saved);
    REQUIRE(saved.size() == HiddenLoadCorrection::kSaved);
    HiddenLoadCorrection restored(5);
    restored.restore(saved);
    CHECK(restored.correct(3, 2) == Approx(correction.correct(3, 2)));
  }
  SECTION("it was less: a guess is still not below what is seen") {
    correction.reveal(2.5);
    CHECK(correction.correct(3, 2) < 3);
    CHECK(correction.correct(2, 2) == 2);
  }
  SECTION("it has fallen below what was seen: that says nothing") {
    correction.reveal(1);
    CHECK(correction.correct(3, 2) == 3);
  }
  SECTION("a pause in between") {
    correction.interrupt();
    correction.reveal(6);
    CHECK(correction.correct(3, 2) == 3);
  }
}

TEST_CASE("a forecast learns from what shows after hidden loads") {
  LoadForecast corrected(1, 20, 0.8, true);
  LoadForecast none(1, 20, 0.8, true);
  double with = 0;
  double without = 0;
  for (int tick = 0; tick < 3000; ++tick) {
    // A job of 8 for five ticks, of which the first two are seen as 3 only.
    const int phase = tick % 50;
    const double load = phase < 5 ? 8 : 2 + 0.01 * (tick % 7);
    const SeenLoad seen = phase < 2 ? SeenLoad{3, true} : SeenLoad{load};
    with = corrected.see(seen);
    if (phase == 2) {
      none.interrupt(0);  // what shows is not compared with the guesses
    }
    without = none.see(seen);
    if (tick >= 2950 && phase < 2) {
      CAPTURE(tick);
      CHECK(with == Approx(8).epsilon(0.15));
      CHECK(without < with);
    }
  }
}

TEST_CASE("a forecast counts violations when they are not graded") {
  LoadForecast forecast(1, 10, 0.8, false);
  for (int tick = 0; tick < 2000; ++tick) {
    forecast.see({5.0});
  }
  const std::vector<float> expected = violations(forecast, 5.0);
  CHECK(expected[0] == Approx(1).margin(0.01));
  CHECK(expected[6] < 0.01);
}
