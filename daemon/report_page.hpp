// The page of a comparison: one HTML file that needs nothing else. Its text, style and script are
// in daemon/report/ and become a part of the program.
#pragma once

#include "daemon/policy_map.hpp"
#include "daemon/report_series.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace skep {

/// What a chart needs of a run: low, high, mean (replicas), late (percent of the ticks) and cost
/// (mean of a tick), each by part of the time.
nlohmann::ordered_json series_json(const ReportSeries& series);
/// The load of a run: low and high by part, in replicas at their limit.
nlohmann::ordered_json load_json(const ReportSeries& series);
/// Null for an empty map.
nlohmann::ordered_json map_json(const PolicyMap& map);

/// A column of numbers in a table. `key` names the value of a run, "" where rows are given; `best`:
/// the least of the column stands out.
nlohmann::ordered_json report_column(const char* key, const char* label, int digits, bool best,
                                     const char* hint);

/// The policies that are not drawn at first, so that a chart can be read: all but the one that
/// `policy` names (or the first, when it is not there), target tracking and the baseline.
nlohmann::ordered_json hidden_policies(const std::vector<std::string>& policies,
                                       const std::string& policy, const std::string& baseline);

/// The page that shows `data`; page.js says what is in it. Whatever is in its strings stays text.
std::string report_page(const nlohmann::ordered_json& data);

/// Whether write_report will find a file that it may write. Changes nothing. False after the error
/// was told.
bool can_write_report(const std::string& file);

/// Writes the page to `file`. False after the error was told.
bool write_report(const nlohmann::ordered_json& data, const std::string& file);

}  // namespace skep
