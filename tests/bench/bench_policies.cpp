// What the policies cost: simulated ticks a second, time of a tick of the daemon with its
// sentences, and the memory that a service's controller holds after a day.
//
//   bench_policies                                  everything
//   bench_policies --benchmark_filter=replay        the benchmarks' world: 20 replicas, steps of 1
#include "core/after_state_table.hpp"
#include "core/benchmark_policy.hpp"
#include "core/hpa.hpp"
#include "core/simulator.hpp"
#include "core/suite_benchmark.hpp"

#include <cmath>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <vector>

#include <benchmark/benchmark.h>

namespace {
std::size_t allocated_bytes = 0;  // by this process, as the allocator rounds it
}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  allocated_bytes += malloc_usable_size(memory);
  return memory;
}

void operator delete(void* memory) noexcept {
  allocated_bytes -= malloc_usable_size(memory);
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace {

using namespace skep;

constexpr int kDay = 5760;  // ticks of 15 s

/// Two days' waves with a fast ripple and a spike now and then, up to `peak` replicas' worth.
std::vector<double> busy_load(std::size_t ticks, double peak) {
  std::vector<double> load(ticks);
  for (std::size_t tick = 0; tick < ticks; ++tick) {
    const auto t = static_cast<double>(tick);
    const double wave = 0.5 + 0.3 * std::sin(t / 500) + 0.05 * std::sin(t * 1.7);
    load[tick] = peak * (wave + (tick % 997 < 5 ? 0.15 : 0));
  }
  return load;
}

ControllerSettings settings_of(PolicyType policy) {
  ControllerSettings settings;
  settings.agent.policy = policy;
  settings.replicas.max = 20;
  return settings;
}

/// The rule of the benchmarks alone, without the daemon's controller.
void replay_hpa(benchmark::State& state) {
  const std::vector<double> load = busy_load(20'000, 16);
  std::vector<int> replicas;
  ReplaySettings settings;
  settings.max_replicas = 20;
  for (auto _ : state) {
    Hpa hpa({0.7, 0.1, 5}, 20);
    replay(load, settings, hpa, replicas);
    benchmark::DoNotOptimize(replicas.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(load.size()));
}
BENCHMARK(replay_hpa);

/// A policy of the daemon, in its controller, in the benchmarks' world.
void replay_policy(benchmark::State& state, PolicyType policy, Updates updates) {
  const std::vector<double> load = busy_load(20'000, 16);
  const suite::Cell cell{load, suite::kWeightings[0], suite::kSettings[0]};
  ControllerSettings settings = suite::settings(policy, cell);
  settings.agent.updates = updates;
  std::vector<int> replicas;
  ReplaySettings replay_settings;
  replay_settings.max_replicas = 20;
  for (auto _ : state) {
    ControllerPolicy controller(settings);
    replay(load, replay_settings, controller, replicas);
    benchmark::DoNotOptimize(replicas.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(load.size()));
}
BENCHMARK_CAPTURE(replay_policy, thresholds, PolicyType::kThresholds, Updates::kFactual);
BENCHMARK_CAPTURE(replay_policy, target_tracking, PolicyType::kTargetTracking, Updates::kFactual);
BENCHMARK_CAPTURE(replay_policy, q_learning_factual, PolicyType::kQLearning, Updates::kFactual);
BENCHMARK_CAPTURE(replay_policy, q_learning_counterfactual, PolicyType::kQLearning,
                  Updates::kCounterfactual);
BENCHMARK_CAPTURE(replay_policy, dyna_q, PolicyType::kDynaQ, Updates::kFactual);
BENCHMARK_CAPTURE(replay_policy, model_based, PolicyType::kModelBased, Updates::kCounterfactual);
BENCHMARK_CAPTURE(replay_policy, mixture, PolicyType::kMixture, Updates::kCounterfactual);

/// One plain counterfactual table of the mixture, without forecast, controller and guard.
void replay_table_alone(benchmark::State& state) {
  class TableAlone final : public BenchmarkPolicy {
   public:
    explicit TableAlone(const ImaginedService& service) : table_(service, {}) {}
    int decide(const Sight& sight) override {
      table_.see(sight.load);
      return table_.want(sight.replicas);
    }

   private:
    AfterStateTable table_;
  };
  const std::vector<double> load = busy_load(20'000, 16);
  const suite::Cell cell{load, suite::kWeightings[0], suite::kSettings[0]};
  const ImaginedService service(suite::settings(PolicyType::kMixture, cell));
  ReplaySettings replay_settings;
  replay_settings.max_replicas = 20;
  std::vector<int> replicas;
  for (auto _ : state) {
    TableAlone table(service);
    replay(load, replay_settings, table, replicas);
    benchmark::DoNotOptimize(replicas.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(load.size()));
}
BENCHMARK(replay_table_alone);

/// The simulated Swarm, with start-up and cooldown.
void simulated_swarm(benchmark::State& state, PolicyType policy) {
  const std::vector<double> load = busy_load(kDay, 16);
  SimulatorSettings world;
  world.startup = 45s;
  for (auto _ : state) {
    Controller controller(settings_of(policy), Controller::Detail::kNumbers);
    SimulatedService service(world, 10);
    benchmark::DoNotOptimize(simulate(controller, service, load, 15s, {}));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(load.size()));
}
BENCHMARK_CAPTURE(simulated_swarm, target_tracking, PolicyType::kTargetTracking);

/// A tick as the daemon does it, with every sentence, and what the controller holds after a day.
void tick_of_the_daemon(benchmark::State& state, PolicyType policy) {
  const std::vector<double> load = busy_load(kDay, 16);
  const std::size_t before = allocated_bytes;
  {
    Controller controller(settings_of(policy));
    SimulatedService service({}, 10);
    TimePoint now{};
    std::size_t tick = 0;
    const auto one_tick = [&] {
      now += 15s;
      TickResult result = controller.tick(service.observe(load[tick], now), now);
      if (result.command) {
        service.scale(result.command->to, now);
        controller.scale_finished(ScaleOutcome::kAccepted, {}, *result.decision, now);
      }
      tick = (tick + 1) % load.size();
      benchmark::DoNotOptimize(result);
    };
    for (int i = 0; i < kDay; ++i) {
      one_tick();
    }
    state.counters["KiB_of_a_service"] = static_cast<double>(allocated_bytes - before) / 1024;
    for (auto _ : state) {
      one_tick();
    }
  }
}
BENCHMARK_CAPTURE(tick_of_the_daemon, default_policy, AgentSettings{}.policy)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(tick_of_the_daemon, model_based, PolicyType::kModelBased)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(tick_of_the_daemon, dyna_q, PolicyType::kDynaQ)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(tick_of_the_daemon, target_tracking, PolicyType::kTargetTracking)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
