// Seasons are found, and what they say of the load to come.
#include "core/season.hpp"

#include "core/imagined_service.hpp"
#include "core/mixture.hpp"
#include "core/season_forecast.hpp"
#include "core/season_plans.hpp"
#include "tests/unit/core/imagination.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <span>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

/// A job of 6 ticks in each 90 ticks, with 12 replicas' worth of load instead of 2.
double job(int tick) { return tick % 90 < 6 ? 12.0 : 2.0; }

/// Up to `most` to both sides of 0, the same on every machine.
class Noise {
 public:
  double operator()(double most) {
    return most * (2 * static_cast<double>(random_()) / 4294967296.0 - 1);
  }

 private:
  std::mt19937 random_{7};  // NOLINT: the same numbers every time
};

}  // namespace

TEST_CASE("seasons: the period of a job is found, to the tick") {
  Season season;
  Noise noise;
  CHECK(season.period() == 0);
  int known = 0;
  for (int tick = 0; tick < 3000; ++tick) {
    season.see(std::log(job(tick)) + noise(0.03));
    known += season.period() == 90 ? 1 : 0;
  }
  CHECK(known > 2600);
  CHECK(season.before(0) == Approx(std::log(2.0)).margin(0.03));
  CHECK(season.before(29) == Approx(std::log(12.0)).margin(0.03));  // tick 2970
}

TEST_CASE("seasons: the period of a slow wave is found") {
  Season season;
  Noise noise;
  for (int tick = 0; tick < 4000; ++tick) {
    season.see(0.5 * std::sin(tick * 2 * std::numbers::pi / 700) + noise(0.05));
  }
  CHECK(season.period() == Approx(700).margin(10));
}

TEST_CASE("seasons: where nothing repeats, there is hardly ever one") {
  Season constant;
  Season of_noise;
  Noise noise;
  int found = 0;
  for (int tick = 0; tick < 5000; ++tick) {
    constant.see(1);
    of_noise.see(noise(0.5));
    CHECK(constant.period() == 0);
    found += of_noise.period() != 0 ? 1 : 0;
  }
  CHECK(found < 1000);
}

TEST_CASE("seasons: a period is forgotten when the load does not keep it any more") {
  Season season;
  Noise noise;
  for (int tick = 0; tick < 2000; ++tick) {
    season.see(std::log(job(tick)));
  }
  REQUIRE(season.period() == 90);
  for (int tick = 0; tick < 7000; ++tick) {
    season.see(std::log(noise(1) > 0.87 ? 12.0 : 2.0));
  }
  CHECK(season.period() != 90);
}

TEST_CASE("seasons: of periods that explain as much, the shorter is taken") {
  Season season;
  Noise noise;
  int tick = 0;
  for (; tick < 3000; ++tick) {
    season.see((tick % 180 < 6 ? 0.3 : 1) * std::log(job(tick)) + noise(0.03));
  }
  CHECK(season.period() == 180);  // every second job is small
  for (; tick < 10'000; ++tick) {
    season.see(std::log(job(tick)) + noise(0.03));
  }
  CHECK(season.period() == 90);
}

TEST_CASE("seasons: ticks that were not seen do not shift the phase") {
  const auto expected_at_the_job = [](std::size_t told) {
    SeasonForecast forecast(1, 1);
    Noise noise;
    const auto see = [&](int tick) { forecast.see(std::log(job(tick)) + noise(0.03)); };
    for (int tick = 0; tick < 2000; ++tick) {
      see(tick);
    }
    forecast.skip(told);
    for (int tick = 2040; tick < 2070; ++tick) {
      see(tick);
    }
    REQUIRE(forecast.period() == 90);
    return std::exp(forecast.at(1).log_load);  // the first tick of a job comes next
  };
  CHECK(expected_at_the_job(40) == Approx(12).epsilon(0.1));
  CHECK(expected_at_the_job(0) < 3);

  SECTION("unless they are too many: then the load begins anew") {
    Season season;
    for (int tick = 0; tick < 2000; ++tick) {
      season.see(std::log(job(tick)));
    }
    season.skip(1999);
    CHECK(season.size() == Season::kMost);
    season.skip(Season::kMost);
    CHECK(season.size() == 0);
    CHECK(season.period() == 0);
  }
}

