// The two halves of the report page, around its data.
#pragma once

namespace skep {

extern const char* const kReportBeforeData;
extern const char* const kReportAfterData;

}  // namespace skep
