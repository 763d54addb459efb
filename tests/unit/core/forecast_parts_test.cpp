// What the load forecast and the tables on it are made of.
#include "core/difference_table.hpp"
#include "core/excess_table.hpp"
#include "core/fading_histogram.hpp"
#include "core/jump_chance.hpp"
#include "core/linear_prediction.hpp"
#include "core/load_forecast.hpp"
#include "core/near_rows.hpp"
#include "core/random.hpp"
#include "core/repeat_chance.hpp"
#include "core/value_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;

namespace {

constexpr std::size_t kBins = FadingHistogram::kBins;

/// Everything in one bin.
FadingHistogram only(std::size_t bin) {
  std::array<float, kBins> counts{};
  counts[bin] = 1;
  return {counts, 0, 0};
}

/// Expectation of exp(y - distance), where y is uniform from `low` to `low` + `width`, above it.
double exact(double distance, double low, double width) {
  const double from = std::max(low, distance);
  return from >= low + width
             ? 0
             : (std::exp(low + width) - std::exp(from)) / width * std::exp(-distance);
}

}  // namespace

TEST_CASE("a fading histogram holds what one holds whose counts are multiplied at each step") {
  const double floor = GENERATE(0.0, 0.02);
  constexpr double kGrowth = 1.002;  // for long enough to be brought back to scale several times
  std::array<float, kBins> prior{};
  prior.fill(floor > 0 ? 0 : 0.1F);
  FadingHistogram histogram(prior, floor, 2);
  std::vector<double> counts(kBins, floor > 0 ? 0 : 0.1);
  for (std::size_t step = 0; step < 20'000; ++step) {
    // At an edge, all sums are made anew, so that what went wrong before would not show.
    const bool edges = step < 10'000;
    const std::size_t bin = edges && step % 7 == 0    ? 0
                            : edges && step % 11 == 0 ? kBins - 1
                                                      : 40 + (step * 31) % 60;
    const double weight = 0.1 + 0.1 * static_cast<double>(step % 9);
    histogram.fade(kGrowth);
    histogram.add(bin, weight);
    for (double& count : counts) {
      count /= kGrowth;
    }
    for (int d = -2; d <= 2; ++d) {
      const int at = std::clamp(static_cast<int>(bin) + d, 0, static_cast<int>(kBins) - 1);
      counts[static_cast<std::size_t>(at)] += weight * (3 - std::abs(d)) / 9;
    }
  }
  double total = 0;
  for (const double count : counts) {
    total += count + floor;
  }
  double tail = 0;
  for (std::size_t i = kBins; i-- > 0;) {
    const double probability = (counts[i] + floor) / total;
    tail += probability;
    REQUIRE(histogram.probability(i) == Approx(probability).epsilon(1e-3).margin(1e-9));
    const double own = static_cast<double>(histogram.tails()[i]) +
                       histogram.tail_floor() * static_cast<double>(kBins - i);
    REQUIRE(own / histogram.total() == Approx(tail).epsilon(1e-3).margin(1e-9));
  }
}

TEST_CASE("a histogram is not restored from counts whose sum is no number") {
  FadingHistogram histogram = only(3);
  const std::vector<float> huge(kBins, 3e38F);
  CHECK_FALSE(histogram.restore(huge));
}

TEST_CASE("a linear prediction stays sound over weeks of ticks") {
  LinearPrediction prediction;
  LinearPrediction::Lags lags{};
  Random random(1);
  double log_load = 1;
  for (int tick = 0; tick < 100'000; ++tick) {
    const double before = log_load;
    log_load = 1 + 0.5 * std::sin(0.01 * tick) + 0.2 * (random.uniform() - 0.5);
    if (tick > 0) {
      prediction.learn(lags, log_load - before - prediction.predict(lags));
    }
    lags = prediction.see(log_load);
    REQUIRE(std::abs(prediction.predict(lags)) < 1);
  }
}

TEST_CASE("a jump is what the rest of a forecast holds impossible") {
  JumpChance jumps;
  const double at_first = jumps.get();
  CHECK(jumps.see(2, 2.02, 20) < 0.001);
  CHECK(jumps.see(2, 9, 1e-6) > 0.9);  // a step of 1.5 in log load
  CHECK(jumps.get() > at_first);
  for (int i = 0; i < 20'000; ++i) {
    const bool jump = i % 100 == 0;
    jumps.see(2, jump ? 9 : 2.02, jump ? 1e-6 : 20);
  }
  CHECK(jumps.get() == Approx(0.01).epsilon(0.1));
  double around = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    const double step = (static_cast<double>(bin) - JumpChance::kMiddle) * JumpChance::kWidth;
    around += std::abs(step - 1.5) < 0.3 ? jumps.sizes().probability(bin) : 0;
  }
  CHECK(around > 0.95);

  for (int i = 0; i < 1000; ++i) {
    jumps.see(2, 9, 1e-6);
  }
  CHECK(jumps.see(2, 9, 1e-6) < 0.1);  // what comes all the time is no jump

  JumpChance restored;
  std::vector<float> saved;
  jumps.save(saved);
  REQUIRE(saved.size() == JumpChance::kSaved);
  REQUIRE(restored.restore(saved));
  CHECK(restored.get() == Approx(jumps.get()));
}

