// How large the table of a policy may be that learns a value for each state and action.
#pragma once

#include "core/settings.hpp"

namespace skep {

/// Whether the policy of these settings has such a table, with more than 4 million cells.
bool table_is_too_large(const ControllerSettings& settings);

}  // namespace skep
