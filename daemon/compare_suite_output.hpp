// What skep compare prints of the trace suite, and its report page.
#pragma once

#include "daemon/compare_suite.hpp"

#include <vector>

#include <nlohmann/json.hpp>

namespace skep {

void print_json(const std::vector<SuiteRow>& rows);
void print_tables(const std::vector<SuiteRow>& rows);

/// The rows of a cell are next to each other.
nlohmann::ordered_json report_data(const std::vector<SuiteRow>& rows);

}  // namespace skep
