// The trace suite for skep compare.
#pragma once

#include "core/suite_benchmark.hpp"
#include "daemon/compare_command.hpp"
#include "daemon/policy_map.hpp"
#include "daemon/report_series.hpp"

#include <optional>
#include <string>
#include <vector>

namespace skep {

/// A policy or a baseline in one cell.
struct SuiteRow {
  std::string trace;
  suite::Cell cell;
  std::string policy;
  suite::Score score{};
  double best_hpa = 0;
  double hpa_50 = 0;
  double optimum = 0;
  /// Empty for the optimum, which does not care for the first quarter.
  std::optional<double> first_quarter_ratio{};
  ReportSeries series{1, 0};  ///< for the report only
  PolicyMap map{};
};

/// A policy in one setting, over all cells.
struct SuiteSummary {
  std::string setting;
  std::string policy;
  double geometric_mean = 0;  ///< of the cost against the best HPA in hindsight
  double worst = 0;           ///< of the same
  double mean_ratio_to_hpa50 = 0;
  std::optional<double> worst_first_quarter;
};

/// One row for each setting and policy.
std::vector<SuiteSummary> summarise(const std::vector<SuiteRow>& rows);

/// Returns the exit status, see run_compare.
int compare_suite(const CompareOptions& options, const std::vector<PolicyType>& policies);

}  // namespace skep
