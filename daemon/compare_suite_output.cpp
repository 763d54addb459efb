#include "daemon/compare_suite_output.hpp"

#include <algorithm>
#include <cstdio>

namespace skep {
namespace {

nlohmann::ordered_json or_null(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

}  // namespace

void print_json(const std::vector<SuiteRow>& rows) {
  nlohmann::ordered_json json;
  json["benchmark"] = "suite";
  json["rows"] = nlohmann::ordered_json::array();
  for (const SuiteRow& row : rows) {
    const RewardWeights& weights = row.cell.weights;
    nlohmann::ordered_json object;
    object["trace"] = row.trace;
    object["setting"] = row.cell.setting.name;
    object["weights"] = {weights.performance, weights.resources, weights.adaptation};
    object["policy"] = row.policy;
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
  for (const SuiteSummary& summary : summarise(rows)) {
    nlohmann::ordered_json object;
    object["setting"] = summary.setting;
    object["policy"] = summary.policy;
    object["geometric_mean"] = summary.geometric_mean;
    object["worst"] = summary.worst;
    object["mean_ratio_to_hpa50"] = summary.mean_ratio_to_hpa50;
    object["worst_first_quarter"] = or_null(summary.worst_first_quarter);
    json["summary"].push_back(std::move(object));
  }
  // A file name need not be UTF-8.
  std::printf("%s\n",
              json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

void print_tables(const std::vector<SuiteRow>& rows) {
  int width = 5;
  for (const SuiteRow& row : rows) width = std::max(width, static_cast<int>(row.trace.size()));
  std::printf("%-*s %-6s %-14s %-16s %8s %8s %8s %7s %8s %8s\n", width, "trace", "set", "weights",
              "policy", "cost", "/bestHPA", "/optimum", "late%", "replicas", "changes");
  for (const SuiteRow& row : rows) {
    const RewardWeights& w = row.cell.weights;
    std::printf("%-*s %-6s %.2f/%.2f/%.2f %-16s %8.5f %8.3f %8.3f %7.2f %8.2f %8zu\n", width,
                row.trace.c_str(), row.cell.setting.name.data(), w.performance, w.resources,
                w.adaptation, row.policy.c_str(), row.score.cost, row.score.cost / row.best_hpa,
                row.score.cost / row.optimum, row.score.violations_percent, row.score.mean_replicas,
                row.score.changes);
  }
  std::printf("\n%-6s %-16s %10s %8s %10s %14s\n", "set", "policy", "geo. mean", "worst",
              "/HPA 50%", "first quarter");
  for (const SuiteSummary& s : summarise(rows)) {
    std::printf("%-6s %-16s %10.3f %8.3f %10.3f ", s.setting.c_str(), s.policy.c_str(),
                s.geometric_mean, s.worst, s.mean_ratio_to_hpa50);
    s.worst_first_quarter ? std::printf("%14.3f\n", *s.worst_first_quarter)
                          : std::printf("%14s\n", "-");
  }
  std::printf(
      "\ngeo. mean and worst: cost against the best HPA in hindsight, over all cells; first "
      "quarter: the worst against HPA 50%%;\nlate%%: ticks over the allowed utilisation.\n");
}

}  // namespace skep
