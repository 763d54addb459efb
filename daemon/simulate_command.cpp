#include "daemon/simulate_command.hpp"

#include "config/duration.hpp"
#include "config/loader.hpp"
#include "core/controller.hpp"
#include "core/simulator.hpp"
#include "core/words.hpp"
#include "daemon/trace_file.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <unistd.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace skep {
namespace {

/// The peak of the trace in parts of max when --peak is not given: busy, but not saturated.
constexpr double kUsualPeak = 0.64;
constexpr double kPeakQuantile = 0.999;
/// Virtual time must fit a clock with room to spare.
constexpr double kLongestTraceSeconds = 100.0 * 365 * 86400;

int fail(int status, const std::string& message) {
  std::fprintf(stderr, "skep: %s\n", message.c_str());
  return status;
}

/// Empty when the option is right.
std::string read_duration(const char* option, const std::string& text, Duration least,
                          Duration& value) {
  const ParsedDuration parsed = parse_duration(text);
  if (!parsed.value) return std::string(option) + ": " + parsed.error;
  if (*parsed.value < least) {
    return std::string(option) + ": must be at least " + format_duration(least) + ".";
  }
  value = *parsed.value;
  return {};
}

const ServiceSettings* find_service(const Settings& settings, const std::string& name) {
  if (name.empty()) return settings.services.size() == 1 ? &settings.services.front() : nullptr;
  for (const ServiceSettings& service : settings.services) {
    if (service.name == name) return &service;
  }
  return nullptr;
}

std::string service_names(const Settings& settings) {
  std::string names;
  for (const ServiceSettings& service : settings.services) {
    names += (names.empty() ? "" : ", ") + service.name;
  }
  return names;
}

std::string quoted(const std::string& text) {
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + "\"";
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

void write_header(std::FILE* file) {
  std::fputs("tick,time,load,cpu_percent,replicas,action,target_replicas,reason,cost\n", file);
}

void write_row(std::FILE* file, const SimulatedDecision& step) {
  const Decision& decision = step.decision;
  std::fprintf(file, "%llu,%.3f,%.6g,%.6g,%d,%s,%d,%s,%.6g\n",
               static_cast<unsigned long long>(decision.tick), to_seconds(step.time), step.load,
               decision.cpu_percent, decision.replicas.desired,
               action_name(decision.change).c_str(), decision.target_replicas,
               quoted(decision.reason).c_str(), step.cost);
}

/// One line on a terminal that is written over.
class Progress {
 public:
  explicit Progress(Duration whole) : whole_(whole), shown_(::isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (last_percent_ >= 0) std::fputs("\r\x1b[K", stderr);
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void at(Duration time) {
    if (!shown_ || ++calls_ % 4096 != 0) return;
    const int percent = static_cast<int>(100 * to_seconds(time) / to_seconds(whole_));
    if (percent == last_percent_) return;
    last_percent_ = percent;
    std::fprintf(stderr, "\rsimulating: %d%%", percent);
  }

 private:
  Duration whole_;
  bool shown_;
  unsigned calls_ = 0;
  int last_percent_ = -1;
};

void print_summary(const ServiceSettings& service, const TraceColumn& column, Duration step,
                   double peak, const SimulationResult& result) {
  const auto row = [](const char* name, const std::string& value) {
    std::printf("%-16s %s\n", name, value.c_str());
  };
  const auto number = [](const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return std::string(text);
  };
  row("service", service.name);
  row("trace", column.name + ", " + std::to_string(column.values.size()) + " rows of " +
                   format_duration(step) + ", " + std::to_string(column.gaps) + " gaps filled");
  row("peak", number("%.4g", peak) + " replicas' worth of load");
  row("ticks", std::to_string(result.ticks));
  row("violations", number("%.3f%%", result.violations_percent()) + " of the ticks");
  row("replica-hours", number("%.2f", result.replica_hours));
  row("mean replicas", number("%.3f", result.mean_replicas));
  row("changes", std::to_string(result.changes));
  row("reversals", std::to_string(result.reversals));
  row("mean cost", number("%.6f", result.mean_cost()) + " a tick");
}

}  // namespace

CLI::App* add_simulate_command(CLI::App& app, SimulateOptions& options) {
  CLI::App* command = app.add_subcommand(
      "simulate", "Run a service's own controller on a simulated Swarm in virtual time.");
  const auto option = [command](const char* name, auto& value, const char* text, const char* type) {
    return command->add_option(name, value, text)->type_name(type);
  };
  option("--config", options.config_file, "the configuration file", "FILE")->required();
  option("--trace", options.trace_file,
         "the load: CSV with a header; empty and NaN cells hold the value before", "CSV")
      ->required();
  option("--service", options.service, "which service of the configuration (default: the only one)",
         "NAME");
  option("--column", options.column,
         "which column of the trace, in any unit (default: the first numeric one after the first)",
         "NAME");
  option("--step", options.step, "how long a row lasts (default: 60s)", "DURATION");
  option("--peak", options.peak,
         "scale the trace so that its 99.9th percentile keeps N replicas 100% busy (default: 0.64 "
         "of max)",
         "N")
      ->check(CLI::Range(1e-6, 1e6));
  option("--startup", options.startup, "a new replica runs after this long (default: 0s)",
         "DURATION");
  option("--lag", options.lag, "metrics are N ticks late (default: 0)", "N")
      ->check(CLI::Range(0, 100000));
  option("--noise", options.noise,
         "measured CPU is off by up to this part of itself, 0 to 0.99 (default: 0)", "X")
      ->check(CLI::Range(0.0, 0.99));
  option("--service-time", options.service_time,
         "of one request, for the metrics load and latency where the service has them (M/D/1; "
         "default: 5ms)",
         "DURATION");
  option("--out", options.out, "write every decision to this CSV file", "FILE");
  command->footer(
      "Load and cost: a load of 1 keeps one replica 100% busy; the cost of a tick is minus the\n"
      "reward of the service's configuration. dry_run is ignored, and a random_seed of 0 counts\n"
      "as 1, so that the same command gives the same result.");
  return command;
}

int run_simulate(const SimulateOptions& options) {
  Duration step{};
  SimulatorSettings simulator;
  Duration service_time{};
  for (const std::string& wrong :
       {read_duration("--step", options.step, 1ms, step),
        read_duration("--startup", options.startup, 0s, simulator.startup),
        read_duration("--service-time", options.service_time, 1ms, service_time)}) {
    if (!wrong.empty()) return fail(2, wrong);
  }
  simulator.lag_ticks = options.lag;
  simulator.noise = options.noise;

  const LoadResult loaded = load_config_file(options.config_file, process_environment());
  for (const Problem& problem : loaded.problems) {
    std::fprintf(stderr, "%s\n", format_problem(problem).c_str());
  }
  if (!loaded.settings) return 2;
  const ServiceSettings* found = find_service(*loaded.settings, options.service);
  if (found == nullptr) {
    return fail(2, "name one of the configured services with --service: " +
                       service_names(*loaded.settings) + ".");
  }
  const ServiceSettings& service = *found;
  ControllerSettings settings = service.controller;
  settings.dry_run = false;
  if (settings.random_seed == 0) settings.random_seed = 1;
  simulator.seed = settings.random_seed;
  const MetricsSettings& metrics = service.metrics;
  if (metrics.load || metrics.latency) simulator.service_time = service_time;

  TraceSelection selection;
  if (!options.column.empty()) selection.name = options.column;
  selection.most = 1;
  Result<std::vector<TraceColumn>> read = read_trace_file(options.trace_file, selection);
  if (!read) {
    // These messages begin with FILE or FILE:LINE, which editors and people look for.
    std::fprintf(stderr, "%s\n", read.error().message.c_str());
    return read.error().code == ErrorCode::kNotFound ? 2 : 1;
  }
  TraceColumn& column = read->front();
  const double high = quantile(column.values, kPeakQuantile);
  if (high <= 0) {
    return fail(1, options.trace_file + ": column '" + column.name +
                       "' is 0 nearly everywhere: choose another one with --column.");
  }
  const double seconds = static_cast<double>(column.values.size()) * to_seconds(step);
  if (seconds > kLongestTraceSeconds) {
    return fail(2, "--step: the trace would last more than 100 years; give a shorter step.");
  }
  const double peak = options.peak > 0 ? options.peak : kUsualPeak * settings.replicas.max;
  for (double& value : column.values) value *= peak / high;

  File out(nullptr, &std::fclose);
  if (!options.out.empty()) {
    out.reset(std::fopen(options.out.c_str(), "wb"));
    if (out == nullptr) {
      return fail(1, "cannot write " + options.out + "; check its folder and its owner.");
    }
    write_header(out.get());
  }

  // As many replicas as the first row needs.
  const double first = std::ceil(
      std::min(column.values.front() * 100 / settings.environment.reward.limits.cpu_percent, 1e6));
  const int replicas =
      std::clamp(static_cast<int>(first), settings.replicas.min, settings.replicas.max);
  SimulatedService simulated(simulator, replicas);
  Controller controller(settings, out ? Controller::Detail::kFull : Controller::Detail::kNumbers);
  SimulationResult result;
  {
    Progress progress(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
    result = simulate(controller, simulated, column.values, step,
                      [&progress, &out](const SimulatedDecision& one) {
                        if (out) write_row(out.get(), one);
                        progress.at(one.time);
                      });
  }
  if (out) {
    const bool broken = std::ferror(out.get()) != 0;
    if (std::fclose(out.release()) != 0 || broken) {
      return fail(1, "cannot write all of " + options.out + "; is the disk full?");
    }
  }
  print_summary(service, column, step, peak, result);
  return 0;
}

}  // namespace skep