TEST_CASE("seasons: one that was saved goes on as if nothing had happened") {
  const int ticks = GENERATE(0, 10, 1000, 5000);  // less and more than are remembered
  CAPTURE(ticks);
  SeasonForecast forecast(1, 24);
  Noise noise;
  const auto next = [&](int tick) { return std::log(job(tick)) + noise(0.03); };
  for (int tick = 0; tick < ticks; ++tick) {
    forecast.see(next(tick));
  }
  std::vector<float> saved;
  forecast.save(saved);
  saved.push_back(7);  // of somebody else
  SeasonForecast restored(1, 24);
  std::span<const float> values(saved);
  REQUIRE(restored.restore(values));
  CHECK(values.size() == 1);
  for (int tick = ticks; tick < ticks + 200; ++tick) {
    const double log_load = next(tick);
    forecast.see(log_load);
    restored.see(log_load);
    REQUIRE(restored.period() == forecast.period());
    for (std::size_t lead = 1; forecast.period() != 0 && lead <= 24; ++lead) {
      CHECK(restored.at(lead).log_load == Approx(forecast.at(lead).log_load).margin(1e-4));
      CHECK(restored.at(lead).error == Approx(forecast.at(lead).error).epsilon(1e-3));
    }
  }
  CHECK((ticks < 1000 || forecast.period() == 90));
}

TEST_CASE("seasons: numbers that no season can have saved are refused or made harmless") {
  SeasonForecast forecast(1, 24);
  for (int tick = 0; tick < 1000; ++tick) {
    forecast.see(std::log(job(tick)));
  }
  std::vector<float> saved;
  forecast.save(saved);
  REQUIRE(saved[0] == 1000);  // ticks that are remembered,
  REQUIRE(saved[1] == 1000);  // and since the load began
  REQUIRE(saved[3] == 90);    // the period
  const auto taken = [&](std::size_t at, float value) {
    std::vector<float> damaged = saved;
    damaged[at] = value;
    SeasonForecast restored(1, 24);
    std::span<const float> values(damaged);
    return restored.restore(values);
  };
  CHECK(taken(0, 1000));
  for (const float size : {-1.0F, 90.0F, 1001.0F, 2049.0F, 1e30F}) {
    CHECK_FALSE(taken(0, size));
  }
  for (const float ticks : {-1.0F, 999.0F, 1e30F}) {
    CHECK_FALSE(taken(1, ticks));
  }
  CHECK(taken(3, 0));
  for (const float period : {-1.0F, 15.0F, 1000.0F, 1e30F}) {
    CHECK_FALSE(taken(3, period));
  }
  std::span<const float> too_few(saved.data(), saved.size() - 1);
  CHECK_FALSE(SeasonForecast(1, 24).restore(too_few));

  for (const float value : {-1e30F, 1e30F}) {
    for (std::size_t at = saved.size() - 6; at < saved.size(); ++at) {
      std::vector<float> damaged = saved;
      damaged[at] = value;
      SeasonForecast restored(1, 24);
      std::span<const float> values(damaged);
      REQUIRE(restored.restore(values));
      CHECK(std::isfinite(restored.at(24).log_load));
      CHECK(restored.at(24).error > 0);
    }
  }
}

TEST_CASE("seasons: the load to come is what came a season ago") {
  for (const int horizon : {1, 4}) {
    CAPTURE(horizon);
    SeasonForecast forecast(horizon, 24);
    Noise noise;
    CHECK(forecast.period() == 0);
    constexpr int kNow = 1789;  // ten ticks before a job
    for (int tick = 0; tick <= kNow; ++tick) {
      forecast.see(std::log(job(tick)) + noise(0.03));
    }
    REQUIRE(forecast.period() == 90);
    for (std::size_t lead = 1; lead <= forecast.longest_lead(); ++lead) {
      CAPTURE(lead);
      const int then = kNow + horizon - 1 + static_cast<int>(lead);
      const auto [log_load, error] = forecast.at(lead);
      CHECK(std::exp(log_load) == Approx(job(then)).epsilon(0.05));
      CHECK(error > 0);
      CHECK(error < 0.2);
    }
  }
}

