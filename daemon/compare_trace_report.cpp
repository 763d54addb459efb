#include "daemon/compare_trace_report.hpp"

#include "config/duration.hpp"
#include "config/policy_name.hpp"
#include "daemon/compare_trace_output.hpp"
#include "daemon/report_page.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace skep {
namespace {

using Json = nlohmann::ordered_json;

Json metrics() {
  return Json::array(
      {report_column("cost", "cost", 5, true, "minus the reward, mean of a tick"),
       report_column("ratio", "/ best rule", 3, true, "cost against the best rule in hindsight"),
       report_column("regret", "regret", 5, true, "cost above the optimum"),
       report_column("late", "late %", 2, true, "ticks over a limit"),
       report_column("hours", "replica-hours", 1, true, "replicas, summed over the time"),
       report_column("changes", "changes", 0, false, "scale commands"),
       report_column("reversals", "turns", 0, false,
                     "changes against the direction of the one before"),
       report_column("theta_u", "θ under", 2, false, "missing replicas in % of the demand (SPEC)"),
       report_column("theta_o", "θ over", 2, false, "spare replicas in % of the demand (SPEC)"),
       report_column("tau_u", "τ under", 2, false, "% of the time with too few (SPEC)"),
       report_column("tau_o", "τ over", 2, false, "% of the time with too many (SPEC)"),
       report_column("unrest", "instability", 2, false,
                     "% of the steps in which supply and demand move apart (SPEC)")});
}

Json run_values(const ComparedTrace& trace, const ComparedRun& run) {
  const Scorecard& card = run.card;
  const double best = trace.best().card.cost();
  Json values;
  values["cost"] = card.cost();
  if (best > 0) values["ratio"] = card.cost() / best;
  values["regret"] = card.cost() - trace.optimum().card.cost();
  values["late"] = card.violations_percent();
  values["hours"] = card.replica_hours();
  values["changes"] = card.changes();
  values["reversals"] = card.reversals();
  values["theta_u"] = card.elasticity().under_accuracy_percent();
  values["theta_o"] = card.elasticity().over_accuracy_percent();
  values["tau_u"] = card.elasticity().under_time_percent();
  values["tau_o"] = card.elasticity().over_time_percent();
  values["unrest"] = card.elasticity().instability_percent();
  return values;
}

Json group(const ComparedTrace& trace, const SimulationSetup& setup) {
  Json json;
  json["trace"] = trace.name;
  json["variant"] = "";
  json["facts"] = {std::to_string(trace.load.size()) + " rows of " + format_duration(setup.step) +
                       "; the best rule has " + rule_text(trace.best_rule) + ".",
                   trace.exact_optimum
                       ? "The optimum is the cheapest way there is through this trace."
                       : "The optimum is a bound here, which nothing can reach."};
  const Duration length = static_cast<Duration::rep>(trace.load.size()) * setup.step;
  json["ticks"] = std::ceil(to_seconds(length) / to_seconds(setup.settings.interval));
  json["load"] = load_json(trace.runs.front().series);
  json["runs"] = Json::array();
  for (const ComparedRun& run : trace.runs) {
    Json object = series_json(run.series);
    object["policy"] = run.policy;
    object["values"] = run_values(trace, run);
    object["map"] = map_json(run.map);
    json["runs"].push_back(std::move(object));
  }
  json["pairs"] = Json::array();
  for (const PolicyPair& pair : policy_pairs(trace)) {
    const PairedDifference& difference = pair.difference;
    char text[96];
    if (pair.other_cost > 0) {
      const double percent = 100 / pair.other_cost;
      std::snprintf(text, sizeof text, "%+.1f%% [%+.1f, %+.1f]", percent * difference.mean,
                    percent * difference.low, percent * difference.high);
    } else {
      std::snprintf(text, sizeof text, "%+.5f [%+.5f, %+.5f]", difference.mean, difference.low,
                    difference.high);
    }
    json["pairs"].push_back({{"policy", pair.policy},
                             {"other", pair.other},
                             {"difference", difference.mean},
                             {"low", difference.low},
                             {"high", difference.high},
                             {"text", text}});
  }
  return json;
}

/// One row for each policy, over all traces.
Json summary(const TraceComparison& comparison) {
  Json json;
  json["text"] =
      "Cost against the best rule in hindsight: below 1 is cheaper than the best of 378 target-"
      "tracking rules that were tried on that very trace.";
  json["columns"] = Json::array({{{"label", "policy"}, {"policy", true}},
                                 report_column("", "geometric mean", 3, true, "over all traces"),
                                 report_column("", "worst trace", 3, true, ""),
                                 report_column("", "mean late %", 2, true, ""),
                                 report_column("", "replica-hours", 1, true, "sum of all traces"),
                                 report_column("", "changes", 0, false, "sum of all traces")});
  json["rows"] = Json::array();
  for (std::size_t i = 0; i < comparison.traces.front().runs.size(); ++i) {
    double logs = 0;
    double worst = 0;
    double late = 0;
    double hours = 0;
    std::uint64_t changes = 0;
    for (const ComparedTrace& trace : comparison.traces) {
      const Scorecard& card = trace.runs[i].card;
      const double ratio = card.cost() / trace.best().card.cost();
      logs += std::log(ratio);  // not a number where a cost is not above 0, which shows as none
      worst = std::max(worst, ratio);
      late += card.violations_percent();
      hours += card.replica_hours();
      changes += card.changes();
    }
    const auto traces = static_cast<double>(comparison.traces.size());
    json["rows"].push_back({comparison.traces.front().runs[i].policy, std::exp(logs / traces),
                            worst, late / traces, hours, changes});
  }
  return json;
}

}  // namespace

Json report_data(const TraceComparison& comparison) {
  const SimulationSetup& setup = comparison.setup;
  const ControllerSettings& settings = setup.settings;
  Json data;
  data["title"] = "skep: policies on your traces";
  data["subtitle"] = (setup.service.name.empty() ? "" : "Service " + setup.service.name + ". ") +
                     "A tick every " + format_duration(settings.interval) + ", cooldown " +
                     format_duration(settings.cooldown) + ", start-up " +
                     format_duration(setup.simulator.startup) + ", metrics " +
                     std::to_string(setup.simulator.lag_ticks) + " ticks late, " +
                     std::to_string(settings.replicas.min) + " to " +
                     std::to_string(settings.replicas.max) + " replicas.";
  data["notes"] = {
      "Simulated with the controller and the guard of the daemon, in virtual time, every policy "
      "from nothing. Cost is minus the reward of the service's configuration.",
      "θ, τ and instability are the elasticity metrics of the SPEC Research Group (Herbst et al., "
      "2016); demand is the fewest replicas that keep the limits, supply those that run.",
      "best_rule is the target-tracking rule with the least cost of 378 on that trace, known in "
      "hindsight only; optimum knows the trace and is held by bounds, steps, cooldown and start-up "
      "alone."};
  data["unit"] = "seconds";
  data["tick"] = to_seconds(settings.interval);
  data["limit"] = settings.environment.reward.limits.cpu_percent / 100;
  data["baseline"] = kBestRule;
  std::vector<std::string> policies;
  for (const ComparedRun& run : comparison.traces.front().runs) policies.push_back(run.policy);
  data["hidden"] = hidden_policies(policies, policy_name(settings.agent.policy), kBestRule);
  data["metrics"] = metrics();
  data["summary"] = summary(comparison);
  data["groups"] = Json::array();
  for (const ComparedTrace& trace : comparison.traces)
    data["groups"].push_back(group(trace, setup));
  return data;
}

}  // namespace skep
