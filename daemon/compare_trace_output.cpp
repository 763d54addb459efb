#include "daemon/compare_trace_output.hpp"

#include "config/duration.hpp"
#include "core/words.hpp"

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace skep {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kBootstrapSeed = 1;

void print_runs(const ComparedTrace& trace) {
  std::printf("%-16s %9s %7s %9s %7s %9s %7s %7s %7s %7s %7s %7s %7s\n", "policy", "cost", "/rule",
              "regret", "late%", "repl.-h", "changes", "turns", "thetaU", "thetaO", "tauU", "tauO",
              "unrest");
  for (const ComparedRun& run : trace.runs) {
    const Scorecard& card = run.card;
    const Elasticity& elasticity = card.elasticity();
    std::printf("%-16s %9.6f ", run.policy.c_str(), card.cost());
    // A cost below 0, which the reward of type thresholds can have, has no ratio.
    trace.best().card.cost() > 0 ? std::printf("%7.3f ", card.cost() / trace.best().card.cost())
                                 : std::printf("%7s ", "-");
    std::printf("%9.6f %7.3f %9.2f %7llu %7llu %7.3f %7.3f %7.3f %7.3f %7.3f\n",
                card.cost() - trace.optimum().card.cost(), card.violations_percent(),
                card.replica_hours(), static_cast<unsigned long long>(card.changes()),
                static_cast<unsigned long long>(card.reversals()),
                elasticity.under_accuracy_percent(), elasticity.over_accuracy_percent(),
                elasticity.under_time_percent(), elasticity.over_time_percent(),
                elasticity.instability_percent());
  }
}

void print_pairs(const ComparedTrace& trace) {
  for (const PolicyPair& pair : policy_pairs(trace)) {
    const PairedDifference& difference = pair.difference;
    const char* verdict = difference.high < 0  ? "cheaper"
                          : difference.low > 0 ? "dearer"
                                               : "no sure difference";
    std::printf("  %-16s against %-16s %+9.6f [%+9.6f, %+9.6f]", pair.policy.c_str(),
                pair.other.c_str(), difference.mean, difference.low, difference.high);
    if (pair.other_cost > 0) std::printf(" %+7.2f%%", 100 * difference.mean / pair.other_cost);
    std::printf("  %s\n", verdict);
  }
}

Json run_json(const ComparedTrace& trace, const ComparedRun& run) {
  const Scorecard& card = run.card;
  const auto ratio = [&card](const ComparedRun& other) {
    return other.card.cost() > 0 ? Json(card.cost() / other.card.cost()) : Json();
  };
  Json json;
  json["trace"] = trace.name;
  json["policy"] = run.policy;
  json["cost"] = card.cost();
  json["ratio_to_best_rule"] = ratio(trace.best());
  json["ratio_to_optimum"] = ratio(trace.optimum());
  json["regret"] = card.cost() - trace.optimum().card.cost();
  json["violations_percent"] = card.violations_percent();
  json["replica_hours"] = card.replica_hours();
  json["mean_replicas"] = card.mean_replicas();
  json["changes"] = card.changes();
  json["reversals"] = card.reversals();
  json["theta_u_percent"] = card.elasticity().under_accuracy_percent();
  json["theta_o_percent"] = card.elasticity().over_accuracy_percent();
  json["tau_u_percent"] = card.elasticity().under_time_percent();
  json["tau_o_percent"] = card.elasticity().over_time_percent();
  json["instability_percent"] = card.elasticity().instability_percent();
  return json;
}

}  // namespace

std::vector<PolicyPair> policy_pairs(const ComparedTrace& trace) {
  std::vector<PolicyPair> pairs;
  for (std::size_t i = 0; i + 1 < trace.runs.size(); ++i) {
    const ComparedRun& run = trace.runs[i];
    for (std::size_t j = i + 1; j + 1 < trace.runs.size(); ++j) {
      const ComparedRun& other = trace.runs[j];
      pairs.push_back(
          {run.policy, other.policy, other.card.cost(),
           paired_difference(run.card.window_costs(), other.card.window_costs(), kBootstrapSeed)});
    }
  }
  return pairs;
}

std::string rule_text(const TargetSettings& rule) {
  return "target " + number_text(rule.cpu_percent) + "%, tolerance " +
         number_text(100 * rule.tolerance) + "%, scale-in window " +
         format_duration(rule.scale_in_stabilization);
}

void print_tables(const TraceComparison& comparison) {
  const SimulationSetup& setup = comparison.setup;
  std::printf(
      "A tick every %s, cooldown %s, start-up %s, metrics %d ticks late, %d to %d replicas\n",
      format_duration(setup.settings.interval).c_str(),
      format_duration(setup.settings.cooldown).c_str(),
      format_duration(setup.simulator.startup).c_str(), setup.simulator.lag_ticks,
      setup.settings.replicas.min, setup.settings.replicas.max);
  for (const ComparedTrace& trace : comparison.traces) {
    std::printf("\n%s: %zu rows of %s\n", trace.name.c_str(), trace.load.size(),
                format_duration(setup.step).c_str());
    print_runs(trace);
    std::printf("best_rule: %s\n", rule_text(trace.best_rule).c_str());
    if (!trace.exact_optimum) {
      std::printf("optimum: a bound here, which nothing can reach; see docs/decisions.md\n");
    }
    std::printf("Cost a tick against one another, with 95%% confidence:\n");
    print_pairs(trace);
  }
  std::printf(
      "\ncost: minus the reward, mean of a tick; /rule: against the best rule in hindsight; "
      "regret: "
      "cost above the optimum;\nlate%%: ticks over a limit; turns: changes against the one before; "
      "theta, tau, unrest: SPEC elasticity, in %%.\n");
}

void print_json(const TraceComparison& comparison) {
  Json json;
  json["benchmark"] = "trace";
  json["rows"] = Json::array();
  json["pairs"] = Json::array();
  json["traces"] = Json::array();
  for (const ComparedTrace& trace : comparison.traces) {
    for (const ComparedRun& run : trace.runs) json["rows"].push_back(run_json(trace, run));
    for (const PolicyPair& pair : policy_pairs(trace)) {
      Json object;
      object["trace"] = trace.name;
      object["policy"] = pair.policy;
      object["other"] = pair.other;
      object["difference"] = pair.difference.mean;
      object["low"] = pair.difference.low;
      object["high"] = pair.difference.high;
      json["pairs"].push_back(std::move(object));
    }
    Json object;
    object["trace"] = trace.name;
    object["rows"] = trace.load.size();
    object["best_rule"] = rule_text(trace.best_rule);
    object["exact_optimum"] = trace.exact_optimum;
    json["traces"].push_back(std::move(object));
  }
  // A file name need not be UTF-8.
  std::printf("%s\n", json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

}  // namespace skep
