// What keeps a service from being scaled at all.
#pragma once

#include "core/observation.hpp"

#include <string_view>

namespace skep {

/// Why this service cannot be scaled right now, one sentence; empty when it can.
std::string_view obstacle(const ServiceStatus& status);

}  // namespace skep