TEST_CASE("seasons: whether a load that is higher than a season ago stays so is learned") {
  // Whole seasons are higher or lower than others, or single ticks are.
  const auto of_excess = [](bool seasons) {
    SeasonForecast forecast(1, 1);
    Noise noise;
    double more = 0;
    for (int tick = 0; tick < 3600; ++tick) {
      more = !seasons || tick % 90 == 0 ? noise(0.3) : more;
      forecast.see(std::log(job(tick)) + more);
    }
    forecast.see(std::log(12) + 0.3);
    REQUIRE(forecast.period() == 90);
    return forecast.at(1).log_load - std::log(12);
  };
  CHECK(of_excess(true) > 0.2);
  CHECK(std::abs(of_excess(false)) < 0.15);
}

TEST_CASE("seasons: what differs from season to season is averaged") {
  SeasonForecast forecast(1, 1);
  Noise noise;
  std::vector<double> heights;  // log, of the jobs
  double from_last = 0;
  double from_mean = 0;
  for (int tick = 0; tick < 90 * 60; ++tick) {
    if (tick % 90 == 0) {
      heights.push_back(std::log(12) + noise(0.5));
    }
    forecast.see(tick % 90 < 6 ? heights.back() : std::log(2));
    if (tick % 90 == 89 && heights.size() > 30) {
      REQUIRE(forecast.period() == 90);
      const auto last = heights.rbegin();
      const double expected = forecast.at(1).log_load;
      from_last += std::abs(expected - last[0]);
      from_mean += std::abs(expected - (last[0] + last[1] + last[2]) / 3);
    }
  }
  CHECK(from_mean < 0.5 * from_last);
}

TEST_CASE("seasons: the load forecast expects a peak when it comes again") {
  LoadForecast forecast(1, 10, 0.8, true);
  Noise noise;
  std::vector<float> violations(10);
  for (int tick = 0; tick < 3000; ++tick) {
    forecast.see({(tick % 90 < 6 ? 6 : 2) * std::exp(noise(0.03))});
    if (tick > 1500) {
      forecast.expected().of(tick % 90 < 6 ? 6 : 2, violations);
      const bool peak_comes = tick % 90 == 89;
      REQUIRE((violations[3] > 0.9) == (peak_comes || tick % 90 < 5));
    }
  }
}

TEST_CASE("seasons: what the load forecast expects without one is all that may come") {
  LoadForecast forecast(1, 10, 0.8, true);
  Noise noise;
  std::vector<double> loads(240);  // that nothing but the season foretells
  for (double& load : loads) {
    load = 5 * std::exp(noise(0.8));
  }
  for (std::size_t tick = 0; tick < 6000; ++tick) {
    forecast.see({loads[tick % loads.size()]});
  }
  REQUIRE(forecast.season().period() != 0);
  forecast.interrupt(5000);  // longer than what is remembered
  std::vector<float> violations(10);
  for (int tick = 0; tick < 5; ++tick) {
    forecast.see({5 + 0.1 * tick});
    REQUIRE(forecast.season().period() == 0);
    forecast.expected().of(5, violations);
    CHECK(violations[0] > 5 / 0.8);  // of one replica; such loads are more than 5 in the mean
  }
}

TEST_CASE("seasons: the more cautious a plan, the more replicas it keeps") {
  const ImaginedService service(plain());
  LoadForecast forecast(1, service.max_replicas, service.utilization_limit, service.graded,
                        SeasonPlans::longest_lead(service));
  SeasonPlans plans(service);
  Noise noise;
  std::vector<int> replicas(plans.size(), 5);
  std::vector<int> kept(plans.size());
  for (int tick = 0; tick < 3000; ++tick) {
    plans.see(forecast.see({(tick % 90 < 20 ? 6 : 2) * std::exp(noise(0.3))}), forecast);
    for (std::size_t i = 0; i < plans.size() && !plans.abstains(); ++i) {
      replicas[i] = std::clamp(plans.want(i, replicas[i], replicas[i]), 1, 10);
      kept[i] += replicas[i];
    }
  }
  CHECK(std::is_sorted(kept.begin(), kept.end()));
  CHECK(kept.back() > 1.1 * kept.front());
}

