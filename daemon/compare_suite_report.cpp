#include "config/policy_name.hpp"
#include "daemon/compare_suite_output.hpp"
#include "daemon/report_page.hpp"

#include <cmath>
#include <cstdio>
#include <string>

namespace skep {
namespace {

using Json = nlohmann::ordered_json;

Json metrics() {
  return Json::array(
      {report_column("cost", "cost", 5, true, "mean of a tick, over the last three quarters"),
       report_column("ratio", "/ best HPA", 3, true, "cost against the best HPA in hindsight"),
       report_column("optimum", "/ optimum", 3, true, "cost against the optimum"),
       report_column("first", "1st quarter / HPA 50%", 3, true, "cost of the first quarter"),
       report_column("late", "late %", 2, true, "ticks over the allowed utilisation"),
       report_column("replicas", "replicas", 2, true, "mean"),
       report_column("changes", "changes", 0, false, "of the replica count")});
}

std::string variant(const suite::Cell& cell) {
  char text[64];
  std::snprintf(text, sizeof text, "%s, weights %.2f / %.2f / %.2f", cell.setting.name.data(),
                cell.weights.performance, cell.weights.resources, cell.weights.adaptation);
  return text;
}

Json run(const SuiteRow& row) {
  Json values;
  values["cost"] = row.score.cost;
  values["ratio"] = row.score.cost / row.best_hpa;
  values["optimum"] = row.score.cost / row.optimum;
  if (row.first_quarter_ratio) values["first"] = *row.first_quarter_ratio;
  values["late"] = row.score.violations_percent;
  values["replicas"] = row.score.mean_replicas;
  values["changes"] = row.score.changes;
  Json json = series_json(row.series);
  json["policy"] = row.policy;
  json["values"] = std::move(values);
  json["map"] = map_json(row.map);
  return json;
}

Json summary(const std::vector<SuiteRow>& rows) {
  Json json;
  json["text"] =
      "Cost against the best of 378 HPA settings, chosen in hindsight for each cell: below 1 is "
      "cheaper than any of them.";
  json["columns"] = Json::array(
      {{{"label", "setting"}},
       {{"label", "policy"}},
       report_column("", "geometric mean", 3, false, "over all traces and weightings"),
       report_column("", "worst cell", 3, false, ""),
       report_column("", "mean / HPA 50%", 3, false, ""),
       report_column("", "worst 1st quarter / HPA 50%", 3, false, "while it still learns")});
  json["rows"] = Json::array();
  for (const SuiteSummary& one : summarise(rows)) {
    json["rows"].push_back({one.setting, one.policy, one.geometric_mean, one.worst,
                            one.mean_ratio_to_hpa50,
                            one.worst_first_quarter ? Json(*one.worst_first_quarter) : Json()});
  }
  return json;
}

}  // namespace

Json report_data(const std::vector<SuiteRow>& rows) {
  Json data;
  data["title"] = "skep: the trace suite";
  data["subtitle"] =
      "1 to 20 replicas, an allowed utilisation of 80%, no cooldown and no start-up; every policy "
      "learns from nothing, with the same parameters everywhere.";
  data["notes"] = {
      "step1 and step4: steps of at most 1 and 4; late3: steps of 1, and the observation is 3 "
      "ticks "
      "late. The weights are those of overload, replicas and changes.",
      "The scores are of the last three quarters, the charts of the whole trace. The optimum cares "
      "for the scored part only."};
  data["unit"] = "ticks";
  data["tick"] = 1;
  data["limit"] = suite::kUtilisationLimit;
  data["baseline"] = "hpa_best";
  std::vector<std::string> policies;
  for (const SuiteRow& row : rows) {
    if (row.trace == rows.front().trace && variant(row.cell) == variant(rows.front().cell)) {
      policies.push_back(row.policy);
    }
  }
  data["hidden"] = hidden_policies(policies, policy_name(AgentSettings{}.policy), "hpa_best");
  data["metrics"] = metrics();
  data["summary"] = summary(rows);
  data["groups"] = Json::array();
  for (const SuiteRow& row : rows) {
    const bool is_new = data["groups"].empty() || data["groups"].back()["trace"] != row.trace ||
                        data["groups"].back()["variant"] != variant(row.cell);
    if (is_new) {
      Json group;
      group["trace"] = row.trace;
      group["variant"] = variant(row.cell);
      group["facts"] = {std::to_string(row.cell.load.size()) + " ticks.", variant(row.cell) + "."};
      group["ticks"] = row.cell.load.size();
      group["load"] = load_json(row.series);
      group["runs"] = Json::array();
      group["pairs"] = Json::array();
      data["groups"].push_back(std::move(group));
    }
    data["groups"].back()["runs"].push_back(run(row));
  }
  return data;
}

}  // namespace skep
