#include "docker/simulated/table.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace skep::demo {
namespace {

using Json = nlohmann::json;

std::string format_row(const std::string& time, const std::string& load, const std::string& cpu,
                       const std::string& replicas, const std::string& bar,
                       const std::string& decision, const std::string& reason) {
  char text[96];
  std::snprintf(text, sizeof text, "%5s  %5s  %5s  %8s  %-10s  %-11s  ", time.c_str(), load.c_str(),
                cpu.c_str(), replicas.c_str(), bar.c_str(), decision.c_str());
  return text + reason;
}

/// What a reason says that does not stand beside it anyway: not the CPU, nor the replicas that the
/// policies agree on.
std::string rest_of(std::string reason) {
  const auto drop = [&reason](const char* begin, const char* end) {
    const std::size_t at = reason.find(end);
    if (reason.starts_with(begin) && at != std::string::npos) reason.erase(0, at + 2);
  };
  drop("CPU ", ": ");
  drop("the policies ", "; ");
  return reason;
}

std::string text_of(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::optional<std::string> LogTail::next() {
  std::string part;
  if (!std::getline(file_, part)) {
    file_.clear();
    return std::nullopt;
  }
  begun_ += part;
  if (file_.eof()) {
    file_.clear();
    return std::nullopt;
  }
  return std::exchange(begun_, std::string());
}

std::string replica_bar(double load, int running) {
  const auto there = static_cast<std::size_t>(std::max(0, running));
  const auto busy = static_cast<std::size_t>(std::lround(std::max(0.0, load)));
  std::string bar(std::min(busy, there), '#');
  bar.append(there > busy ? there - busy : 0, '.');
  bar.append(busy > there ? busy - there : 0, '!');
  return bar;
}

std::string Table::header() {
  return format_row("time", "load", "CPU", "replicas", "", "decision", "reason");
}

std::string Table::row(const std::string& line, Duration now, double load) {
  const Json event = Json::parse(line, nullptr, false);
  if (!event.is_object() || event.value("event", Json()) != "decision") return {};
  const bool applied = event.value("applied", false);
  const auto half_hour = static_cast<std::size_t>(now / std::chrono::minutes(30));
  if (!applied && half_hour_ == half_hour) return {};
  half_hour_ = half_hour;

  const auto minutes = std::chrono::floor<std::chrono::minutes>(now).count();
  char time[32];
  std::snprintf(time, sizeof time, "%02d:%02d", static_cast<int>(minutes / 60),
                static_cast<int>(minutes % 60));
  const Json replicas = event.value("replicas", Json::object());
  const int desired = replicas.value("desired", 0);
  const int running = replicas.value("running", 0);
  std::string count = std::to_string(running);
  if (running != desired) count += " of " + std::to_string(desired);
  return format_row(time, text_of("%.1f", load), text_of("%.0f%%", event.value("cpu_percent", 0.0)),
                    count, replica_bar(load, running),
                    event.value("action", "") + (applied ? " *" : ""),
                    rest_of(event.value("reason", "")));
}

}  // namespace skep::demo
