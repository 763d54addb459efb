// The report page of skep compare --trace.
#pragma once

#include "daemon/compare_trace.hpp"

#include <nlohmann/json.hpp>

namespace skep {

nlohmann::ordered_json report_data(const TraceComparison& comparison);

}  // namespace skep