TEST_CASE("seasons: plans have their replicas there before a peak") {
  const auto [cooldown, panic_percent] =
      GENERATE(table<Duration, double>({{0s, 0}, {0s, 95}, {30s, 0}, {60s, 95}}));
  CAPTURE(to_seconds(cooldown), panic_percent);
  ControllerSettings settings = plain();  // steps of 1
  settings.cooldown = cooldown;
  settings.guard.panic_cpu_percent = panic_percent;
  const ImaginedService service(settings);
  LoadForecast forecast(1, service.max_replicas, service.utilization_limit, service.graded,
                        SeasonPlans::longest_lead(service));
  SeasonPlans plans(service);
  CHECK(plans.abstains());
  REQUIRE(plans.size() == 5);
  const auto peak = [](int tick) { return tick % 90 < 6 ? 6.0 : 1.0; };
  std::vector<int> replicas(plans.size(), 5);
  std::vector<int> cooling(plans.size());
  std::vector<int> late(plans.size());
  std::vector<int> calm(plans.size());  // ticks with the fewest
  int spare = 0;
  for (int tick = 0; tick < 3000; ++tick) {
    const double load = forecast.see({peak(tick)});
    plans.see(load, forecast);
    if (plans.abstains()) {
      CHECK(tick < 400);
      continue;
    }
    for (std::size_t i = 0; i < plans.size(); ++i) {
      const int wanted = plans.want(i, replicas[i], replicas[i]);
      if (cooling[i] > 0) {
        --cooling[i];
      } else if (wanted != replicas[i]) {
        replicas[i] += wanted > replicas[i] ? 1 : -1;
        cooling[i] = service.cooldown;
      }
      if (tick > 1000) {
        late[i] += replicas[i] * 0.8 < peak(tick + 1) ? 1 : 0;
        calm[i] += replicas[i] == 2 ? 1 : 0;
        spare += replicas[i] > 8 ? 1 : 0;
      }
    }
  }
  CHECK(late[2] == 0);  // where a rule is late in all of the 133 ticks of peaks
  CHECK(late[4] <= late[0]);
  CHECK(calm[2] > 400);
  CHECK(spare == 0);
  CHECK(plans.describe(2) == "the plan for a season of 90 ticks with a caution of 1");
}

TEST_CASE("seasons: the mixture follows the plans where there are seasons, and only there") {
  const auto weight_of_plans = [](auto load, int ticks) {
    Mixture mixture{ImaginedService(plain())};
    for (int tick = 0; tick < ticks; ++tick) {
      mixture.see({load(tick)}, 5);
    }
    const auto& families = mixture.families();
    const auto plans = std::find_if(families.begin(), families.end(), [](const auto& family) {
      return family->name() == "season plans";
    });
    return mixture.family_weights()[static_cast<std::size_t>(plans - families.begin())];
  };
  const auto peaks = [](int tick) { return tick % 90 < 6 ? 6.0 : 1.0; };
  CHECK(weight_of_plans(peaks, 3000) > 0.9);
  CHECK(weight_of_plans([](int) { return 3.0; }, 3000) == 0);

  SECTION("also when they were restored") {
    Mixture before{ImaginedService(plain())};
    for (int tick = 0; tick < 3000; ++tick) {
      before.see({peaks(tick)}, 5);
    }
    std::vector<LearnedArray> saved;
    before.save(saved);
    Mixture after{ImaginedService(plain())};
    REQUIRE(after.restore(saved));
    after.interrupt(56);  // eight ticks before a peak
    int wanted = 2;
    for (int tick = 3056; tick < 3059; ++tick) {
      after.see({peaks(tick)}, wanted);
      CHECK_THAT(after.explain(wanted), Catch::Contains("season plans"));
      wanted = after.want(wanted);
    }
    CHECK(wanted > 2);
  }
  SECTION("and soon: what was before the first season does not count against them") {
    const auto constant_before = [&](int tick) { return tick < 3000 ? 1.0 : peaks(tick - 3000); };
    CHECK(weight_of_plans(constant_before, 3000) == 0);
    CHECK(weight_of_plans(constant_before, 3600) > 0.5);
  }
}
