#include "core/service_optimum.hpp"

#include "core/autoscale_env.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace skep {
namespace {

constexpr std::size_t kMostStates = 5000;

/// Of a delay: a change always takes one.
int delay_ticks(Duration time, Duration interval) {
  return std::max(1, ticks_up(time, interval, 100'000));
}

/// What one tick costs in each state, and where a panic may be.
class TickCosts {
 public:
  TickCosts(const ControllerSettings& settings, const SimulatorSettings& simulator,
            const ServiceGraph& graph)
      : judge_(settings),
        simulator_(simulator),
        graph_(graph),
        metrics_(static_cast<std::size_t>(settings.replicas.max) + 1),
        panic_percent_(settings.guard.panic_cpu_percent / (1 + simulator.noise)),
        sees_now_(simulator.lag_ticks == 0) {
    // Many states differ in what they wait for only, and cost the same.
    std::map<std::pair<int, int>, std::size_t> places;
    for (std::size_t s = 0; s < graph.states.size(); ++s) {
      const auto [known, is_new] =
          places.try_emplace({graph.states[s].desired, graph.states[s].running}, examples_.size());
      if (is_new) {
        examples_.push_back(s);
      }
      place_.push_back(known->second);
    }
    cost_.resize(examples_.size());
  }

  void at(double load) {
    for (std::size_t running = 1; running < metrics_.size(); ++running) {
      metrics_[running] = true_metrics(simulator_, load, static_cast<int>(running));
    }
    for (std::size_t i = 0; i < examples_.size(); ++i) {
      cost_[i] = -judge_.reward(truth(examples_[i]));
    }
  }
  Observation truth(std::size_t state) const {
    return {{graph_.states[state].desired, graph_.states[state].running}, metrics(state)};
  }
  double cost(std::size_t state) const { return cost_[place_[state]]; }
  bool panic(std::size_t state) const {
    return !sees_now_ || metrics(state).cpu_percent >= panic_percent_;
  }
  double price_of_change() const { return judge_.price_of_change(); }

 private:
  const Metrics& metrics(std::size_t state) const {
    return metrics_[static_cast<std::size_t>(graph_.states[state].running)];
  }

  AutoscaleEnv judge_;
  SimulatorSettings simulator_;
  const ServiceGraph& graph_;
  std::vector<std::size_t> examples_;  ///< one state of each cost
  std::vector<std::size_t> place_;     ///< of a state's cost
  std::vector<double> cost_;
  std::vector<Metrics> metrics_;  ///< by running replicas
  double panic_percent_;
  bool sees_now_;
};

}  // namespace

ServiceOptimum::ServiceOptimum(const ControllerSettings& settings,
                               const SimulatorSettings& simulator, int replicas)
    : settings_(settings), simulator_(simulator) {
  const Duration interval = settings.interval;
  ServiceRules rules;
  rules.min = settings.replicas.min;
  rules.max = settings.replicas.max;
  rules.max_step = settings.replicas.max_step;
  rules.doubling = settings.guard.panic_cpu_percent > 0;
  rules.startup_ticks = delay_ticks(simulator.startup, interval);
  // A command between two ticks counts as one at the tick before.
  rules.cooldown_ticks = delay_ticks(settings.cooldown - settings.cooldown % interval, interval);
  exact_ = settings.cooldown % interval == Duration::zero() && !settings.environment.episode.reset;
  const bool several_a_tick = settings.cooldown > Duration::zero() && settings.cooldown < interval;
  if (several_a_tick || settings.environment.episode.reset) {
    rules.max_step = rules.max;
  }
  const ServiceRules whole = rules;
  ServiceRules no_overlap = rules;
  no_overlap.startup_ticks = std::min(rules.startup_ticks, rules.cooldown_ticks);
  ServiceRules no_startup = rules;
  no_startup.startup_ticks = 1;
  ServiceRules neither = no_startup;
  neither.cooldown_ticks = 1;  // one state for each count
  for (const ServiceRules& candidate : {whole, no_overlap, no_startup, neither}) {
    if (auto graph = make_service_graph(candidate, replicas, kMostStates)) {
      exact_ = exact_ && candidate.startup_ticks == whole.startup_ticks &&
               candidate.cooldown_ticks == whole.cooldown_ticks;
      graph_ = std::move(*graph);
      break;
    }
  }
}

void ServiceOptimum::run(std::span<const double> loads, Duration step,
                         const std::function<void(const SimulatedTick&)>& on_tick) const {
  const Duration interval = settings_.interval;
  const Duration end = static_cast<Duration::rep>(loads.size()) * step;
  const auto ticks = static_cast<std::size_t>(ticks_up(end, interval));
  const auto load_at = [&](std::size_t tick) {
    return loads[static_cast<std::size_t>(static_cast<Duration::rep>(tick) * interval / step)];
  };
  const std::size_t states = graph_.states.size();
  TickCosts costs(settings_, simulator_, graph_);
  const double price = costs.price_of_change();

  // From the cheapest rest after a tick to the one before it; `choices` may be null.
  std::vector<double> before(states);
  const auto back = [&](std::size_t tick, std::vector<double>& rest, std::uint32_t* choices) {
    costs.at(load_at(tick));
    for (std::size_t s = 0; s < states; ++s) {
      const ServiceGraph::State& state = graph_.states[s];
      std::uint32_t best = graph_.edges[state.first_edge];
      double cheapest = rest[best];
      const std::uint32_t last = state.first_panic != state.last_edge && costs.panic(s)
                                     ? state.last_edge
                                     : state.first_panic;
      for (std::uint32_t edge = state.first_edge + 1; edge < last; ++edge) {
        const double cost = price + rest[graph_.edges[edge]];
        if (cost < cheapest) {
          cheapest = cost;
          best = graph_.edges[edge];
        }
      }
      before[s] = cheapest + costs.cost(s);
      if (choices != nullptr) {
        choices[s] = best;
      }
    }
    rest.swap(before);
  };

  // The rests at every block's end are kept, and the choices of one block at a time made again:
  // memory grows with the square root of the ticks only.
  const auto block = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(ticks))));
  std::vector<std::vector<double>> rests;  // of the last block first
  std::vector<double> rest(states, 0);
  for (std::size_t tick = ticks; tick > 0; --tick) {
    if (tick == ticks || tick % block == 0) {
      rests.push_back(rest);
    }
    back(tick - 1, rest, nullptr);
  }
  std::vector<std::uint32_t> choices(block * states);
  std::size_t state = 0;
  for (std::size_t first = 0; first < ticks; first += block) {
    const std::size_t last = std::min(ticks, first + block);
    rest = std::move(rests.back());
    rests.pop_back();
    for (std::size_t tick = last; tick > first; --tick) {
      back(tick - 1, rest, choices.data() + (tick - 1 - first) * states);
    }
    for (std::size_t tick = first; tick < last; ++tick) {
      const double load = load_at(tick);
      costs.at(load);
      const std::size_t now = std::exchange(state, choices[(tick - first) * states + state]);
      const Observation truth = costs.truth(now);
      on_tick({static_cast<Duration::rep>(tick) * interval, truth, load, costs.cost(now),
               graph_.states[state].desired - graph_.states[now].desired});
    }
  }
}

}  // namespace skep
