// What every command needs that runs a configured service in the simulator: its options, and the
// settings that come of them.
#pragma once

#include "config/settings.hpp"
#include "core/settings.hpp"
#include "core/simulator.hpp"

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace skep {

/// As on the command line.
struct SimulationOptions {
  std::string config_file;  ///< empty: the defaults
  std::string service;      ///< empty: the only one
  std::string step = "60s";
  double peak = 0;         ///< 0: 0.64 of max
  std::string startup;     ///< empty: as configured
  std::optional<int> lag;  ///< ticks; empty: as configured
  std::string service_time = "5ms";
  std::string queue;  ///< M/D/1 or M/M/1; empty: M/D/1
  double noise = 0;
};

struct SimulationSetup {
  PrometheusSettings prometheus;
  StateSettings state;
  ServiceSettings service;
  ControllerSettings settings;  ///< of the service, without dry_run and shadow mode, and with a
                                ///< seed that is not 0
  SimulatorSettings simulator;
  Duration step{};  ///< how long a row of a trace lasts
};

/// Adds the options to a command; `options` is filled in when it is parsed.
void add_simulation_options(CLI::App& command, SimulationOptions& options);

/// Empty after the errors were told on standard error: a bad option or configuration.
std::optional<SimulationSetup> prepare_simulation(const SimulationOptions& options);

/// Scales a trace, whose gaps are NaN, so that its peak (see peak_of) keeps `peak` replicas busy,
/// or 0.64 of the service's largest count when that is 0. Returns what is wrong with the trace, as
/// the end of a sentence; empty when nothing is.
std::string scale_load(std::vector<double>& load, double peak, const SimulationSetup& setup);

}  // namespace skep
