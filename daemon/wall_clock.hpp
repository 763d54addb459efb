// The time of day, for the log and for saved files only: it may jump, so nothing is timed with it.
#pragma once

#include "core/time.hpp"

#include <chrono>
#include <string>

namespace skep {

/// A moment in UTC (Unix time), with the resolution of a nanosecond.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

inline WallTime wall_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

/// RFC 3339 in UTC with milliseconds, cut off, not rounded: "2026-11-24T14:00:00.123Z". The years
/// 1678 to 2262, which WallTime can hold.
std::string rfc3339(WallTime time);

/// For file names, to the second: "20261124T140000Z".
std::string compact_utc(WallTime time);

}  // namespace skep
