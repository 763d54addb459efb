// The events that say under which settings skep runs.
#pragma once

#include "config/settings.hpp"
#include "daemon/daemon.hpp"
#include "daemon/event_log.hpp"

#include <string>
#include <vector>

namespace skep {

/// `started`: version, file and the settings that matter most, free of secrets.
void log_started(EventLog& log, const Settings& settings, const RunOptions& options);

/// `reloaded`, for a configuration that was taken; `warnings` are those of the file.
void log_reloaded(EventLog& log, const Settings& settings,
                  const std::vector<std::string>& warnings);

}  // namespace skep
