// The service as the learners imagine it, against the guard and the simulated service.
#include "core/imagined_service.hpp"

#include "core/guard.hpp"
#include "core/simulator.hpp"
#include "tests/unit/core/imagination.hpp"
#include "tests/unit/core/support.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

TEST_CASE("the imagined service has the prices of the slo reward, and its times in whole ticks") {
  ControllerSettings settings;
  settings.replicas = {2, 10, 3};
  settings.environment.startup = 31s;
  settings.environment.lag = 15s;
  const ImaginedService service(settings);
  CHECK(service.cooldown == 1);  // 30 s at ticks of 15 s hold back the one tick between
  CHECK(service.startup == 2);   // up at the third tick, where without start-up it is at the first
  CHECK(service.lag == 1);
  CHECK(service.horizon() == 4);
  CHECK(service.violation(4.0, 5) == 0);
  CHECK(service.violation(4.4, 5) == Approx(1.1));
  CHECK(service.price_of_replicas(5) == Approx(0.045));

  settings.environment.reward.graded = false;
  CHECK(ImaginedService(settings).violation(40, 5) == 1);
}

TEST_CASE("the imagined guard does what the guard does") {
  ControllerSettings settings = plain();
  settings.replicas = {2, 10, 2};
  for (const bool in_over_limit : {false, true}) {
    settings.guard.scale_in_over_limit = in_over_limit;
    for (const double panic_percent : {0.0, 95.0}) {
      settings.guard.panic_cpu_percent = panic_percent;
      const ImaginedService service(settings);
      for (int replicas = 2; replicas <= 10; ++replicas) {
        for (int change = -3; change <= 4; ++change) {
          for (const double load : {0.5, 3.9, 4.8, 5.6, 5.8, 8.0, 20.0}) {
            const TickInput seen = input(replicas, 100 * std::min(1.0, load / replicas));
            Guard guard(settings);
            const int judged = guard.judge({*seen.service, *seen.metrics}, change, nullptr);
            const ImaginedService::Reach reach = service.reach(replicas, load, replicas);
            REQUIRE(std::clamp(replicas + change, reach.least, reach.most) == replicas + judged);
          }
        }
      }
    }
  }
}

TEST_CASE("imagined replicas serve when those of the simulated service do") {
  for (const Duration startup : {0s, 10s, 15s, 16s, 31s, 45s, 60s}) {
    ControllerSettings settings = plain();
    settings.environment.startup = startup;
    SimulatorSettings world;
    world.startup = startup;
    SimulatedService service(world, 2);
    TimePoint now{};
    service.observe(1, now);
    service.scale(3, now);
    int ticks = 0;
    do {
      now += settings.interval;
      service.observe(1, now);
      ++ticks;
    } while (service.truth().replicas.running < 3);
    CAPTURE(to_seconds(startup));
    CHECK(ImaginedService(settings).horizon() == ticks);
  }
}
