#include "daemon/train_command.hpp"

#include "config/duration.hpp"
#include "config/policy_name.hpp"
#include "core/training.hpp"
#include "daemon/excerpt.hpp"
#include "daemon/fail.hpp"
#include "daemon/progress.hpp"
#include "daemon/state_store.hpp"
#include "daemon/trace_file.hpp"
#include "daemon/train_history.hpp"
#include "daemon/train_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>

namespace skep {
namespace {

/// Or the exit status, after what is wrong was told.
using HistoryOrStatus = std::variant<TrainingHistory, int>;

/// Leaves out what comes before the first load and after the last, and says so; `name` is that of a
/// point. Returns the number of the point at which the last load ends.
std::size_t drop_ends(TrainingHistory& history,
                      const std::function<std::string(std::size_t)>& name) {
  std::vector<double>& loads = history.load.loads;
  const auto is_load = [](double load) { return !std::isnan(load); };
  const auto first = std::find_if(loads.begin(), loads.end(), is_load);
  if (first == loads.end()) return 0;
  const auto end = std::find_if(loads.rbegin(), loads.rend(), is_load).base();
  const auto number = [&loads](auto at) { return static_cast<std::size_t>(at - loads.begin()); };
  if (first != loads.begin()) {
    history.notes.push_back("The history begins at " + name(number(first)) +
                            ": there is no data before that.");
  }
  if (end != loads.end()) {
    history.notes.push_back("The history ends at " + name(number(end) - 1) +
                            ": there is no data after that.");
  }
  const std::size_t end_number = number(end);
  loads.erase(end, loads.end());
  loads.erase(loads.begin(), first);
  return end_number;
}

HistoryOrStatus history_of_trace(const TrainOptions& options, const SimulationSetup& setup) {
  TraceSelection selection;
  if (!options.column.empty()) selection.names = {options.column};
  selection.most = 1;
  selection.keep_gaps = true;
  selection.by_time = true;
  Result<std::vector<TraceColumn>> read = read_trace_file(options.trace_file, selection);
  if (!read) {
    return fail_in_file(read.error().code == ErrorCode::kNotFound ? 2 : 1, read.error().message);
  }
  TraceColumn& column = read->front();
  const std::string unusable = scale_load(column.values, options.simulation.peak, setup);
  if (!unusable.empty()) {
    return fail_in_file(1, options.trace_file + ": column '" + column.name + "' " + unusable);
  }
  TrainingHistory history;
  history.load.loads = std::move(column.values);
  history.load.known = history.load.loads.size() - column.gaps;
  drop_ends(history, [](std::size_t row) { return "row " + std::to_string(row + 1); });
  history.step = setup.step;
  history.source = options.trace_file + ", column " + column.name;
  const std::string times = column.times.text(setup.step);
  if (!times.empty()) history.notes.push_back(options.trace_file + ": " + times);
  history.notes.push_back(
      "RAM of a replica is taken to be 20% and up to 20% more with its CPU, since a trace does not "
      "tell it.");
  return history;
}

/// What had to be assumed, a sentence each.
std::vector<std::string> notes_of(const ServiceHistory& history, const LoadHistory& load,
                                  Duration interval) {
  std::vector<std::string> notes = excerpts(history.warnings);
  for (std::string& warning : notes) warning = "Prometheus warns: " + warning;
  if (history.grid.step > interval) {
    notes.push_back("A point every " + format_duration(interval) +
                    " would be more than 500,000, so each of these is held for several ticks; a "
                    "shorter --from trains on what the daemon sees.");
  }
  if (history.unusable > 0) {
    notes.push_back(std::to_string(history.unusable) +
                    " values were NaN, infinite, negative or above 1e12, and count as gaps.");
  }
  if (load.saturated > 0) {
    notes.push_back(
        std::to_string(load.saturated) +
        " points were saturated, so their demand is hidden: it is taken to be 15% above "
        "what the replicas could do. A load query would tell it.");
  }
  if (history.measured.replicas.empty()) {
    notes.push_back(
        "How many replicas ran is not known (see metrics.replicas), so demand hidden by saturation "
        "is not seen.");
  }
  if (!load.ram_known) {
    notes.push_back(
        "RAM of a replica is taken to be 20% and up to 20% more with its CPU: without the history "
        "of the replicas it cannot be told.");
  }
  return notes;
}

HistoryOrStatus history_of_prometheus(const TrainOptions& options, const SimulationSetup& setup) {
  const ParsedDuration from = parse_duration(options.from);
  if (!from.value) return fail(2, "--from: " + from.error);
  if (*from.value < std::chrono::seconds(1)) return fail(2, "--from: must be at least 1s.");
  std::string full_name = options.full_name;
  if (full_name.empty()) {
    if (setup.service.match == NameMatch::kPrefix) {
      return fail(2,
                  "the configuration has only the beginning of the service's name: give all of it "
                  "with --full-name.");
    }
    full_name = setup.service.name;
  }
  std::optional<Progress> progress("asking Prometheus");
  const Result<ServiceHistory> read =
      read_service_history(setup.prometheus, setup.service, full_name, *from.value,
                           [&progress](double part) { progress->at(part); });
  progress.reset();
  if (!read) {
    return fail(read.error().code == ErrorCode::kInvalid ? 2 : 1, read.error().message);
  }
  TrainingHistory history;
  history.load = load_history(read->measured);
  history.step = read->grid.step;
  history.source = "Prometheus since " + rfc3339(read->grid.start);
  history.notes = notes_of(*read, history.load, setup.settings.interval);
  const auto time_of = [&grid = read->grid](std::size_t point) {
    return grid.start + static_cast<Duration::rep>(point) * grid.step;
  };
  history.end = time_of(
      drop_ends(history, [&time_of](std::size_t point) { return rfc3339(time_of(point)); }));
  return history;
}

/// The simulated service behaves like the one that was measured.
SimulatorSettings like_measured(SimulatorSettings simulator, const LoadHistory& load) {
  if (load.ram_known) {
    simulator.ram_base_percent = load.ram_base_percent;
    simulator.ram_per_load_percent = load.ram_per_load_percent;
  }
  if (load.service_time > Duration::zero() && simulator.service_time > Duration::zero()) {
    simulator.service_time = load.service_time;
  }
  return simulator;
}

/// Puts what was learned in place of what the state file holds; returns the exit status.
int save(StateStore& store, const std::string& service, const Snapshot& learned,
         const std::string& folder) {
  const Result<StateStore::Loaded> before = store.load(service, moment_now());
  if (!before) return fail(1, before.error().message);
  if (before->warning) std::fprintf(stderr, "skep: %s\n", before->warning->c_str());
  if (before->snapshot) {
    const Result<std::string> copy = store.keep_copy(service, wall_now());
    if (!copy) return fail(1, copy.error().message);
    std::printf("The state that was there is kept in %s.\n", copy->c_str());
  }
  const Snapshot snapshot =
      with_learned(before->snapshot.value_or(Snapshot{}), before->age, learned);
  if (const std::optional<Error> failed = store.save(service, snapshot, moment_now())) {
    return fail(1, failed->message);
  }
  std::printf("Saved to %s: skep run starts from it.\n", folder.c_str());
  return 0;
}

}  // namespace

CLI::App* add_train_command(CLI::App& app, TrainOptions& options) {
  CLI::App* command = app.add_subcommand(
      "train", "Let the agent of a service learn from its load of the past, before it scales.");
  const auto option = [command](const char* name, auto& value, const char* text, const char* type) {
    return command->add_option(name, value, text)->type_name(type);
  };
  option("--config", options.simulation.config_file, "the configuration file", "FILE")->required();
  CLI::Option* trace = option("--trace", options.trace_file,
                              "the load: CSV with a header; nothing is learned over "
                              "empty and NaN cells",
                              "CSV");
  CLI::Option* from = option("--from", options.from,
                             "ask the configured Prometheus for the last DURATION of the service's "
                             "own metrics, such as 7d",
                             "DURATION")
                          ->excludes(trace);
  option("--column", options.column,
         "which column of the trace, in any unit (default: the first numeric one after the first)",
         "NAME")
      ->excludes(from);
  option("--full-name", options.full_name,
         "the full name of the service, where the configuration has a prefix", "NAME")
      ->excludes(trace);
  add_simulation_options(*command, options.simulation);
  for (const char* of_trace : {"--step", "--peak"}) command->get_option(of_trace)->excludes(from);
  command->add_flag("--dry-run", options.dry_run,
                    "only say what it would have done; the saved state stays as it is");
  command->footer(
      "Stop the daemon first, for the state folder is locked while it runs. What was learned "
      "takes\n"
      "the place of what the state file knew, of which a copy is kept; cooldown and pause stay.\n"
      "With less than 500 ticks of history nothing is changed, and the prior is used.");
  return command;
}

int run_train(const TrainOptions& options) {
  if (options.trace_file.empty() == options.from.empty()) {
    return fail(2, "give the load of the past: --trace CSV, or --from 7d for that in Prometheus.");
  }
  const SimulationOptions& simulation = options.simulation;
  if ((!simulation.startup.empty() || simulation.lag) && !options.dry_run) {
    return fail(2,
                "--startup and --lag go with --dry-run only, since skep run could not start from "
                "what is learned for others than configured: write environment.startup and "
                "environment.lag into the configuration.");
  }
  const std::optional<SimulationSetup> setup = prepare_simulation(simulation);
  if (!setup) return 2;
  const ControllerSettings& settings = setup->settings;
  const std::string& service = setup->service.name;
  const PolicyType policy = settings.agent.policy;
  if (!can_learn(settings)) {
    return fail(2, std::string("the policy ") + policy_name(policy) + " of " + service +
                       " is a rule, which learns nothing: choose another agent.policy.");
  }
  std::optional<StateStore> store;
  if (!options.dry_run) {
    Result<StateStore> opened = StateStore::open(setup->state.path);
    if (!opened) return fail(1, opened.error().message);
    store.emplace(std::move(*opened));
  }

  const HistoryOrStatus got = options.from.empty() ? history_of_trace(options, *setup)
                                                   : history_of_prometheus(options, *setup);
  if (const int* status = std::get_if<int>(&got)) return *status;
  const TrainingHistory& history = std::get<TrainingHistory>(got);
  print_history(service, history);
  const double ticks = static_cast<double>(history.load.known) *
                       std::min(1.0, to_seconds(history.step) / to_seconds(settings.interval));
  if (ticks < static_cast<double>(kLeastTrainingTicks)) {
    std::printf(
        "\nThis is too little history: %.0f ticks with data, and at least %zu are needed. Nothing "
        "was saved; the agent starts from its prior, and learns as it runs.\n",
        ticks, kLeastTrainingTicks);
    return 0;
  }
  TrainingResult result;
  {
    Progress progress("training");
    result = train(settings, like_measured(setup->simulator, history.load), history.load.loads,
                   history.step, [&progress](double part) { progress.at(part); });
  }
  if (history.end) {
    const Duration since_end = std::max(Duration::zero(), Duration(wall_now() - *history.end));
    result.learned.last_load = {settings.interval + since_end, settings.interval};
  }
  print_training(result, policy);
  return store ? save(*store, service, result.learned, setup->state.path) : 0;
}

}  // namespace skep
