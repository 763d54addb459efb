#include "daemon/event_log.hpp"

#include <cstddef>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace skep {
namespace {

using Json = nlohmann::ordered_json;

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// JSON on one line; broken UTF-8 becomes U+FFFD.
std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string quoted(std::string_view text) { return dump(Json(text)); }

/// Valid UTF-8 on one line, without quotes: what JSON would escape, line breaks among it, is
/// escaped as there, but not the quotation marks.
std::string bare(std::string_view text) {
  const std::string json = quoted(text);
  std::string plain;
  plain.reserve(json.size());
  for (std::size_t i = 1; i + 1 < json.size(); ++i) {
    if (json[i] == '\\' && (json[i + 1] == '"' || json[i + 1] == '\\')) ++i;
    plain += json[i];
  }
  return plain;
}

std::string json_line(std::string_view time, std::string_view level, std::string_view event,
                      std::string_view message, std::string_view service, const Json& fields) {
  std::string line = R"({"ts":")";
  line.append(time).append(R"(","level":")").append(level).append(R"(","event":)");
  line += quoted(event);
  if (!service.empty()) line += R"(,"service":)" + quoted(service);
  if (fields.is_object() && !fields.empty()) {
    const std::string members = dump(fields);
    line.append(",").append(members, 1, members.size() - 2);
  }
  return line + R"(,"message":)" + quoted(message) + "}";
}

std::string text_line(std::string_view time, std::string_view level, std::string_view event,
                      std::string_view message, std::string_view service, const Json& fields) {
  std::string line(time);
  line.append(" ").append(level).append(6 - level.size(), ' ').append(bare(event)).append(" ");
  std::string said(message);
  if (fields.is_object() && fields.contains("reason") && fields["reason"].is_string()) {
    said = fields["reason"].get_ref<const std::string&>();
  }
  const std::string prefix = service.empty() ? "" : std::string(service) + ": ";
  if (!said.starts_with(prefix)) line += bare(prefix);
  line += bare(said);
  if (!fields.is_object()) return line;
  for (const auto& [key, value] : fields.items()) {
    if (key == "reason") continue;
    std::string shown = dump(value);
    const bool one_word = value.is_string() && shown.find_first_of(" =\\") == std::string::npos;
    if (one_word && shown.size() > 2) shown = shown.substr(1, shown.size() - 2);
    line.append(" ").append(bare(key)).append("=").append(shown);
  }
  return line;
}

}  // namespace

std::shared_ptr<spdlog::sinks::sink> stdout_sink() {
  return std::make_shared<spdlog::sinks::stdout_sink_st>();
}

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return "trace";
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

EventLog::EventLog(const LogSettings& settings, Clock clock,
                   std::shared_ptr<spdlog::sinks::sink> sink)
    : settings_(settings),
      clock_(std::move(clock)),
      logger_(std::make_unique<spdlog::logger>("skep", std::move(sink))) {
  logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      "%v", spdlog::pattern_time_type::utc, std::string("\n")));
  logger_->flush_on(spdlog::level::trace);
  configure(settings);
}

EventLog::~EventLog() = default;

void EventLog::configure(const LogSettings& settings) {
  settings_ = settings;
  logger_->set_level(spdlog_level(settings.level));
}

bool EventLog::enabled(LogLevel level) const { return level >= settings_.level; }

void EventLog::write(LogLevel level, std::string_view event, std::string_view message,
                     std::string_view service, const nlohmann::ordered_json& fields) {
  if (!enabled(level)) return;
  const auto format = settings_.format == LogFormat::kJson ? json_line : text_line;
  const std::string line =
      format(rfc3339(clock_()), to_string(level), event, message, service, fields);
  logger_->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

void EventLog::write(LogLevel level, std::string_view event, std::string_view message,
                     std::string_view service) {
  write(level, event, message, service, nlohmann::ordered_json());
}

}  // namespace skep
