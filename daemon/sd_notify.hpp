// Tells systemd how the daemon is: the protocol of sd_notify(3), without libsystemd.
#pragma once

#include "core/time.hpp"

#include <optional>
#include <string_view>

namespace skep {

/// Sends `state` ("READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=...", several separated by line
/// breaks) to $NOTIFY_SOCKET, without waiting. False when it was not sent: not started by systemd,
/// or systemd does not listen; nothing needs to be done then.
bool sd_notify(std::string_view state);

/// How long systemd waits for WATCHDOG=1 before it takes the daemon for hung: send it at half of
/// this. Nothing when no watchdog is wanted of this process.
std::optional<Duration> watchdog_interval();

}  // namespace skep
