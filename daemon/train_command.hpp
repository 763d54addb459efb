// skep train: a service's agent learns from a load history before it scales anything.
#pragma once

#include "daemon/simulation_setup.hpp"

#include <string>

namespace CLI {
class App;
}

namespace skep {

/// As on the command line: either `trace_file` or `from`.
struct TrainOptions {
  SimulationOptions simulation;
  std::string trace_file;
  std::string column;     ///< of the trace; empty: the first numeric one after the first column
  std::string from;       ///< a duration
  std::string full_name;  ///< of the service, where the configuration has a prefix; empty: none
  bool dry_run = false;   ///< everything but the state file
};

/// Adds the command; `options` is filled in when it is parsed.
CLI::App* add_train_command(CLI::App& app, TrainOptions& options);

/// Returns the exit status: 0 done, or too little history, which leaves the state as it is; 1 the
/// history cannot be had or the state cannot be saved; 2 wrong usage or a bad configuration.
int run_train(const TrainOptions& options);

}  // namespace skep
