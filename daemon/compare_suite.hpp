// The trace suite for skep compare.
#pragma once

#include "daemon/compare_command.hpp"

namespace skep {

int compare_suite(const CompareOptions& options, const std::vector<ComparedPolicy>& policies);

}  // namespace skep
