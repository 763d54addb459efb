// The names of the policies.
#pragma once

#include "core/settings.hpp"

namespace skep {

/// The word of the configuration and of the command line.
const char* policy_name(PolicyType policy);

}  // namespace skep
