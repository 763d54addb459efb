// What skep train says of the history and of the agent.
#pragma once

#include "core/load_history.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"
#include "core/training.hpp"
#include "daemon/wall_clock.hpp"

#include <optional>
#include <string>
#include <vector>

namespace skep {

/// A history that an agent can be trained on.
struct TrainingHistory {
  LoadHistory load;
  Duration step{};
  std::optional<WallTime> end;     ///< of the last row; not known of a trace
  std::string source;              ///< "demo.csv, column requests", "Prometheus, since ..."
  std::vector<std::string> notes;  ///< sentences: what had to be assumed
};

void print_history(const std::string& service, const TrainingHistory& history);

/// The table, and in one sentence what the trained agent would have done on the last quarter
/// against target tracking.
void print_training(const TrainingResult& result, PolicyType policy);

}  // namespace skep