TEST_CASE("the excess table is the expectation of load over capacity where the load exceeds it") {
  ExcessTable table({-2, 1.5, 3}, 0.01, true);
  // Half of the load ends 0.2 to 0.3 above where it is, half of it 0.5 to 0.6 below.
  table.add(only(10), 0.5, -0.8, 0.1);
  table.add(only(3), 0.5, -0.9, 0.1);
  table.finish();
  CHECK_FALSE(table.empty());
  for (const double distance : {-3.0, -1.0, -0.55, -0.3, 0.1, 0.25, 0.29}) {
    const double expected = (exact(distance, 0.2, 0.1) + exact(distance, -0.6, 0.1)) / 2;
    CHECK(table.at(distance) == Approx(expected).epsilon(2e-3));
  }
  CHECK(table.at(0.32) == 0);
  CHECK(table.at(5) == 0);
  const std::array log_capacities{3.1, 1.9, 0.1, -0.4, -9.0};  // of which the first and last are
  constexpr double kLogLoad = 1.5;                             // outside of the table
  std::vector<float> loads(log_capacities.size(), 1);          // 1 is there already
  std::vector<float> rows(loads.size() * NearRows::kCount, 1);
  table.add_load(kLogLoad, log_capacities, loads);
  table.add_rows(kLogLoad, log_capacities, rows);
  for (std::size_t n = 0; n < log_capacities.size(); ++n) {
    const double distance = log_capacities[n] - kLogLoad;
    CHECK(static_cast<double>(loads[n]) == Approx(1 + table.at(distance)).epsilon(1e-5));
    for (std::size_t i = 0; i < NearRows::kCount; ++i) {
      const double expected = 1 + table.at(distance - 0.01 * static_cast<double>(i));
      const float row = rows[n * NearRows::kCount + i];
      CHECK(static_cast<double>(row) == Approx(expected).epsilon(1e-4));
    }
  }
  // Half of the load ends beyond the highest distance, where no point is.
  table.add(only(10), 0.5, 3.5, 0.1);
  table.finish();
  CHECK(table.at(1) > 0.5);
  table.finish();  // of nothing
  CHECK(table.empty());
  CHECK(table.at(-0.3) == 0);

  ExcessTable counted({-2, 1.5, 3}, 0.01, false);
  counted.add(only(10), 0.5, -0.8, 0.1);
  counted.finish();
  CHECK(counted.at(-3) == Approx(0.5));
  CHECK(counted.at(0.25) == Approx(0.25));
  CHECK(counted.at(0.35) == 0);
}

TEST_CASE(
    "the difference table is the expectation of load over capacity where the load exceeds it") {
  // Half of the load ends 0.95 to 1.05 above what it was, half of it 0.05 below to 0.05 above.
  const auto filled = [](bool graded) {
    DifferenceTable table(6, 0.8, graded);
    table.add(only(kBins / 2 + 10), 0.5, 0.1);
    table.add(only(kBins / 2), 0.5, 0.1);
    return table;
  };
  const std::array loads{2.0F, 3.0F};
  const auto expected = [&loads](const DifferenceTable& table) {
    std::vector<float> values(6 * loads.size(), 1);  // 1 is there already
    table.add_to(loads, values);
    return values;
  };
  const std::vector<float> graded = expected(filled(true));
  const std::vector<float> counted = expected(filled(false));
  // n replicas keep 0.8 n: 5 of them half of the loads from 3.95 to 4.05.
  const std::array<double, 6> of_3{1, 1, 1, 0.5, 0.25, 0};
  const std::array<double, 6> loads_of_3{3.5, 3.5, 3.5, 4 * 0.5, 4.025 * 0.25, 0};
  const std::array<double, 6> of_2{1, 1, 0.5, 0, 0, 0};
  for (std::size_t n = 0; n < 6; ++n) {
    const double capacity = 0.8 * static_cast<double>(n + 1);
    CHECK(counted[2 * n] == Approx(1 + of_2[n]).epsilon(1e-4));
    CHECK(counted[2 * n + 1] == Approx(1 + of_3[n]).epsilon(1e-4));
    // Within a bin, the table takes the integral for a straight line, which is a parabola.
    const double rounding = n == 4 ? 2e-3 : 1e-4;
    CHECK(graded[2 * n + 1] == Approx(1 + loads_of_3[n] / capacity).epsilon(rounding));
  }
  DifferenceTable table = filled(true);
  table.clear();
  CHECK(expected(table) == std::vector<float>(6 * loads.size(), 1));
}

