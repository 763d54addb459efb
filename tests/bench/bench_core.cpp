// What deciding costs, without any I/O.
#include "core/controller.hpp"
#include "core/q_table.hpp"

#include <cmath>

#include <benchmark/benchmark.h>

namespace {

using namespace skep;

void update_of_one_cell(benchmark::State& state) {
  QTable table(4300, 3);
  const std::vector<bool> allowed(3, true);
  const LearningRateSettings alpha;
  std::size_t cell = 0;
  for (auto _ : state) {
    cell = (cell + 977) % table.states();
    DiscountedReturn sum(0.99);
    sum.add(-0.1);
    const double rate = learning_rate(alpha, table.at(cell, 1).visits);
    benchmark::DoNotOptimize(
        table.update(cell, 1, sum.target(table.max((cell + 1) % table.states(), allowed)), rate));
  }
}
BENCHMARK(update_of_one_cell);

/// A tick under a load that rises and falls, with commands accepted at once.
void tick_of_a_controller(benchmark::State& state, PolicyType policy, Controller::Detail detail) {
  ControllerSettings settings;
  settings.agent.policy = policy;
  Controller controller(settings, detail);
  int replicas = 3;
  std::int64_t tick = 0;
  TickInput input;
  input.service.emplace();
  input.metrics.emplace();
  for (auto _ : state) {
    ++tick;
    const TimePoint now = TimePoint{} + tick * std::chrono::seconds(15);
    const double load = 3 + 2.5 * std::sin(static_cast<double>(tick) / 50);
    const double cpu = std::min(100.0, 100 * load / replicas);
    input.service->replicas = {replicas, replicas};
    input.metrics->cpu_percent = cpu;
    input.metrics->cpu_service_percent = cpu * replicas;
    input.metrics->ram_percent = 40;
    input.metrics->ram_service_percent = 40.0 * replicas;
    TickResult result = controller.tick(input, now);
    if (result.command) {
      controller.scale_finished(ScaleOutcome::kAccepted, {}, *result.decision, now);
      replicas = result.command->to;
    }
    benchmark::DoNotOptimize(result);
  }
}
BENCHMARK_CAPTURE(tick_of_a_controller, q_learning, PolicyType::kQLearning,
                  Controller::Detail::kFull);
BENCHMARK_CAPTURE(tick_of_a_controller, q_learning_numbers, PolicyType::kQLearning,
                  Controller::Detail::kNumbers);
BENCHMARK_CAPTURE(tick_of_a_controller, target_tracking_numbers, PolicyType::kTargetTracking,
                  Controller::Detail::kNumbers);

void start_of_a_controller_with_its_prior(benchmark::State& state) {
  for (auto _ : state) {
    Controller controller{ControllerSettings{}};
    benchmark::DoNotOptimize(controller);
  }
}
BENCHMARK(start_of_a_controller_with_its_prior)->Unit(benchmark::kMillisecond);

}  // namespace
