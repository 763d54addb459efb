// skep compare: policies and baselines side by side, on a benchmark or on the user's own traces.
#pragma once

#include "core/settings.hpp"
#include "daemon/simulation_setup.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace skep {

/// As on the command line: either `benchmark` and `traces`, or `trace_files`.
struct CompareOptions {
  std::string benchmark;  ///< rossi or suite
  std::string traces;     ///< a folder
  std::vector<std::string> trace_files;
  std::vector<std::string> columns;   ///< of each of them; empty: every numeric one but the first
  SimulationOptions simulation;       ///< for trace_files
  std::vector<std::string> policies;  ///< of the daemon, empty: the usual ones; the baselines are
                                      ///< always there
  bool training_part = false;         ///< of the benchmark, on which constants may be chosen
  bool json = false;
  std::string report;  ///< an HTML file to write; empty: none
};

/// Adds the command; `options` is filled in when it is parsed.
CLI::App* add_compare_command(CLI::App& app, CompareOptions& options);

/// Prints the comparison. Returns the exit status: 0 done, 1 a file cannot be read or written, 2
/// wrong usage or a bad configuration.
int run_compare(const CompareOptions& options);

}  // namespace skep
