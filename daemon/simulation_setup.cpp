#include "daemon/simulation_setup.hpp"

#include "config/duration.hpp"
#include "config/loader.hpp"
#include "daemon/trace_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <CLI/CLI.hpp>

namespace skep {
namespace {

/// The peak of the trace in parts of max when --peak is not given: busy, but not saturated.
constexpr double kUsualPeak = 0.64;
const std::string kMD1 = "M/D/1";
const std::string kMM1 = "M/M/1";
/// Virtual time must fit a clock with room to spare.
constexpr double kLongestTraceSeconds = 100.0 * 365 * 86400;

/// CLI::Range lets NaN through.
CLI::Validator is_number() {
  return CLI::Validator(
      [](const std::string& text) {
        const bool is_nan = std::isnan(std::strtod(text.c_str(), nullptr));
        return is_nan ? text + " is no number" : std::string();
      },
      "", "number");
}

/// False after the error was told.
bool read_duration(const char* option, const std::string& text, Duration least, Duration& value) {
  const ParsedDuration parsed = parse_duration(text);
  if (parsed.value && *parsed.value >= least) {
    value = *parsed.value;
    return true;
  }
  const std::string why =
      parsed.value ? "must be at least " + format_duration(least) + "." : parsed.error;
  std::fprintf(stderr, "skep: %s: %s\n", option, why.c_str());
  return false;
}

const ServiceSettings* find_service(const Settings& settings, const std::string& name) {
  if (name.empty()) return settings.services.size() == 1 ? &settings.services.front() : nullptr;
  for (const ServiceSettings& service : settings.services) {
    if (service.name == name) return &service;
  }
  return nullptr;
}

/// Empty after the errors were told.
std::optional<SimulationSetup> read_service(const SimulationOptions& options) {
  SimulationSetup setup;
  if (options.config_file.empty()) {
    if (options.service.empty()) return setup;
    std::fprintf(stderr, "skep: --service: it names a service of --config FILE; give that too.\n");
    return std::nullopt;
  }
  const LoadResult loaded = load_config_file(options.config_file, process_environment());
  for (const Problem& problem : loaded.problems) {
    std::fprintf(stderr, "%s\n", format_problem(problem).c_str());
  }
  if (!loaded.settings) return std::nullopt;
  if (const ServiceSettings* found = find_service(*loaded.settings, options.service)) {
    setup.prometheus = loaded.settings->prometheus;
    setup.state = loaded.settings->state;
    setup.service = *found;
    return setup;
  }
  std::string names;
  for (const ServiceSettings& service : loaded.settings->services) {
    names += (names.empty() ? "" : ", ") + service.name;
  }
  std::fprintf(stderr, "skep: name one of the configured services with --service: %s.\n",
               names.c_str());
  return std::nullopt;
}

}  // namespace

void add_simulation_options(CLI::App& command, SimulationOptions& options) {
  const auto option = [&command](const char* name, auto& value, const char* text,
                                 const char* type) {
    return command.add_option(name, value, text)->type_name(type);
  };
  option("--service", options.service, "which service of the configuration (default: the only one)",
         "NAME");
  option("--step", options.step, "how long a row lasts (default: 60s)", "DURATION");
  option("--peak", options.peak,
         "scale the trace so that its 99.9th percentile keeps N replicas 100% busy (default: 0.64 "
         "of max)",
         "N")
      ->check(is_number())
      ->check(CLI::Range(1e-6, 1e6));
  option("--startup", options.startup,
         "a new replica runs after this long, and the agent is told so (default: as configured)",
         "DURATION");
  option("--lag", options.lag,
         "metrics are N ticks late, and the agent is told so (default: as configured)", "N")
      ->check(CLI::Range(0, kMostDelayTicks));
  option("--noise", options.noise,
         "measured CPU is off by up to this part of itself, 0 to 0.99 (default: 0)", "X")
      ->check(is_number())
      ->check(CLI::Range(0.0, 0.99));
  option("--service-time", options.service_time,
         "of one request, for the metrics load and latency where the service has them (default: "
         "5ms)",
         "DURATION");
  option("--queue", options.queue, "what latency comes from, M/D/1 or M/M/1 (default: M/D/1)",
         "MODEL")
      ->check(CLI::IsMember({kMD1, kMM1}));
}

std::optional<SimulationSetup> prepare_simulation(const SimulationOptions& options) {
  Duration step{};
  Duration startup{};
  Duration service_time{};
  if (!read_duration("--step", options.step, 1ms, step) ||
      !read_duration("--startup", options.startup.empty() ? "0s" : options.startup, 0s, startup) ||
      !read_duration("--service-time", options.service_time, 1ms, service_time)) {
    return std::nullopt;
  }
  std::optional<SimulationSetup> read = read_service(options);
  if (!read) return std::nullopt;
  SimulationSetup& setup = *read;
  setup.step = step;
  setup.settings = setup.service.controller;
  setup.settings.dry_run = false;
  setup.settings.agent.shadow = false;
  if (setup.settings.random_seed == 0) setup.settings.random_seed = 1;
  if (ticks_up(startup, setup.settings.interval) > kMostDelayTicks) {
    std::fprintf(stderr, "skep: --startup: is more than 1,000 intervals of %s; make it shorter.\n",
                 format_duration(setup.settings.interval).c_str());
    return std::nullopt;
  }
  // What the options say of the world the agent is told too, as a configuration would.
  EnvironmentSettings& environment = setup.settings.environment;
  if (!options.startup.empty()) environment.startup = startup;
  if (options.lag) environment.lag = *options.lag * setup.settings.interval;
  setup.simulator.seed = setup.settings.random_seed;
  setup.simulator.startup = environment.startup;
  setup.simulator.lag_ticks = ticks_up(environment.lag, setup.settings.interval);
  setup.simulator.noise = options.noise;
  const MetricsSettings& metrics = setup.service.metrics;
  if (metrics.load || metrics.latency) setup.simulator.service_time = service_time;
  setup.simulator.measures_demand = metrics.load.has_value();
  if (options.queue == kMM1) setup.simulator.queue = QueueModel::kMM1;
  return read;
}

std::string scale_load(std::vector<double>& load, double peak, const SimulationSetup& setup) {
  const double seconds = static_cast<double>(load.size()) * to_seconds(setup.step);
  if (seconds > kLongestTraceSeconds) {
    return "would last more than 100 years: give a shorter --step.";
  }
  if (seconds < to_seconds(setup.simulator.startup)) {
    return "is over before the first new replica runs, after the start-up of " +
           format_duration(setup.simulator.startup) + ": give a shorter --startup.";
  }
  const double high = peak_of(load).load;
  if (high <= 0) return "is 0 everywhere: choose another one.";
  if (high < kLeastPeak) return "has a peak below 1e-15: give the load in a smaller unit.";
  const double factor = (peak > 0 ? peak : kUsualPeak * setup.settings.replicas.max) / high;
  for (double& value : load) value *= factor;
  return {};
}

}  // namespace skep
