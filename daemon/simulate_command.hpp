// skep simulate: the controller of a configured service on a simulated Swarm, over a trace.
#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace skep {

/// As on the command line.
struct SimulateOptions {
  std::string config_file;
  std::string trace_file;
  std::string service;  ///< empty: the only one
  std::string column;   ///< empty: the first numeric one after the first column
  std::string step = "60s";
  double peak = 0;  ///< 0: 0.64 of max
  std::string startup = "0s";
  std::string service_time = "5ms";
  int lag = 0;
  double noise = 0;
  std::string out;  ///< empty: none
};

/// Adds the command; `options` is filled in when it is parsed.
CLI::App* add_simulate_command(CLI::App& app, SimulateOptions& options);

/// Returns the exit status: 0 done, 1 a file cannot be read or written, 2 wrong usage or a bad
/// configuration.
int run_simulate(const SimulateOptions& options);

}  // namespace skep
