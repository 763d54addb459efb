#include "daemon/compare_suite.hpp"

#include "config/policy_name.hpp"
#include "daemon/compare_suite_output.hpp"
#include "daemon/fail.hpp"
#include "daemon/report_page.hpp"
#include "daemon/trace_file.hpp"
#include "daemon/trace_folder.hpp"
#include "daemon/work_list.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>

namespace skep {
namespace {

/// Less than one trace alone has: the page holds every cell.
constexpr std::size_t kReportParts = 200;

/// What one run gives; `map` may be null.
using Runner =
    std::function<suite::Score(const suite::Cell&, std::vector<int>& replicas, PolicyMap* map)>;

struct Entry {
  std::string policy;
  Runner run;
};

/// The baselines come last, in this order.
constexpr std::size_t kBaselines = 3;

std::vector<Entry> all_entries(const std::vector<PolicyType>& policies) {
  std::vector<Entry> entries;
  for (const PolicyType policy : policies) {
    entries.push_back(
        {policy_name(policy),
         [policy](const suite::Cell& cell, std::vector<int>& replicas, PolicyMap* map) {
           ControllerSettings settings = suite::settings(policy, cell);
           settings.random_seed = 1;
           return suite::run_policy(cell, settings, replicas, [map](const Controller& controller) {
             if (map != nullptr) *map = policy_map(controller);
           });
         }});
  }
  const auto baseline = [](suite::Score (*run)(const suite::Cell&, std::vector<int>&)) {
    return [run](const suite::Cell& cell, std::vector<int>& replicas, PolicyMap*) {
      return run(cell, replicas);
    };
  };
  entries.push_back({"hpa_best", baseline(suite::run_best_hpa)});
  entries.push_back({"hpa_50", baseline(suite::run_hpa_50)});
  entries.push_back({"optimum", baseline(suite::run_optimum)});
  return entries;
}

ReportSeries series_of(const suite::Cell& cell, const std::vector<int>& replicas) {
  ReportSeries series(replicas.size(), kReportParts);
  for (std::size_t tick = 0; tick < replicas.size(); ++tick) {
    const double needed = cell.load[tick] / suite::kUtilisationLimit;
    const bool changed = tick > 0 && replicas[tick] != replicas[tick - 1];
    series.add(tick, needed, replicas[tick], needed > replicas[tick],
               suite::holding_cost(cell.weights, cell.load[tick], replicas[tick]) +
                   (changed ? cell.weights.adaptation : 0));
  }
  return series;
}

/// The rows of a cell are next to each other, in the order of the entries.
void relate(std::vector<SuiteRow>& rows, std::size_t entries) {
  for (std::size_t first = 0; first < rows.size(); first += entries) {
    const std::size_t end = first + entries;
    const suite::Score best_hpa = rows[end - kBaselines].score;
    const suite::Score hpa_50 = rows[end - 2].score;
    const suite::Score optimum = rows[end - 1].score;
    for (std::size_t i = first; i < end; ++i) {
      rows[i].best_hpa = best_hpa.cost;
      rows[i].hpa_50 = hpa_50.cost;
      rows[i].optimum = optimum.cost;
      if (i != end - 1) {
        rows[i].first_quarter_ratio = rows[i].score.first_quarter / hpa_50.first_quarter;
      }
    }
  }
}

/// What is wrong with a trace, as the end of a sentence; "" when nothing is.
std::string check_trace(const std::vector<double>& load) {
  if (load.size() < suite::kLeastTicks) {
    return "has fewer than " + std::to_string(suite::kLeastTicks) + " rows to run: give more.";
  }
  const Peak peak = peak_of(load);
  if (peak.load <= 0) return "is 0 everywhere: choose another one.";
  if (peak.largest) {
    return "has load in so few rows that its 99.9th percentile, by which it is scaled, is 0.";
  }
  return peak.load < kLeastPeak ? "has a peak below 1e-15: give the load in a smaller unit." : "";
}

/// Empty after the error was told.
std::vector<Trace> read_scaled(const std::string& folder, bool first_quarters) {
  Result<Traces> traces = read_trace_folder(folder);
  if (!traces) {
    fail_in_file(1, traces.error().message);
    return {};
  }
  for (const std::string& why : traces->left_out) tell_left_out(why);
  std::vector<Trace> scaled;
  for (Trace& trace : traces->usable) {
    std::vector<double>& load = trace.values;
    load.resize(std::min(load.size(), suite::kMostTicks));
    if (first_quarters) load.resize(load.size() / 4);
    const std::string unusable = check_trace(load);
    if (!unusable.empty()) {
      tell_left_out(trace.where + " " + unusable);
      continue;
    }
    load = suite::scaled(load);
    scaled.push_back(std::move(trace));
  }
  if (scaled.empty()) {
    std::fprintf(stderr,
                 "skep: %s has no *.csv file with load in a numeric column after its first.\n",
                 folder.c_str());
  }
  return scaled;
}

}  // namespace

std::vector<SuiteSummary> summarise(const std::vector<SuiteRow>& rows) {
  std::vector<SuiteSummary> summaries;
  std::vector<double> cells;
  for (const SuiteRow& row : rows) {
    const auto known =
        std::find_if(summaries.begin(), summaries.end(), [&row](const SuiteSummary& summary) {
          return summary.setting == row.cell.setting.name && summary.policy == row.policy;
        });
    const auto at = static_cast<std::size_t>(known - summaries.begin());
    if (known == summaries.end()) {
      summaries.push_back({std::string(row.cell.setting.name), row.policy, 0, 0, 0, {}});
      cells.push_back(0);
    }
    SuiteSummary& summary = summaries[at];
    const double ratio = row.score.cost / row.best_hpa;
    summary.geometric_mean += std::log(ratio);
    summary.worst = std::max(summary.worst, ratio);
    summary.mean_ratio_to_hpa50 += row.score.cost / row.hpa_50;
    if (row.first_quarter_ratio) {
      summary.worst_first_quarter =
          std::max(summary.worst_first_quarter.value_or(0), *row.first_quarter_ratio);
    }
    ++cells[at];
  }
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    summaries[i].geometric_mean = std::exp(summaries[i].geometric_mean / cells[i]);
    summaries[i].mean_ratio_to_hpa50 /= cells[i];
  }
  return summaries;
}

int compare_suite(const CompareOptions& options, const std::vector<PolicyType>& policies) {
  const std::vector<Trace> traces = read_scaled(options.traces, options.training_part);
  if (traces.empty()) return 1;
  const std::vector<Entry> entries = all_entries(policies);
  std::vector<SuiteRow> rows;
  for (const suite::Setting& setting : suite::kSettings) {
    for (const Trace& trace : traces) {
      for (const RewardWeights& weights : suite::kWeightings) {
        for (const Entry& entry : entries) {
          rows.push_back({trace.name, {trace.values, weights, setting}, entry.policy});
        }
      }
    }
  }
  const bool reports = !options.report.empty();
  std::vector<std::function<void()>> pieces;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    pieces.emplace_back([&row = rows[i], &run = entries[i % entries.size()].run, reports] {
      std::vector<int> replicas;
      row.score = run(row.cell, replicas, reports ? &row.map : nullptr);
      if (reports) row.series = series_of(row.cell, replicas);
    });
  }
  work_off(pieces);
  relate(rows, entries.size());
  options.json ? print_json(rows) : print_tables(rows);
  return !reports || write_report(report_data(rows), options.report) ? 0 : 1;
}

}  // namespace skep
