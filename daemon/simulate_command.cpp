#include "daemon/simulate_command.hpp"

#include "config/duration.hpp"
#include "core/controller.hpp"
#include "core/simulator.hpp"
#include "core/words.hpp"
#include "daemon/fail.hpp"
#include "daemon/output_file.hpp"
#include "daemon/progress.hpp"
#include "daemon/trace_file.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace skep {
namespace {

std::string quoted(const std::string& text) {
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? std::string("\"\"") : std::string(1, c);
  return cell + "\"";
}

void write_header(std::FILE* file) {
  std::fputs("tick,time,load,cpu,replicas,action,target_replicas,reason,cost\n", file);
}

void write_row(std::FILE* file, const SimulatedDecision& step) {
  const Decision& decision = step.decision;
  std::fprintf(file, "%llu,%.3f,%.6g,%.6g,%d,%s,%d,%s,%.6g\n",
               static_cast<unsigned long long>(decision.tick), to_seconds(step.time), step.load,
               decision.cpu_percent, decision.replicas.desired,
               std::string(sign_name(decision.change)).c_str(), decision.target_replicas,
               quoted(decision.reason).c_str(), step.cost);
}

void print_summary(const ServiceSettings& service, const TraceColumn& column, Duration step,
                   const SimulationResult& result) {
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
  row("peak", peak_text(peak_of(column.values)));
  row("ticks", std::to_string(result.ticks));
  row("violations", number("%.3f%%", result.violations_percent()) + " of the ticks");
  row("replica-hours", number("%.2f", result.replica_hours));
  row("mean replicas", number("%.3f", result.mean_replicas()));
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
  option("--config", options.simulation.config_file, "the configuration file", "FILE")->required();
  option("--trace", options.trace_file,
         "the load: CSV with a header; empty and NaN cells hold the value before", "CSV")
      ->required();
  option("--column", options.column,
         "which column of the trace, in any unit (default: the first numeric one after the first)",
         "NAME");
  add_simulation_options(*command, options.simulation);
  option("--out", options.out,
         "write every decision to this CSV file, which is there when it is whole", "FILE");
  command->footer(
      "Load and cost: a load of 1 keeps one replica 100% busy; the cost of a tick is minus the\n"
      "reward of the service's configuration. dry_run is ignored, and a random_seed of 0 counts\n"
      "as 1, so that the same command gives the same result.");
  return command;
}

int run_simulate(const SimulateOptions& options) {
  const std::optional<SimulationSetup> setup = prepare_simulation(options.simulation);
  if (!setup) return 2;
  const ControllerSettings& settings = setup->settings;
  const Duration step = setup->step;

  TraceSelection selection;
  if (!options.column.empty()) selection.names = {options.column};
  selection.most = 1;
  selection.by_time = true;
  Result<std::vector<TraceColumn>> read = read_trace_file(options.trace_file, selection);
  if (!read) {
    return fail_in_file(read.error().code == ErrorCode::kNotFound ? 2 : 1, read.error().message);
  }
  TraceColumn& column = read->front();
  const std::string times = column.times.text(step);
  if (!times.empty()) std::fprintf(stderr, "%s: %s\n", options.trace_file.c_str(), times.c_str());
  const std::string unusable = scale_load(column.values, options.simulation.peak, *setup);
  if (!unusable.empty()) {
    return fail_in_file(1, options.trace_file + ": column '" + column.name + "' " + unusable);
  }
  const double seconds = static_cast<double>(column.values.size()) * to_seconds(step);

  const std::string input = refuse_input_as_output(
      "--out", options.out, {options.trace_file, options.simulation.config_file});
  if (!input.empty()) return fail(2, input);
  OutputFile out;
  if (!options.out.empty()) {
    const std::string unwritable = out.open(options.out);
    if (!unwritable.empty()) return fail(1, unwritable);
    write_header(out.stream());
  }

  SimulatedService simulated(setup->simulator, first_replicas(settings, column.values.front()));
  Controller controller(settings,
                        out.is_open() ? Controller::Detail::kFull : Controller::Detail::kNumbers);
  SimulationResult result;
  {
    Progress progress("simulating");
    result = simulate(controller, simulated, column.values, step,
                      [&progress, &out, seconds](const SimulatedDecision& one) {
                        if (out.is_open()) write_row(out.stream(), one);
                        progress.at(to_seconds(one.time) / seconds);
                      });
  }
  if (out.is_open()) {
    const std::string incomplete = out.finish();
    if (!incomplete.empty()) return fail(1, incomplete);
  }
  print_summary(setup->service, column, step, result);
  return 0;
}

}  // namespace skep
