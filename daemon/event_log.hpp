// The daemon's log: one event a line, as JSON or as text for people. Never throws for what it is
// given to write: broken UTF-8 is replaced, line breaks are escaped, numbers that are not finite
// become null.
#pragma once

#include "config/settings.hpp"
#include "daemon/wall_clock.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace skep {

/// Standard output, flushed after each line. A closed standard output loses the lines and nothing
/// else, as long as SIGPIPE is ignored.
std::shared_ptr<spdlog::sinks::sink> stdout_sink();

/// The word of the configuration: trace, debug, info, warn or error.
std::string_view to_string(LogLevel level);

class EventLog {
 public:
  using Clock = std::function<WallTime()>;

  EventLog(const LogSettings& settings, Clock clock, std::shared_ptr<spdlog::sinks::sink> sink);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// Takes over level and format, on a reload.
  void configure(const LogSettings& settings);
  /// False when an event of this level is not written, so that its fields need not be made.
  bool enabled(LogLevel level) const;

  /// One line. `service` empty: an event of the whole daemon. `fields`: an object, in the order to
  /// be shown, without the names ts, level, event, service and message; null for none.
  ///
  /// JSON: ts, level, event, service, the fields, message. Text: ts, level, event, then the field
  /// `reason` or, where there is none, the message, then the other fields as key=value.
  void write(LogLevel level, std::string_view event, std::string_view message,
             std::string_view service, const nlohmann::ordered_json& fields);
  /// Without fields.
  void write(LogLevel level, std::string_view event, std::string_view message,
             std::string_view service = {});

 private:
  LogSettings settings_;
  Clock clock_;
  std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace skep
