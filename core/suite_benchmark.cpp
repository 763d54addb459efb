#include "core/suite_benchmark.hpp"

#include "core/clairvoyant.hpp"
#include "core/hpa.hpp"

#include <algorithm>

namespace skep::suite {
namespace {

/// The last three quarters, by the tick that the count is held in.
bool is_scored(std::size_t tick, std::size_t ticks) { return 4 * tick >= ticks; }

/// How much too slow; 0 while the utilisation is within its limit.
double violation(double load, int replicas) {
  const double capacity = replicas * kUtilisationLimit;
  return over(load, capacity) ? load / capacity : 0;
}

Score run(const Cell& cell, BenchmarkPolicy& policy, std::vector<int>& replicas) {
  ReplaySettings settings;
  settings.max_replicas = kMaxReplicas;
  settings.start = kMaxReplicas / 2;
  settings.max_step = cell.setting.max_step;
  settings.lag = cell.setting.lag;
  replay(cell.load, settings, policy, replicas);
  return score(cell, replicas);
}

}  // namespace

double holding_cost(const RewardWeights& weights, double load, int replicas) {
  return weights.performance * violation(load, replicas) +
         weights.resources * replicas / kMaxReplicas;
}

std::vector<double> scaled(std::span<const double> trace) {
  std::vector<double> load(trace.begin(), trace.begin() + static_cast<std::ptrdiff_t>(
                                                              std::min(trace.size(), kMostTicks)));
  if (load.size() < kLeastTicks) {
    return {};
  }
  std::vector<double> sorted = load;
  const auto percentile =
      sorted.begin() + static_cast<std::ptrdiff_t>(0.999 * static_cast<double>(sorted.size()));
  std::nth_element(sorted.begin(), percentile, sorted.end());
  if (!(*percentile > 0)) {
    return {};
  }
  const double factor = 0.8 * kMaxReplicas * kUtilisationLimit / *percentile;
  for (double& value : load) {
    value *= factor;
  }
  return load;
}

Score score(const Cell& cell, std::span<const int> replicas) {
  const std::size_t ticks = cell.load.size();
  Score score;
  double scored = 0;
  double learning = 0;
  for (std::size_t tick = 1; tick < ticks; ++tick) {
    const int n = replicas[tick];
    const bool changed = n != replicas[tick - 1];
    const double cost =
        holding_cost(cell.weights, cell.load[tick], n) + (changed ? cell.weights.adaptation : 0);
    if (!is_scored(tick, ticks)) {
      score.first_quarter += cost;
      ++learning;
      continue;
    }
    score.cost += cost;
    score.violations_percent += violation(cell.load[tick], n) > 0 ? 100 : 0;
    score.mean_replicas += n;
    score.changes += changed ? 1 : 0;
    ++scored;
  }
  score.cost /= scored;
  score.violations_percent /= scored;
  score.mean_replicas /= scored;
  score.first_quarter /= learning;
  return score;
}

Score run_policy(const Cell& cell, const ControllerSettings& settings, std::vector<int>& replicas,
                 const std::function<void(const Controller&)>& at_end) {
  ControllerPolicy policy(settings);
  const Score score = run(cell, policy, replicas);
  if (at_end) {
    at_end(policy.controller());
  }
  return score;
}

Score run_hpa_50(const Cell& cell, std::vector<int>& replicas) {
  Hpa hpa({0.5, 0.1, 5}, kMaxReplicas);
  return run(cell, hpa, replicas);
}

Score run_best_hpa(const Cell& cell, std::vector<int>& replicas) {
  replicas.clear();
  Score best;
  std::vector<int> tried;
  for (const HpaSettings& settings : hpa_grid()) {
    Hpa hpa(settings, kMaxReplicas);
    const Score score = run(cell, hpa, tried);
    if (replicas.empty() || score.cost < best.cost) {
      best = score;
      replicas = tried;
    }
  }
  return best;
}

Score run_optimum(const Cell& cell, std::vector<int>& replicas) {
  const std::size_t ticks = cell.load.size();
  ClairvoyantProblem problem;
  problem.ticks = ticks;
  problem.max_replicas = kMaxReplicas;
  problem.start = kMaxReplicas / 2;
  problem.max_step = cell.setting.max_step;
  problem.holding = [&cell, ticks](std::size_t tick, int n) {
    return is_scored(tick, ticks) ? holding_cost(cell.weights, cell.load[tick], n) : 0;
  };
  problem.change = [&cell, ticks](std::size_t tick) {
    return is_scored(tick, ticks) ? cell.weights.adaptation : 0;
  };
  replicas = clairvoyant(problem);
  return score(cell, replicas);
}

ControllerSettings settings(PolicyType policy, const Cell& cell) {
  ControllerSettings settings = benchmark_settings(policy, kMaxReplicas, cell.setting.max_step);
  settings.environment.reward.weights = cell.weights;
  settings.environment.reward.limits.cpu_percent = 100 * kUtilisationLimit;
  settings.environment.lag = cell.setting.lag * settings.interval;
  return settings;
}

}  // namespace skep::suite
