// What a controller has learned, as a picture: which replica count it wants at which load.
#pragma once

#include "core/controller.hpp"

#include <vector>

namespace skep {

struct PolicyMap {
  std::vector<double> loads;             ///< in units of one replica's limit, rising
  std::vector<int> replicas;             ///< that run
  std::vector<std::vector<int>> wanted;  ///< [replicas][load]
};

/// Empty when the agent cannot tell. Loads from 0 to what `max` replicas can do at most.
PolicyMap policy_map(const Controller& controller);

}  // namespace skep
