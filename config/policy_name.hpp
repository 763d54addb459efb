// The names of the policies, in the configuration and on the command line.
#pragma once

#include "config/map_reader.hpp"
#include "core/settings.hpp"

#include <string>

namespace skep {

/// All of them, the default first and the rules last.
const Words<PolicyType>& policy_names();

std::string policy_name(PolicyType policy);

}  // namespace skep
