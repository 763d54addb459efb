#include "core/rossi_benchmark.hpp"

#include "core/clairvoyant.hpp"
#include "core/hpa.hpp"
#include "core/training.hpp"

#include <stdexcept>

namespace skep::rossi {
namespace {

constexpr double kPerformance = 0.90;
constexpr double kResources = 0.09;

/// The mean cost of the windows; `run(load, replicas, done)` gives the replicas of each tick, and
/// tells `done` of the controller that chose them, or of none.
template <class Run>
double mean_cost(const Windows& windows, const OnWindow& on_window, Run run) {
  double sum = 0;
  std::vector<int> replicas;
  for (std::size_t i = 0; i < windows.windows.size(); ++i) {
    run(windows.windows[i], replicas, [&](const Controller* controller) {
      if (on_window) {
        on_window(i, replicas, controller);
      }
    });
    sum += cost(windows.windows[i], replicas);
  }
  return sum / static_cast<double>(windows.windows.size());
}

}  // namespace

std::vector<double> load(std::span<const double> trace, std::size_t offset, std::size_t ticks) {
  if (trace.size() < kLeastValues) {
    throw std::invalid_argument("the trace is too short for the windows");
  }
  std::vector<double> load(ticks);
  for (std::size_t i = 0; i < ticks; ++i) {
    load[i] = trace[1 + 2 * ((offset + i) / 2)] / kRequestsPerReplica;
  }
  return load;
}

double holding_cost(double load, int replicas) {
  const bool too_slow = load / replicas > kUtilisationLimit;
  return (too_slow ? kPerformance : 0) + kResources * replicas / kMaxReplicas;
}

double cost(std::span<const double> load, std::span<const int> replicas) {
  double sum = 0;
  for (std::size_t tick = 0; tick < load.size(); ++tick) {
    sum += holding_cost(load[tick], replicas[tick]);
  }
  return sum;
}

Windows::Windows(std::span<const double> trace, Part part) {
  const std::span<const std::size_t> offsets = part == Part::kBenchmark
                                                   ? std::span<const std::size_t>(kWindowOffsets)
                                                   : std::span<const std::size_t>(kTuningOffsets);
  training = load(trace, 0, offsets.front());
  for (const std::size_t offset : offsets) {
    windows.push_back(load(trace, offset, kWindowTicks));
  }
}

ControllerSettings settings(PolicyType policy) {
  ControllerSettings settings = benchmark_settings(policy, kMaxReplicas, 1);
  settings.environment.reward.weights = {kPerformance, kResources, 0};
  settings.environment.reward.limits.cpu_percent = 100 * kUtilisationLimit;
  settings.environment.reward.graded = false;
  return settings;
}

double policy_cost(const Windows& windows, ControllerSettings settings, int lag, bool trained,
                   const OnWindow& on_window) {
  settings.environment.lag = lag * settings.interval;
  ReplaySettings replay_settings;
  replay_settings.max_replicas = kMaxReplicas;
  replay_settings.lag = lag;
  Snapshot learned;
  for (int pass = 0; trained && pass < kTrainingPasses; ++pass) {
    ControllerPolicy pupil(settings);
    if (pass > 0) {
      pupil.start_from(learned);
    }
    std::vector<int> replicas;
    replay(windows.training, replay_settings, pupil, replicas);
    learned = pupil.learned();
  }
  return mean_cost(
      windows, on_window,
      [&](const std::vector<double>& load, std::vector<int>& replicas, const auto& done) {
        ControllerPolicy policy(settings);
        if (trained) {
          policy.start_from(learned);
        }
        replay(load, replay_settings, policy, replicas);
        done(&policy.controller());
      });
}

double hpa_cost(const Windows& windows, const HpaRun& run, const OnWindow& on_window) {
  ReplaySettings replay_settings;
  replay_settings.max_replicas = kMaxReplicas;
  replay_settings.max_step = kMaxReplicas;
  replay_settings.lag = run.lag;
  replay_settings.every = run.every;
  replay_settings.sees_demand = run.sees_demand;
  return mean_cost(
      windows, on_window,
      [&](const std::vector<double>& load, std::vector<int>& replicas, const auto& done) {
        Hpa hpa({run.target, 0.1, run.window}, kMaxReplicas);
        replay(load, replay_settings, hpa, replicas);
        done(nullptr);
      });
}

double optimum_cost(const Windows& windows, const OnWindow& on_window) {
  return mean_cost(
      windows, on_window,
      [](const std::vector<double>& load, std::vector<int>& replicas, const auto& done) {
        ClairvoyantProblem problem;
        problem.ticks = load.size();
        problem.max_replicas = kMaxReplicas;
        problem.holding = [&load](std::size_t tick, int n) { return holding_cost(load[tick], n); };
        problem.change = [](std::size_t) { return 0.0; };
        replicas = clairvoyant(problem);
        done(nullptr);
      });
}

}  // namespace skep::rossi
