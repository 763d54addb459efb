#include "daemon/compare_suite.hpp"

#include "core/suite_benchmark.hpp"
#include "daemon/trace_folder.hpp"
#include "daemon/work_list.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>

#include <nlohmann/json.hpp>

namespace skep {
namespace {

using Runner = std::function<suite::Score(const suite::Cell&, std::uint64_t seed)>;

struct Entry {
  std::string policy;
  Runner run;
};

struct Row {
  const std::string* trace;
  suite::Cell cell;
  const Entry* entry;
  suite::Score score;
  double best_hpa = 0;
  double optimum = 0;
  /// Empty for the optimum, which does not care for the first quarter.
  std::optional<double> first_quarter_ratio;
  double hpa_50 = 0;
};

struct Summary {
  std::string_view setting;
  std::string policy;
  double log_sum = 0;
  double worst = 0;
  double hpa_50_sum = 0;
  std::optional<double> worst_first_quarter;
  double cells = 0;

  double geometric_mean() const { return std::exp(log_sum / cells); }
  double mean_ratio_to_hpa50() const { return hpa_50_sum / cells; }
};

/// The baselines come last, in this order.
constexpr std::size_t kBaselines = 3;

std::vector<Entry> all_entries(const std::vector<ComparedPolicy>& policies) {
  std::vector<Entry> entries;
  for (const ComparedPolicy& policy : policies) {
    entries.push_back(
        {policy.name, [type = policy.type](const suite::Cell& cell, std::uint64_t seed) {
           ControllerSettings settings = suite::settings(type, cell);
           settings.random_seed = seed;
           return suite::run_policy(cell, settings);
         }});
  }
  const auto baseline = [](suite::Score (*run)(const suite::Cell&)) {
    return [run](const suite::Cell& cell, std::uint64_t) { return run(cell); };
  };
  entries.push_back({"hpa_best", baseline(suite::run_best_hpa)});
  entries.push_back({"hpa_50", baseline(suite::run_hpa_50)});
  entries.push_back({"optimum", baseline(suite::run_optimum)});
  return entries;
}

/// The rows of a cell are next to each other, in the order of the entries.
void relate(std::vector<Row>& rows, std::size_t entries) {
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

std::vector<Summary> summarise(const std::vector<Row>& rows, const std::vector<Entry>& entries) {
  std::vector<Summary> summaries;
  for (const suite::Setting& setting : suite::kSettings) {
    for (const Entry& entry : entries) {
      Summary summary;
      summary.setting = setting.name;
      summary.policy = entry.policy;
      for (const Row& row : rows) {
        if (row.entry != &entry || row.cell.setting.name != setting.name) continue;
        const double ratio = row.score.cost / row.best_hpa;
        summary.log_sum += std::log(ratio);
        summary.worst = std::max(summary.worst, ratio);
        summary.hpa_50_sum += row.score.cost / row.hpa_50;
        if (row.first_quarter_ratio) {
          summary.worst_first_quarter =
              std::max(summary.worst_first_quarter.value_or(0), *row.first_quarter_ratio);
        }
        ++summary.cells;
      }
      summaries.push_back(std::move(summary));
    }
  }
  return summaries;
}

nlohmann::ordered_json or_null(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

void print_json(const std::vector<Row>& rows, const std::vector<Summary>& summaries) {
  nlohmann::ordered_json json;
  json["benchmark"] = "suite";
  json["rows"] = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    const RewardWeights& weights = row.cell.weights;
    nlohmann::ordered_json object;
    object["trace"] = *row.trace;
    object["setting"] = row.cell.setting.name;
    object["weights"] = {weights.performance, weights.resources, weights.adaptation};
    object["policy"] = row.entry->policy;
    object["cost"] = row.score.cost;
    object["ratio_to_best_hpa"] = row.score.cost / row.best_hpa;
    object["ratio_to_optimum"] = row.score.cost / row.optimum;
    object["first_quarter_ratio_to_hpa50"] = or_null(row.first_quarter_ratio);
    object["violations_percent"] = row.score.violations_percent;
    object["mean_replicas"] = row.score.mean_replicas;
    object["changes"] = row.score.changes;
    json["rows"].push_back(std::move(object));
  }
  json["summary"] = nlohmann::ordered_json::array();
  for (const Summary& summary : summaries) {
    nlohmann::ordered_json object;
    object["setting"] = summary.setting;
    object["policy"] = summary.policy;
    object["geometric_mean"] = summary.geometric_mean();
    object["worst"] = summary.worst;
    object["mean_ratio_to_hpa50"] = summary.mean_ratio_to_hpa50();
    object["worst_first_quarter"] = or_null(summary.worst_first_quarter);
    json["summary"].push_back(std::move(object));
  }
  std::printf("%s\n", json.dump().c_str());
}

void print_tables(const std::vector<Row>& rows, const std::vector<Summary>& summaries) {
  int width = 5;
  for (const Row& row : rows) width = std::max(width, static_cast<int>(row.trace->size()));
  std::printf("%-*s %-6s %-14s %-16s %8s %8s %8s %7s %8s %8s\n", width, "trace", "set", "weights",
              "policy", "cost", "/bestHPA", "/optimum", "late%", "replicas", "changes");
  for (const Row& row : rows) {
    const RewardWeights& w = row.cell.weights;
    std::printf("%-*s %-6s %.2f/%.2f/%.2f %-16s %8.5f %8.3f %8.3f %7.2f %8.2f %8zu\n", width,
                row.trace->c_str(), row.cell.setting.name.data(), w.performance, w.resources,
                w.adaptation, row.entry->policy.c_str(), row.score.cost,
                row.score.cost / row.best_hpa, row.score.cost / row.optimum,
                row.score.violations_percent, row.score.mean_replicas, row.score.changes);
  }
  std::printf("\n%-6s %-16s %10s %8s %10s %14s\n", "set", "policy", "geo. mean", "worst",
              "/HPA 50%", "first quarter");
  for (const Summary& s : summaries) {
    std::printf("%-6s %-16s %10.3f %8.3f %10.3f ", s.setting.data(), s.policy.c_str(),
                s.geometric_mean(), s.worst, s.mean_ratio_to_hpa50());
    s.worst_first_quarter ? std::printf("%14.3f\n", *s.worst_first_quarter)
                          : std::printf("%14s\n", "-");
  }
  std::printf(
      "\ngeo. mean and worst: cost against the best HPA in hindsight, over all cells; first "
      "quarter: the worst against HPA 50%%;\nlate%%: ticks over the allowed utilisation.\n");
}

}  // namespace

int compare_suite(const CompareOptions& options, const std::vector<ComparedPolicy>& policies) {
  Result<std::vector<Trace>> traces = read_trace_folder(options.traces);
  if (!traces) {
    // These messages begin with FILE or FILE:LINE, which editors and people look for.
    std::fprintf(stderr, "%s\n", traces.error().message.c_str());
    return 1;
  }
  for (Trace& trace : *traces) {
    trace.values = suite::scaled(trace.values);
    if (trace.values.empty()) {
      std::fprintf(stderr, "skep: the trace %s has hardly any load in it: take it out of %s.\n",
                   trace.name.c_str(), options.traces.c_str());
      return 1;
    }
  }
  if (traces->empty()) {
    std::fprintf(stderr, "skep: %s has no *.csv file with a numeric column after its first.\n",
                 options.traces.c_str());
    return 1;
  }
  const std::vector<Entry> entries = all_entries(policies);
  std::vector<Row> rows;
  for (const suite::Setting& setting : suite::kSettings) {
    for (const Trace& trace : *traces) {
      for (const RewardWeights& weights : suite::kWeightings) {
        for (const Entry& entry : entries) {
          rows.push_back({&trace.name, {trace.values, weights, setting}, &entry, {}, 0, 0, {}, 0});
        }
      }
    }
  }
  std::vector<std::function<void()>> pieces;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    pieces.emplace_back([&row = rows[i], i] { row.score = row.entry->run(row.cell, i + 1); });
  }
  work_off(pieces);
  relate(rows, entries.size());
  const std::vector<Summary> summaries = summarise(rows, entries);
  options.json ? print_json(rows, summaries) : print_tables(rows, summaries);
  return 0;
}

}  // namespace skep