TEST_CASE("the violations of rows are those of their loads") {
  LoadForecast forecast(2, 12, 0.8, true);
  for (int tick = 0; tick < 600; ++tick) {
    forecast.see({5 + 3 * std::sin(tick / 9.0) + ((tick * 7919) % 5 == 0 ? 1.5 : 0)});
  }
  constexpr std::size_t kRows = NearRows::kCount;
  std::vector<float> of_rows(12 * kRows);
  const NearRows near = near_rows(LoadBins(12), 3, 4);
  forecast.expected().of_rows(near, of_rows);
  for (std::size_t row = 0; row < kRows; ++row) {
    std::vector<float> expected(12);
    forecast.expected().of(static_cast<double>(near.next_loads[row]), expected);
    for (std::size_t n = 0; n < expected.size(); ++n) {
      REQUIRE(of_rows[n * kRows + row] == Approx(expected[n]).epsilon(1e-3).margin(1e-5));
    }
  }
}

TEST_CASE("how often a load repeats itself is learned slowly, and that it moves again fast") {
  RepeatChance chance;
  CHECK(chance.get() == 0);
  CHECK(chance.see(3, 3));
  CHECK(chance.see(0, 0));
  CHECK(chance.see(3, 3 * (1 + 1e-12)));
  CHECK_FALSE(chance.see(3, 3.0001));
  CHECK(chance.get() < 0.2);
  for (int tick = 0; tick < 2000; ++tick) {
    CHECK(chance.see(3, tick % 2 == 0 ? 3 : 4) == (tick % 2 == 0));
  }
  CHECK(chance.get() == Approx(0.5).margin(0.03));
  for (int tick = 0; tick < 1000; ++tick) {
    chance.see(3, 3);
  }
  CHECK(chance.get() > 0.99);
  for (int tick = 0; tick < 30; ++tick) {
    chance.see(3, 4);
  }
  CHECK(chance.get() < 0.25);
}

TEST_CASE("the rows near a load lie around it, and all go on by the same ratio") {
  const LoadBins bins(10);
  const std::vector<double> centres = bins.centres(1);
  for (const double load : {0.0, 0.1, 0.5, 4.02, 12.9}) {
    const NearRows near = near_rows(bins, load, 1.1 * load);
    REQUIRE(near.first + NearRows::kCount <= bins.count());
    const double place = bins.place(load);
    CHECK(static_cast<double>(near.first) <= place);
    CHECK(place <= static_cast<double>(near.first + NearRows::kCount));
    const double ratio = load < LoadBins::kLowest ? 1 : std::max(1.1 * load, 0.1) / load;
    for (std::size_t i = 0; i < NearRows::kCount; ++i) {
      const double away = std::abs(static_cast<double>(near.first + i) - place);
      CHECK(near.nearness[i] == Approx(std::exp(-away * LoadBins::kWidth / 0.15)).epsilon(1e-4));
      CHECK(near.next_loads[i] == Approx(ratio * centres[near.first + i]).epsilon(1e-4));
    }
  }
}

TEST_CASE("value rows are read between their bins, and taught where the load was") {
  const LoadBins bins(10);
  ValueRows rows(bins, 2, 3);
  std::vector<float> prior(3 * bins.count());
  for (std::size_t i = 0; i < prior.size(); ++i) {
    prior[i] = static_cast<float>(i * i % 37);
  }
  rows.begin_with(prior);
  const double last = static_cast<double>(bins.count() - 1);
  const auto at = [&rows](std::size_t n, double place) {
    return rows.at(1, n, rows.between(place));
  };
  const std::span<const float> of_3 = rows.column(1, 2);
  CHECK(at(2, 7.25) == Approx(0.75F * of_3[7] + 0.25F * of_3[8]));
  CHECK(at(2, -3) == of_3[0]);
  CHECK(at(2, last + 3) == of_3[bins.count() - 1]);
  for (const double place : {-4.5, 0.0, 30.5, last - 19, last - 5.5, last + 30}) {
    std::vector<float> near(3 * NearRows::kCount);
    rows.read_near(1, place, near);
    for (std::size_t i = 0; i < near.size(); ++i) {
      const double further = place + static_cast<double>(i % NearRows::kCount);
      CHECK(near[i] == Approx(at(i / NearRows::kCount, further)).margin(1e-4));
    }
  }

  const NearRows near = near_rows(bins, 4, 5);
  const ValueRows::Rates rates = rows.visit(0, near, VisitsRate(0.1));
  const float before = rows.column(0, 2)[near.first + 9];
  const std::vector<float> targets(3 * NearRows::kCount, 100);
  rows.teach(0, near.first, rates, targets);
  CHECK(rates[9] == Approx(near.nearness[9] * std::pow(2, -0.7)));
  CHECK(rows.column(0, 2)[near.first + 9] == Approx(before + rates[9] * (100 - before)));
  CHECK(rows.visits(0)[near.first + 9] == near.nearness[9]);
  CHECK(rows.visits(1)[near.first + 9] == 0);
  CHECK(rows.column(1, 2)[near.first + 9] == before);  // the other class
}

TEST_CASE("a row learns slower the more often it was taught, down to the least rate") {
  const VisitsRate rate(0.05);
  CHECK(rate.at(0) == Approx(std::pow(2, -0.7)));
  CHECK(rate.at(10) == Approx(std::pow(12, -0.7)));
  CHECK(rate.at(10.5F) == Approx(std::pow(12.5, -0.7)).epsilon(1e-3));
  CHECK(rate.at(1e6F) == 0.05);
}
