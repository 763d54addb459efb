// The user's own traces for skep compare: every policy with the configured controller and guard on
// a simulated service, the best rule in hindsight, and the optimum.
#pragma once

#include "core/scorecard.hpp"
#include "core/settings.hpp"
#include "daemon/compare_command.hpp"
#include "daemon/policy_map.hpp"
#include "daemon/report_series.hpp"
#include "daemon/simulation_setup.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace skep {

inline constexpr const char* kBestRule = "best_rule";
inline constexpr const char* kOptimum = "optimum";

/// One policy on one trace.
struct ComparedRun {
  std::string policy;
  Scorecard card;
  ReportSeries series;
  PolicyMap map;  ///< at the end of the trace; empty for a policy that has none
};

struct ComparedTrace {
  std::string name;
  std::vector<double> load;       ///< in units of one replica at 100%
  std::vector<ComparedRun> runs;  ///< the policies, then best_rule, then optimum
  TargetSettings best_rule;
  bool exact_optimum = true;  ///< false: it is a bound below the optimum

  const ComparedRun& best() const { return runs[runs.size() - 2]; }
  const ComparedRun& optimum() const { return runs.back(); }
};

struct TraceComparison {
  SimulationSetup setup;
  std::vector<ComparedTrace> traces;
};

/// Every setting of target tracking that the best rule is sought among: targets from 3/8 of the CPU
/// limit to all of it in steps of 1/32, tolerances of 0, 5 and 10%, scale-in windows of 0, 2, 5,
/// 10, 20 and 60 ticks.
std::vector<TargetSettings> rule_grid(const ControllerSettings& settings);

/// Returns the exit status, see run_compare.
int compare_traces(const CompareOptions& options, std::vector<PolicyType> policies);

}  // namespace skep
