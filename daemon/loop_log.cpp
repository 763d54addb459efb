#include "daemon/loop_log.hpp"

#include "core/words.hpp"
#include "daemon/decision_json.hpp"
#include "daemon/excerpt.hpp"

#include <chrono>
#include <cmath>

#include <nlohmann/json.hpp>

namespace skep {
namespace {

std::size_t learned_numbers(const Snapshot& snapshot) {
  std::size_t count = snapshot.cells.size();
  for (const LearnedArray& array : snapshot.arrays) count += array.values.size();
  return count;
}

using Json = nlohmann::ordered_json;

double milliseconds(Duration duration) { return std::round(to_seconds(duration) * 1e5) / 100; }
double seconds(Duration duration) { return std::round(to_seconds(duration) * 1000) / 1000; }
double two_decimals(double value) { return std::round(value * 100) / 100; }

Json change_json(const ScaleCommand& command) {
  Json fields = Json::object();
  fields["from"] = command.from;
  fields["to"] = command.to;
  return fields;
}

}  // namespace

std::string_view to_string(ScaleOutcome outcome) {
  switch (outcome) {
    case ScaleOutcome::kAccepted:
      return "accepted";
    case ScaleOutcome::kRefused:
      return "refused";
    case ScaleOutcome::kConflict:
      return "conflict";
    case ScaleOutcome::kUnknown:
      return "unknown";
  }
  return "";
}

void LoopLog::goes_on_after(const LoopLog& before) {
  scaling_ = before.scaling_;
  warnings_ = before.warnings_;
  ticking_ = before.ticking_;
  saving_ = before.saving_;
  for (Trouble* const trouble : {&scaling_, &warnings_, &ticking_, &saving_}) {
    trouble->report_again();
  }
}

void LoopLog::decision(const Decision& decision) { log_decision(log_, service_, decision); }

void LoopLog::events(const std::vector<ControllerEvent>& events) {
  for (const ControllerEvent& event : events) log_event(log_, service_, event);
}

void LoopLog::observed(const TickInput& input, Duration took, TimePoint now) {
  if (!log_.enabled(LogLevel::kDebug)) return;
  Json fields = Json::object();
  if (input.service) {
    fields["replicas"]["desired"] = input.service->replicas.desired;
    fields["replicas"]["running"] = input.service->replicas.running;
  }
  if (input.metrics) {
    const Metrics& metrics = *input.metrics;
    fields["cpu_percent"] = two_decimals(metrics.cpu_percent);
    fields["cpu_service_percent"] = two_decimals(metrics.cpu_service_percent);
    fields["ram_percent"] = two_decimals(metrics.ram_percent);
    fields["ram_service_percent"] = two_decimals(metrics.ram_service_percent);
    if (metrics.demand) fields["demand"] = *metrics.demand;
    if (metrics.latency_seconds) fields["latency_seconds"] = *metrics.latency_seconds;
    if (metrics.targets) fields["targets"] = *metrics.targets;
  }
  fields["duration_ms"] = milliseconds(took);
  fields["steady_ns"] = now.time_since_epoch().count();
  log_.write(LogLevel::kDebug, "observed", service_ + ": asked Docker and Prometheus", service_,
             fields);
}

void LoopLog::scaled(const ScaleCommand& command, Duration took,
                     const std::vector<std::string>& warnings, TimePoint now) {
  Json fields = change_json(command);
  fields["duration_ms"] = milliseconds(took);
  if (!warnings.empty()) fields["warnings"] = excerpts(warnings);
  log_.write(LogLevel::kInfo, "scaled",
             service_ + ": scaled from " + std::to_string(command.from) + " to " +
                 replicas_text(command.to),
             service_, fields);
  trouble_over(scaling_, "scale_failed", now);
}

void LoopLog::scale_failed(const ScaleCommand& command, ScaleOutcome outcome,
                           const std::string& why, TimePoint now) {
  Json fields = change_json(command);
  fields["outcome"] = to_string(outcome);
  const std::string what =
      "scaling from " + std::to_string(command.from) + " to " + replicas_text(command.to) +
      (outcome == ScaleOutcome::kUnknown ? " may or may not have worked: " : " did not work: ");
  trouble(scaling_, "scale_failed", LogLevel::kWarn, what + why, fields, now);
}

void LoopLog::metrics_warnings(const std::vector<std::string>& warnings, TimePoint now) {
  if (warnings.empty()) {
    trouble_over(warnings_, "metrics_warning", now);
    return;
  }
  Json fields = Json::object();
  fields["warnings"] = excerpts(warnings);
  trouble(warnings_, "metrics_warning", LogLevel::kWarn,
          "Prometheus warns: " + excerpt(warnings.front()), fields, now);
}

void LoopLog::tick_failed(const std::string& what, TimePoint now) {
  if (what.empty()) {
    trouble_over(ticking_, "tick_failed", now);
    return;
  }
  trouble(ticking_, "tick_failed", LogLevel::kError,
          "a tick was given up, the next one is tried as usual; please report this: " + what,
          Json::object(), now);
}

void LoopLog::saved(const Snapshot& snapshot, TimePoint now) {
  trouble_over(saving_, "checkpoint_failed", now);
  if (!log_.enabled(LogLevel::kDebug)) return;
  Json fields = Json::object();
  fields["tick"] = snapshot.ticks;
  fields["cells"] = learned_numbers(snapshot);
  fields["cooldown_left_seconds"] = seconds(snapshot.cooldown_left);
  log_.write(LogLevel::kDebug, "checkpoint", service_ + ": saved", service_, fields);
}

void LoopLog::learned_too_large() {
  log_.write(LogLevel::kWarn, "checkpoint_without_learned",
             service_ +
                 ": what was learned is not saved because it takes more than 64 MiB, so a restart "
                 "keeps the cooldown but learns anew: make replicas.max smaller.",
             service_);
}

void LoopLog::save_failed(const std::string& why, TimePoint now) {
  trouble(saving_, "checkpoint_failed", LogLevel::kError, why, Json::object(), now);
}

void LoopLog::restored(const Snapshot& snapshot, Duration age) {
  Json fields = Json::object();
  fields["tick"] = snapshot.ticks;
  fields["cells"] = learned_numbers(snapshot);
  fields["age_seconds"] = seconds(age);
  log_.write(LogLevel::kInfo, "restored", service_ + ": goes on where it was", service_, fields);
}

void LoopLog::set_aside(const std::string& warning) {
  log_.write(LogLevel::kWarn, "state_set_aside", warning, service_);
}

void LoopLog::trouble(Trouble& trouble, std::string_view event, LogLevel level,
                      const std::string& message, const Json& fields, TimePoint now) {
  const auto report = trouble.seen(now);
  if (!report) return;
  Json all = trouble_json(*report);
  all.update(fields);
  log_.write(level, event, service_ + ": " + message, service_, all);
}

void LoopLog::trouble_over(Trouble& trouble, std::string_view event, TimePoint now) {
  const auto report = trouble.gone(now);
  if (!report) return;
  log_.write(LogLevel::kInfo, event,
             service_ + ": this is over after " + seconds_text(report->lasted) + ".", service_,
             trouble_json(*report));
}

}  // namespace skep
