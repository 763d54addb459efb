// Time as the core sees it: values that come in from outside. Nothing in core/ reads a clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace skep {

using Duration = std::chrono::nanoseconds;
/// A moment on a clock that never jumps: the steady clock in the daemon, virtual time elsewhere.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

constexpr double to_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

/// How many ticks of `interval` (> 0) `time` (>= 0) lasts, a part of one counted whole; `most` if
/// it is more.
constexpr int ticks_up(Duration time, Duration interval,
                       int most = std::numeric_limits<int>::max()) {
  const Duration::rep whole = time / interval;
  return static_cast<int>(
      std::min<Duration::rep>(whole + (time % interval > Duration::zero() ? 1 : 0), most));
}

}  // namespace skep
