#include "daemon/decision_json.hpp"

#include "daemon/event_log.hpp"

#include <chrono>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

namespace skep {
namespace {

using Json = nlohmann::ordered_json;

/// Rounded to 1 / scale. Adding 0 turns -0 into 0.
double rounded(double value, double scale) {
  const double scaled = value * scale;
  return std::isfinite(scaled) ? std::round(scaled) / scale + 0.0 : value;
}
double percent(double value) { return rounded(value, 1e2); }

Json state_json(const Decision& decision) {
  Json state = Json::object();
  state["id"] = decision.state_id;
  for (const NamedBin& bin : decision.state) state[std::string(bin.name)] = bin.bin;
  return state;
}

Json q_json(const Decision& decision) {
  Json q = Json::object();
  for (const ActionValue& action : decision.q) {
    q[action_name(action.change)] = rounded(action.value, 1e4);
  }
  return q;
}

Json guard_json(const Decision& decision) {
  Json guard = Json::array();
  for (const GuardNote& note : decision.guard) {
    Json rule = Json::object();
    rule["rule"] = note.rule;
    rule["from"] = note.from;
    rule["to"] = note.to;
    rule["detail"] = note.detail;
    guard.push_back(std::move(rule));
  }
  return guard;
}

Json shadow_json(const ShadowDecision& shadow) {
  Json fields = Json::object();
  fields["replicas"] = shadow.replicas;
  fields["wanted"] = sign_name(shadow.wanted);
  fields["action"] = sign_name(shadow.change);
  fields["target_replicas"] = shadow.target_replicas;
  fields["reason"] = shadow.reason;
  return fields;
}

Json score_json(const ShadowScore& score) {
  Json fields = Json::object();
  fields["violations_percent"] = rounded(score.violations_percent(), 1e3);
  fields["mean_replicas"] = rounded(score.mean_replicas(), 1e3);
  fields["changes"] = score.changes;
  return fields;
}

Json comparison_json(const ShadowComparison& comparison) {
  Json fields = Json::object();
  fields["hours"] = rounded(to_seconds(comparison.lasted) / 3600, 1e6);
  fields["ticks"] = comparison.agent.ticks;
  fields["saturated_ticks"] = comparison.saturated;
  fields["agent"] = score_json(comparison.agent);
  fields["target_tracking"] = score_json(comparison.rule);
  return fields;
}

}  // namespace

nlohmann::ordered_json decision_json(const Decision& decision) {
  Json replicas = Json::object();
  replicas["desired"] = decision.replicas.desired;
  replicas["running"] = decision.replicas.running;
  Json thresholds = Json::object();
  thresholds["cpu"] = percent(decision.thresholds.cpu_percent);
  thresholds["ram"] = percent(decision.thresholds.ram_percent);

  Json fields = Json::object();
  fields["tick"] = decision.tick;
  fields["replicas"] = std::move(replicas);
  fields["cpu_percent"] = percent(decision.cpu_percent);
  fields["ram_percent"] = percent(decision.ram_percent);
  fields["load"] = rounded(decision.load, 1e3);
  fields["thresholds"] = std::move(thresholds);
  fields["state"] = state_json(decision);
  fields["q"] = q_json(decision);
  fields["wanted"] = sign_name(decision.wanted);
  fields["exploring"] = decision.exploring;
  fields["epsilon"] = rounded(decision.epsilon, 1e6);
  // Rounded up: 0 says that it is over.
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(decision.cooldown_left);
  fields["cooldown_left_seconds"] = to_seconds(left);
  fields["guard"] = guard_json(decision);
  fields["action"] = sign_name(decision.change);
  fields["target_replicas"] = decision.target_replicas;
  fields["applied"] = decision.applied;
  fields["reward"] = rounded(decision.reward, 1e4);
  fields["q_change"] = rounded(decision.q_change, 1e6);
  if (decision.shadow) fields["shadow"] = shadow_json(*decision.shadow);
  fields["reason"] = decision.reason;
  return fields;
}

std::string decision_message(std::string_view service, const Decision& decision) {
  std::string message(service);
  message.append(": ").append(sign_name(decision.change));
  if (decision.change == 0) return message + " at " + std::to_string(decision.replicas.desired);
  return message + " from " + std::to_string(decision.replicas.desired) + " to " +
         std::to_string(decision.target_replicas);
}

std::string_view to_string(TroublePhase phase) {
  switch (phase) {
    case TroublePhase::kBegin:
      return "begin";
    case TroublePhase::kOngoing:
      return "ongoing";
    case TroublePhase::kEnd:
      return "end";
  }
  return "";
}

std::string_view event_name(EventKind kind) {
  switch (kind) {
    case EventKind::kDockerUnreachable:
      return "docker_unreachable";
    case EventKind::kServiceMissing:
      return "service_missing";
    case EventKind::kBlocked:
      return "blocked";
    case EventKind::kMetricsMissing:
      return "metrics_missing";
    case EventKind::kExternalChange:
      return "external_change";
    case EventKind::kLearned:
      return "learned";
    case EventKind::kEpisode:
      return "episode";
    case EventKind::kShadow:
      return "shadow";
  }
  return "";
}

LogLevel event_level(const ControllerEvent& event) {
  if (event.kind == EventKind::kLearned) return LogLevel::kDebug;
  const bool lasts = event.trouble && event.trouble->phase != TroublePhase::kEnd;
  return lasts ? LogLevel::kWarn : LogLevel::kInfo;
}

nlohmann::ordered_json trouble_json(const TroubleReport& report) {
  Json fields = Json::object();
  fields["phase"] = to_string(report.phase);
  fields["count"] = report.count;
  fields["seconds"] = rounded(to_seconds(report.lasted), 1e3);
  return fields;
}

nlohmann::ordered_json event_json(const ControllerEvent& event) {
  Json fields = event.trouble ? trouble_json(*event.trouble) : Json::object();
  if (event.learned) {
    fields["state"] = event.learned->state;
    if (event.learned->replicas) {
      fields["replicas"] = *event.learned->replicas;
    } else {
      fields["action"] = action_name(event.learned->change);
    }
    fields["before"] = rounded(event.learned->before, 1e6);
    fields["after"] = rounded(event.learned->after, 1e6);
    fields["visits"] = rounded(event.learned->visits, 1e3);
    fields["ticks"] = event.learned->ticks;
  }
  if (event.shadow) {
    fields = comparison_json(event.shadow->recent);
    fields["since_start"] = comparison_json(event.shadow->total);
  }
  return fields;
}

void log_decision(EventLog& log, std::string_view service, const Decision& decision) {
  if (!log.enabled(LogLevel::kInfo)) return;
  log.write(LogLevel::kInfo, "decision", decision_message(service, decision), service,
            decision_json(decision));
}

void log_event(EventLog& log, std::string_view service, const ControllerEvent& event) {
  const LogLevel level = event_level(event);
  if (!log.enabled(level)) return;
  log.write(level, event_name(event.kind), event.message, service, event_json(event));
}

}  // namespace skep
