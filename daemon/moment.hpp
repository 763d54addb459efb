// When a state was saved. How long ago that was is told by the clock since boot, which no step of
// the time of day moves, and after a reboot or on another machine by the time of day.
#pragma once

#include "core/time.hpp"
#include "daemon/wall_clock.hpp"

#include <string>
#include <utility>

namespace skep {

struct Moment {
  /// Of an unknown boot.
  Moment(WallTime time = {}) : wall(time) {}
  Moment(WallTime time, std::string boot, Duration uptime)
      : wall(time), boot_id(std::move(boot)), since_boot(uptime) {}

  WallTime wall;
  std::string boot_id;     ///< the kernel's; empty: not known
  Duration since_boot{0};  ///< with the time asleep

  bool operator==(const Moment&) const = default;
};

Moment moment_now();

/// From `earlier` to `later`, 0 or above: 0 when the clock went back.
Duration elapsed(const Moment& earlier, const Moment& later);

}  // namespace skep
