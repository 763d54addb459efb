#include "core/service_graph.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace skep {
namespace {

/// A state before it has a number.
struct Situation {
  int desired = 0;
  int cooldown = 0;           ///< ticks until a command is possible
  std::vector<int> starting;  ///< [i] replicas run i + 1 ticks from now

  auto operator<=>(const Situation&) const = default;
};

int running(const Situation& now) {
  return now.desired - std::accumulate(now.starting.begin(), now.starting.end(), 0);
}

/// One tick on, after the count was set to `desired`. What is still starting goes first, the newest
/// before the older ones.
Situation next(const Situation& now, int desired, const ServiceRules& rules) {
  Situation then = now;
  then.cooldown = desired != now.desired ? rules.cooldown_ticks - 1 : std::max(0, now.cooldown - 1);
  then.starting.push_back(std::max(0, desired - now.desired));
  int gone = std::max(0, now.desired - desired);
  for (auto count = then.starting.rbegin(); count != then.starting.rend(); ++count) {
    const int taken = std::min(*count, gone);
    *count -= taken;
    gone -= taken;
  }
  then.starting.erase(then.starting.begin());
  then.desired = desired;
  return then;
}

}  // namespace

std::optional<ServiceGraph> make_service_graph(const ServiceRules& rules, int replicas,
                                               std::size_t most_states) {
  // A single replica on its way has a state for each tick of its start-up.
  if (rules.min != rules.max && static_cast<std::size_t>(rules.startup_ticks) > most_states) {
    return std::nullopt;
  }
  Situation begin;
  begin.desired = replicas;
  begin.starting.resize(static_cast<std::size_t>(rules.startup_ticks - 1));
  std::map<Situation, std::uint32_t> numbers{{begin, 0}};
  std::vector<Situation> situations{std::move(begin)};
  ServiceGraph graph;
  const auto add_edge = [&](Situation to) {
    const auto number = static_cast<std::uint32_t>(situations.size());
    const auto [known, is_new] = numbers.try_emplace(to, number);
    if (is_new) {
      situations.push_back(std::move(to));
    }
    graph.edges.push_back(known->second);
  };
  const auto edge_count = [&graph] { return static_cast<std::uint32_t>(graph.edges.size()); };
  for (std::size_t i = 0; i < situations.size(); ++i) {
    if (situations.size() > most_states) {
      return std::nullopt;
    }
    const Situation now = situations[i];
    ServiceGraph::State state{now.desired, running(now), edge_count(), 0, 0};
    add_edge(next(now, now.desired, rules));
    const int largest = std::min(rules.max, now.desired + rules.max_step);
    if (now.cooldown == 0) {
      for (int to = std::max(rules.min, now.desired - rules.max_step); to <= largest; ++to) {
        if (to != now.desired) {
          add_edge(next(now, to, rules));
        }
      }
    }
    state.first_panic = edge_count();
    if (now.cooldown == 0 && rules.doubling) {
      for (int to = largest + 1; to <= std::min(rules.max, 2 * now.desired); ++to) {
        add_edge(next(now, to, rules));
      }
    }
    state.last_edge = edge_count();
    graph.states.push_back(state);
  }
  return graph;
}

}  // namespace skep
