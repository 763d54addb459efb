// What the best change is worth.
#include "core/best_change.hpp"

#include "tests/unit/core/imagination.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

TEST_CASE("the best after a change is what the guard allows, and pays for the change") {
  ControllerSettings settings = plain();
  settings.replicas.max = GENERATE(10, 3, 1);
  settings.replicas.max_step = std::min(settings.replicas.max, GENERATE(1, 2, 3, 5, 7, 9));
  settings.guard.panic_cpu_percent = GENERATE(0.0, 95.0);
  settings.guard.scale_in_over_limit = true;  // the one rule that is left out
  settings.environment.reward.weights.adaptation = 1.5;
  const ImaginedService service(settings);
  const std::vector<float> loads{0.5F, 1.93F, 2, 3.5F, 40};
  const std::size_t rows = loads.size();
  std::vector<float> kept;
  std::vector<float> moved;
  for (int i = 0; i < service.max_replicas * static_cast<int>(rows); ++i) {
    kept.push_back(static_cast<float>((i * 7) % 11));
    moved.push_back(kept.back() + static_cast<float>(i % 3));
  }
  std::vector<float> best(kept.size(), -1);
  best_after_change(service, loads, {kept, moved}, best);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto at = [&](int n) { return static_cast<std::size_t>(n - 1) * rows + row; };
    std::vector<float> kept_at;
    std::vector<float> moved_at;
    for (int n = 1; n <= service.max_replicas; ++n) {
      kept_at.push_back(kept[at(n)]);
      moved_at.push_back(moved[at(n)]);
    }
    const auto load = static_cast<double>(loads[row]);
    for (int n = 1; n <= service.max_replicas; ++n) {
      CAPTURE(load, n);
      const bool panics = service.panic_utilization > 0 && load >= service.panic_utilization * n;
      const ImaginedService::Reach reach =
          service.reach(n, panics ? std::max<double>(load, n) : load, n);
      float least = std::numeric_limits<float>::max();
      for (int m = reach.least; m <= reach.most; ++m) {
        least = std::min(least, m == n ? kept[at(n)] : moved[at(m)] + 1.5F);
      }
      CHECK(best[at(n)] == least);
      const int chosen = cheapest<float>(service, load, kept_at, moved_at, n);
      CHECK((chosen >= reach.least && chosen <= reach.most));
      CHECK((chosen == n ? kept[at(n)] : moved[at(chosen)] + 1.5F) == least);
    }
  }
}

TEST_CASE("value iteration: with a steady load the count that is just enough is the cheapest") {
  const ImaginedService service(plain());
  const std::vector<float> values =
      steady_values(service, std::vector<double>{3.5}, 0.99);  // 5 replicas at 80%
  CHECK(cheapest<float>(service, 3.5, values, values, 5) == 5);
  CHECK(cheapest<float>(service, 3.5, values, values, 8) == 7);
  CHECK(cheapest<float>(service, 3.5, values, values, 4) == 5);
  CHECK(cheapest<float>(service, 3.5, values, values, 3) == 5);  // a panic
  // Holding 5 for ever costs 0.09 * 5 / 10 a tick; one replica more costs one change and a tick.
  CHECK(values[4] == Approx(0.045 / (1 - 0.99)).epsilon(0.01));
  CHECK(values[5] - values[4] == Approx(0.009 + 0.99 * 0.01).epsilon(0.01));
}
