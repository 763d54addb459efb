#include "config/policy_name.hpp"
#include "daemon/compare_rossi.hpp"
#include "daemon/report_page.hpp"

#include <string>
#include <vector>

namespace skep {
namespace {

using Json = nlohmann::ordered_json;

Json metrics() {
  return Json::array(
      {report_column("window", "cost of the window", 1, true, "sum of its ticks"),
       report_column("cost", "cost", 5, true, "mean of a tick"),
       report_column("optimum", "/ optimum", 3, true, "cost against the optimum"),
       report_column("late", "late %", 2, true, "ticks whose response takes longer than 50 ms"),
       report_column("replicas", "replicas", 2, true, "mean")});
}

std::string name(const RossiRow& row) { return row.policy + (row.trained ? ", trained" : ""); }

Json run(const RossiRow& row, const RossiRow& optimum, std::size_t window) {
  const RossiWindow& one = row.windows[window];
  double ticks = 0;
  double late = 0;
  double replicas = 0;
  for (const ReportSeries::Part& part : one.series.parts()) {
    ticks += static_cast<double>(part.ticks);
    late += static_cast<double>(part.violations);
    replicas += part.replicas;
  }
  Json values;
  values["window"] = one.cost;
  values["cost"] = one.cost / ticks;
  values["optimum"] = one.cost / optimum.windows[window].cost;
  values["late"] = 100 * late / ticks;
  values["replicas"] = replicas / ticks;
  Json json = series_json(one.series);
  json["policy"] = name(row);
  json["values"] = std::move(values);
  json["map"] = map_json(one.map);
  return json;
}

Json group(const std::vector<RossiRow>& rows, std::size_t window, std::size_t ticks, int lag) {
  const RossiRow& optimum = rows.back();
  Json json;
  json["trace"] = "window " + std::to_string(window + 1);
  json["variant"] = lag == 0 ? "current metrics" : std::to_string(lag) + " ticks late";
  json["facts"] = {std::to_string(ticks) + " ticks."};
  json["ticks"] = ticks;
  json["load"] = load_json(optimum.windows[window].series);
  json["runs"] = Json::array();
  json["pairs"] = Json::array();
  for (const RossiRow& row : rows) {
    if (row.lag == lag || &row == &optimum) json["runs"].push_back(run(row, optimum, window));
  }
  return json;
}

Json summary(const std::vector<RossiRow>& rows, std::size_t windows) {
  Json json;
  json["text"] = "Cost of a window, mean of " + std::to_string(windows) + " windows.";
  json["columns"] = Json::array(
      {{{"label", "policy"}},
       {{"label", "starts"}},
       report_column("", "metrics late by", 0, false, "ticks"),
       report_column("", "cost", 1, true, "0.09 a tick for all replicas, 0.90 for a late tick")});
  json["rows"] = Json::array();
  for (const RossiRow& row : rows) {
    json["rows"].push_back(
        {row.policy, row.trained ? "trained" : "from nothing", row.lag, row.cost});
  }
  return json;
}

}  // namespace

Json report_data(const std::vector<RossiRow>& rows, const rossi::Windows& windows) {
  const std::string& optimum = rows.back().policy;
  Json data;
  data["title"] = "skep: the published benchmark";
  data["subtitle"] =
      "Rossi, Nardelli, Cardellini 2019, horizontal scaling: 1 to 10 replicas in steps of 1, a "
      "response within 50 ms, on the requests of New York's taxis.";
  data["notes"] = {
      "Trained policies have learned from the ticks before the first window, the others begin each "
      "window with nothing.",
      "The optimum knows the window. The HPAs may change the count by any step."};
  data["unit"] = "ticks";
  data["tick"] = 1;
  data["limit"] = rossi::kUtilisationLimit;
  data["baseline"] = optimum;
  std::vector<std::string> policies;
  for (const RossiRow& row : rows) {
    if (row.lag == 0) policies.push_back(name(row));
  }
  data["hidden"] = hidden_policies(policies, policy_name(AgentSettings{}.policy), optimum);
  data["metrics"] = metrics();
  data["summary"] = summary(rows, windows.windows.size());
  data["groups"] = Json::array();
  for (std::size_t window = 0; window < windows.windows.size(); ++window) {
    for (const int lag : kRossiLags) {
      data["groups"].push_back(group(rows, window, windows.windows[window].size(), lag));
    }
  }
  return data;
}

}  // namespace skep
