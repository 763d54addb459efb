// The states that a simulated service can be in at its ticks, and the ways between them: replicas,
// what is left of the cooldown, and what is starting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace skep {

/// What moves a service from tick to tick.
struct ServiceRules {
  int min = 1;
  int max = 10;
  int max_step = 1;        ///< the largest change of one tick
  bool doubling = false;   ///< up to twice as many are allowed where a panic may be
  int startup_ticks = 1;   ///< a new replica runs so many ticks after its command, >= 1
  int cooldown_ticks = 1;  ///< from one command to the next, >= 1
};

struct ServiceGraph {
  struct State {
    int desired = 0;
    int running = 0;
    /// Its ways are edges[first_edge] to edges[last_edge - 1]; the first one changes nothing, and
    /// those from first_panic on are for a panic only.
    std::uint32_t first_edge = 0;
    std::uint32_t first_panic = 0;
    std::uint32_t last_edge = 0;
  };

  std::vector<State> states;         ///< the first one is the beginning
  std::vector<std::uint32_t> edges;  ///< the state at the next tick
};

/// All that can be reached from `replicas` that run, with no cooldown. Empty when that is more than
/// `most_states`.
std::optional<ServiceGraph> make_service_graph(const ServiceRules& rules, int replicas,
                                               std::size_t most_states);

}  // namespace skep
