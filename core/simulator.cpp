#include "core/simulator.hpp"

#include "core/autoscale_env.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace skep {
namespace {

/// The largest count that settings.hpp allows.
constexpr std::size_t kMostReplicas = 1000;

}  // namespace

double response_seconds(QueueModel model, double service_seconds, double utilization) {
  if (utilization >= 1) {
    return std::numeric_limits<double>::infinity();
  }
  const double free = 1 - utilization;
  return model == QueueModel::kMM1 ? service_seconds / free
                                   : service_seconds * (1 + utilization / (2 * free));
}

Metrics true_metrics(const SimulatorSettings& settings, double load, int running) {
  const double utilization = load / running;
  const auto usage = [running](double percent) { return mean_and_sum(percent, false, running); };
  const MeanAndSum demand = usage(100 * utilization);
  const MeanAndSum ram =
      usage(settings.ram_base_percent + settings.ram_per_load_percent * std::min(1.0, utilization));
  Metrics metrics;
  metrics.cpu_percent = demand.mean;
  metrics.cpu_service_percent = demand.sum;
  metrics.ram_percent = ram.mean;
  metrics.ram_service_percent = ram.sum;
  if (settings.service_time > Duration::zero()) {
    const double service_seconds = to_seconds(settings.service_time);
    if (settings.measures_demand) metrics.demand = load / service_seconds;
    metrics.latency_seconds =
        std::min(response_seconds(settings.queue, service_seconds, utilization),
                 to_seconds(settings.longest_response));
  }
  return metrics;
}

bool violates(const Metrics& metrics, const Limits& limits) {
  return over(metrics.cpu_percent, limits.cpu_percent) ||
         over(metrics.ram_percent, limits.ram_percent) ||
         (limits.latency > Duration::zero() && metrics.latency_seconds &&
          over(*metrics.latency_seconds, to_seconds(limits.latency)));
}

int first_replicas(const ControllerSettings& settings, double load) {
  const double wanted =
      std::ceil(std::min(load * 100 / settings.environment.reward.limits.cpu_percent, 1e6));
  const int count = std::isnan(wanted) ? 1 : static_cast<int>(wanted);
  return std::clamp(count, settings.replicas.min, settings.replicas.max);
}

SimulatedService::SimulatedService(const SimulatorSettings& settings, int replicas)
    : settings_(settings),
      random_(settings.seed),
      desired_(replicas),
      recent_(static_cast<std::size_t>(settings.lag_ticks) + 1) {
  starting_.reserve(kMostReplicas);
  input_.service.emplace();
  input_.problem = TickProblem{ProblemKind::kMetricsMissing, "No metric has arrived yet."};
}

void SimulatedService::scale(int replicas, TimePoint now) {
  for (; desired_ < replicas; ++desired_) {
    starting_.push_back(now + settings_.startup);
  }
  for (; desired_ > replicas; --desired_) {
    if (!starting_.empty()) {
      starting_.pop_back();
    }
  }
}

void SimulatedService::look(TimePoint now) {
  const auto up = std::upper_bound(starting_.begin(), starting_.end(), now);
  starting_.erase(starting_.begin(), up);
  truth_.replicas = {desired_, desired_ - static_cast<int>(starting_.size())};
  input_.service->replicas = truth_.replicas;
}

const TickInput& SimulatedService::observe(double load, TimePoint now) {
  look(now);
  recent_[observed_ % recent_.size()] = measured(load);
  ++observed_;
  if (observed_ >= recent_.size()) {
    input_.metrics = recent_[observed_ % recent_.size()];
    input_.problem.reset();
  }
  return input_;
}

const TickInput& SimulatedService::observe_nothing(TimePoint now) {
  look(now);
  observed_ = 0;
  input_.metrics.reset();
  input_.problem = TickProblem{ProblemKind::kMetricsMissing, "Nothing was measured."};
  return input_;
}

Metrics SimulatedService::measured(double load) {
  const int running = truth_.replicas.running;
  truth_.metrics = true_metrics(settings_, load, running);
  Metrics seen = truth_.metrics;
  double cpu = std::min(100.0, seen.cpu_percent);
  if (settings_.noise > 0) {
    cpu = std::min(100.0, cpu * (1 + settings_.noise * (2 * random_.uniform() - 1)));
  }
  const MeanAndSum measured_cpu = mean_and_sum(cpu, false, running);
  seen.cpu_percent = measured_cpu.mean;
  seen.cpu_service_percent = measured_cpu.sum;
  return seen;
}

double SimulationResult::violations_percent() const {
  return ticks == 0 ? 0 : 100 * static_cast<double>(violations) / static_cast<double>(ticks);
}

double SimulationResult::mean_replicas() const { return hours > 0 ? replica_hours / hours : 0; }

double SimulationResult::mean_cost() const {
  return ticks == 0 ? 0 : total_cost / static_cast<double>(ticks);
}

SimulationResult simulate(Controller& controller, SimulatedService& service,
                          std::span<const double> loads, Duration step,
                          const std::function<void(const SimulatedDecision&)>& on_decision,
                          const std::function<void(const SimulatedTick&)>& on_tick) {
  SimulationResult result;
  const AutoscaleEnv judge(controller.settings());
  const Limits& limits = controller.settings().environment.reward.limits;
  const TimePoint start{};
  const TimePoint end = start + static_cast<Duration::rep>(loads.size()) * step;
  int direction = 0;  // of the last change
  for (TimePoint now = start; now < end;) {
    const double load = loads[static_cast<std::size_t>((now - start) / step)];
    if (std::isnan(load)) {
      controller.tick(service.observe_nothing(now), now);
      now = std::min(end, controller.next_tick(start, now));
      continue;
    }
    const TickInput& input = service.observe(load, now);
    const Observation& truth = service.truth();
    TickResult tick = controller.tick(input, now);
    // One between two others, at the end of a cooldown, is no tick more of the time.
    const bool whole = (now - start) % controller.settings().interval == Duration::zero();
    const double holding = -judge.reward(truth);
    double cost = whole ? holding : 0;
    if (on_tick) {
      on_tick({now - start, truth, load, holding,
               tick.command ? tick.command->to - tick.command->from : 0});
    }
    int supply = truth.replicas.desired;
    if (tick.command) {
      controller.scale_finished(ScaleOutcome::kAccepted, {}, *tick.decision, now);
      supply = tick.command->to;
      service.scale(supply, now);
      cost += judge.price_of_change();
      const int turn = tick.command->to > tick.command->from ? 1 : -1;
      ++result.changes;
      result.reversals += turn == -direction ? 1 : 0;
      direction = turn;
    }
    result.ticks += whole ? 1 : 0;
    result.violations += whole && violates(truth.metrics, limits) ? 1 : 0;
    result.total_cost += cost;
    if (tick.decision && on_decision) {
      on_decision({*tick.decision, now - start, truth, load, cost});
    }
    const TimePoint next = std::min(end, controller.next_tick(start, now));
    const double hours = to_seconds(next - now) / 3600;
    result.hours += hours;
    result.replica_hours += supply * hours;
    now = next;
  }
  return result;
}

}  // namespace skep
