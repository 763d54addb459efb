#include "daemon/compare_trace.hpp"

#include "config/policy_name.hpp"
#include "config/table_size.hpp"
#include "core/service_optimum.hpp"
#include "daemon/compare_trace_output.hpp"
#include "daemon/compare_trace_report.hpp"
#include "daemon/fail.hpp"
#include "daemon/report_page.hpp"
#include "daemon/trace_file.hpp"
#include "daemon/trace_folder.hpp"
#include "daemon/work_list.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <utility>

namespace skep {
namespace {

constexpr std::size_t kMostWindows = 200;
constexpr std::size_t kReportParts = 800;

Duration length_of(const std::vector<double>& load, Duration step) {
  return static_cast<Duration::rep>(load.size()) * step;
}

ComparedRun empty_run(const std::string& policy, const SimulationSetup& setup,
                      const std::vector<double>& load, bool with_series) {
  const Duration interval = setup.settings.interval;
  const Duration length = length_of(load, setup.step);
  const auto ticks = static_cast<std::size_t>((length + interval - Duration(1)) / interval);
  return {policy,
          Scorecard(setup.settings, setup.simulator, length, std::min(ticks, kMostWindows)),
          ReportSeries(ticks, with_series ? kReportParts : 0),
          {}};
}

/// Writes the ticks of a run down.
std::function<void(const SimulatedTick&)> recorder(ComparedRun& run, const SimulationSetup& setup) {
  const Limits limits = setup.settings.environment.reward.limits;
  const double price = AutoscaleEnv(setup.settings).price_of_change();
  return [&run, interval = setup.settings.interval, limits, price](const SimulatedTick& tick) {
    run.card.add(tick);
    const auto number = static_cast<std::size_t>(tick.time / interval);
    if (tick.change != 0) run.series.add_cost(number, price);
    if (tick.time % interval != Duration::zero()) return;
    run.series.add(number, tick.load * 100 / limits.cpu_percent, tick.truth.replicas.running,
                   violates(tick.truth.metrics, limits), tick.cost);
  };
}

void run_controller(ComparedRun& run, const SimulationSetup& setup,
                    const ControllerSettings& settings, const std::vector<double>& load) {
  Controller controller(settings, Controller::Detail::kNumbers);
  SimulatedService service(setup.simulator, first_replicas(settings, load.front()));
  simulate(controller, service, load, setup.step, {}, recorder(run, setup));
  run.map = policy_map(controller);
}

/// The cost of a run, summed as a Scorecard does, and nothing else.
double rule_cost(const SimulationSetup& setup, const ControllerSettings& settings,
                 const std::vector<double>& load) {
  Controller controller(settings, Controller::Detail::kNumbers);
  SimulatedService service(setup.simulator, first_replicas(settings, load.front()));
  const double price = AutoscaleEnv(settings).price_of_change();
  double cost = 0;
  simulate(controller, service, load, setup.step, {},
           [&cost, price, interval = settings.interval](const SimulatedTick& tick) {
             cost += tick.time % interval == Duration::zero() ? tick.cost : 0;
             cost += tick.change != 0 ? price : 0;
           });
  return cost;
}

ControllerSettings rule_settings(const SimulationSetup& setup, const TargetSettings& target) {
  ControllerSettings settings = setup.settings;
  settings.agent.policy = PolicyType::kTargetTracking;
  settings.agent.target = target;
  return settings;
}

/// Scales the traces of one file and adds them, but for those that cannot be compared, which it
/// says.
void add_traces(TraceComparison& comparison, Traces traces, double peak) {
  const SimulationSetup& setup = comparison.setup;
  for (const std::string& why : traces.left_out) tell_left_out(why);
  std::string told;  // of the file whose columns these are
  for (Trace& trace : traces.usable) {
    const std::string times = trace.times.text(setup.step);
    if (!times.empty() && told != trace.file) {
      std::fprintf(stderr, "%s: %s\n", trace.file.c_str(), times.c_str());
    }
    told = trace.file;
    const std::string unusable = scale_load(trace.values, peak, setup);
    if (!unusable.empty()) {
      tell_left_out(trace.where + " " + unusable);
      continue;
    }
    if (peak_of(trace.values).largest) {
      std::fprintf(stderr, "%s is scaled by its largest value, since load is rare.\n",
                   trace.where.c_str());
    }
    ComparedTrace compared;
    compared.name = std::move(trace.name);
    compared.load = std::move(trace.values);
    comparison.traces.push_back(std::move(compared));
  }
}

/// Returns the exit status; not 0 after the error was told.
int read_all(const CompareOptions& options, TraceComparison& comparison) {
  Result<Traces> traces = read_trace_files(options.trace_files, options.columns);
  if (!traces) {
    return fail_in_file(traces.error().code == ErrorCode::kNotFound ? 2 : 1,
                        traces.error().message);
  }
  add_traces(comparison, std::move(*traces), options.simulation.peak);
  if (!comparison.traces.empty()) return 0;
  return fail(1, "no trace is left to compare.");
}

/// The runs of all policies and of the optimum, and the costs of all rules of the grid, on all
/// cores; then the best rule of each trace.
void run_all(TraceComparison& comparison, const std::vector<PolicyType>& policies,
             bool with_series) {
  const SimulationSetup& setup = comparison.setup;
  const std::vector<TargetSettings> grid = rule_grid(setup.settings);
  std::vector<std::vector<double>> grid_costs(comparison.traces.size(),
                                              std::vector<double>(grid.size()));
  std::vector<std::function<void()>> pieces;
  for (ComparedTrace& trace : comparison.traces) {
    for (const PolicyType policy : policies) {
      trace.runs.push_back(empty_run(policy_name(policy), setup, trace.load, with_series));
    }
    trace.runs.push_back(empty_run(kBestRule, setup, trace.load, with_series));
    trace.runs.push_back(empty_run(kOptimum, setup, trace.load, with_series));
    for (std::size_t i = 0; i < policies.size(); ++i) {
      pieces.emplace_back([&trace, &setup, i, policy = policies[i]] {
        ControllerSettings settings = setup.settings;
        settings.agent.policy = policy;
        run_controller(trace.runs[i], setup, settings, trace.load);
      });
    }
    pieces.emplace_back([&trace, &setup] {
      const ServiceOptimum optimum(setup.settings, setup.simulator,
                                   first_replicas(setup.settings, trace.load.front()));
      trace.exact_optimum = optimum.exact();
      optimum.run(trace.load, setup.step, recorder(trace.runs.back(), setup));
    });
  }
  for (std::size_t t = 0; t < comparison.traces.size(); ++t) {
    for (std::size_t i = 0; i < grid.size(); ++i) {
      pieces.emplace_back(
          [&cost = grid_costs[t][i], &setup, &rule = grid[i], &load = comparison.traces[t].load] {
            cost = rule_cost(setup, rule_settings(setup, rule), load);
          });
    }
  }
  work_off(pieces);

  pieces.clear();
  for (std::size_t t = 0; t < comparison.traces.size(); ++t) {
    const auto best = std::min_element(grid_costs[t].begin(), grid_costs[t].end());
    ComparedTrace& trace = comparison.traces[t];
    trace.best_rule = grid[static_cast<std::size_t>(best - grid_costs[t].begin())];
    pieces.emplace_back([&trace, &setup] {
      run_controller(trace.runs[trace.runs.size() - 2], setup,
                     rule_settings(setup, trace.best_rule), trace.load);
    });
  }
  work_off(pieces);
}

}  // namespace

std::vector<TargetSettings> rule_grid(const ControllerSettings& settings) {
  constexpr std::array kTolerances{0.0, 0.05, 0.1};
  constexpr std::array kWindowTicks{0, 2, 5, 10, 20, 60};
  std::vector<TargetSettings> grid;
  for (const double tolerance : kTolerances) {
    for (int part = 12; part <= 32; ++part) {
      for (const int window : kWindowTicks) {
        grid.push_back({settings.environment.reward.limits.cpu_percent * part / 32, tolerance,
                        Duration::zero(), window * settings.interval});
      }
    }
  }
  return grid;
}

int compare_traces(const CompareOptions& options, std::vector<PolicyType> policies) {
  std::optional<SimulationSetup> setup = prepare_simulation(options.simulation);
  if (!setup) return 2;
  const auto too_large = [&setup](PolicyType policy) {
    ControllerSettings settings = setup->settings;
    settings.agent.policy = policy;
    return table_is_too_large(settings);
  };
  for (const PolicyType policy : policies) {
    if (!too_large(policy)) continue;
    const std::string why =
        policy_name(policy) + " would need a table of more than 4 million cells here";
    if (!options.policies.empty()) return fail(2, why + "; leave it out of --policy.");
    std::fprintf(stderr, "%s. It is left out.\n", why.c_str());
  }
  std::erase_if(policies, too_large);
  TraceComparison comparison{std::move(*setup), {}};
  if (const int status = read_all(options, comparison)) return status;
  run_all(comparison, policies, !options.report.empty());
  options.json ? print_json(comparison) : print_tables(comparison);
  return options.report.empty() || write_report(report_data(comparison), options.report) ? 0 : 1;
}

}  // namespace skep
