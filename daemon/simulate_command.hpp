// skep simulate: the controller of a configured service on a simulated Swarm, over a trace.
#pragma once

#include "daemon/simulation_setup.hpp"

#include <string>

namespace CLI {
class App;
}

namespace skep {

/// As on the command line.
struct SimulateOptions {
  SimulationOptions simulation;
  std::string trace_file;
  std::string column;  ///< empty: the first numeric one after the first column
  std::string out;     ///< empty: none
};

/// Adds the command; `options` is filled in when it is parsed.
CLI::App* add_simulate_command(CLI::App& app, SimulateOptions& options);

/// Returns the exit status: 0 done, 1 a file cannot be read or written, 2 wrong usage or a bad
/// configuration.
int run_simulate(const SimulateOptions& options);

}  // namespace skep
