// The published benchmark for skep compare.
#pragma once

#include "daemon/compare_command.hpp"

namespace skep {

int compare_rossi(const CompareOptions& options, const std::vector<ComparedPolicy>& policies);

}  // namespace skep
