// The published benchmark for skep compare.
#pragma once

#include "core/rossi_benchmark.hpp"
#include "daemon/compare_command.hpp"
#include "daemon/policy_map.hpp"
#include "daemon/report_series.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace skep {

/// How late the observations are, in ticks.
inline constexpr std::array kRossiLags{0, 10};

/// What a policy did in one window.
struct RossiWindow {
  double cost = 0;
  ReportSeries series;
  PolicyMap map;  ///< at its end; empty of what is no policy of the daemon
};

/// A policy or a baseline in all windows.
struct RossiRow {
  std::string policy;
  bool trained;
  int lag;  ///< ticks
  std::function<double(const rossi::OnWindow&)> run;
  double cost = 0;                     ///< of a window, the mean
  std::vector<RossiWindow> windows{};  ///< for the report only
};

/// The report page. The last row is the optimum.
nlohmann::ordered_json report_data(const std::vector<RossiRow>& rows,
                                   const rossi::Windows& windows);

/// Returns the exit status, see run_compare.
int compare_rossi(const CompareOptions& options, const std::vector<PolicyType>& policies);

}  // namespace skep
