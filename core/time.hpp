// Time as the core sees it: values that come in from outside. Nothing in core/ reads a clock.
#pragma once

#include <chrono>

namespace skep {

using Duration = std::chrono::nanoseconds;
/// A moment on a clock that never jumps: the steady clock in the daemon, virtual time elsewhere.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

constexpr double to_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace skep
