// Decisions and events of the controller as the log and the status page show them.
#pragma once

#include "config/settings.hpp"
#include "core/controller.hpp"
#include "core/decision.hpp"

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace skep {

class EventLog;

/// The fields of a `decision` event. Numbers are rounded for reading: percentages and q to 2 and 4
/// decimals, load to 3, reward to 4, q_change to 6.
nlohmann::ordered_json decision_json(const Decision& decision);
/// "mystack_application: hold at 3", "mystack_application: scale_out from 3 to 4".
std::string decision_message(std::string_view service, const Decision& decision);

/// "begin", "ongoing" or "end".
std::string_view to_string(TroublePhase phase);
/// The name of the event in the log: metrics_missing, service_missing, docker_unreachable, blocked,
/// external_change, learned, episode or shadow.
std::string_view event_name(EventKind kind);
/// Failures warn while they last and inform when they end; learning is a detail (debug).
LogLevel event_level(const ControllerEvent& event);
/// The fields `phase`, `count` and `seconds` of a failure.
nlohmann::ordered_json trouble_json(const TroubleReport& report);
/// Failures: those of trouble_json. Learning: state, action, before, after, visits, ticks. Shadow
/// mode: hours, ticks, saturated_ticks, and of agent and target_tracking violations_percent,
/// mean_replicas and changes; the same since_start.
nlohmann::ordered_json event_json(const ControllerEvent& event);

/// Writes a `decision` event. Call it when the decision is final, after Docker's answer.
void log_decision(EventLog& log, std::string_view service, const Decision& decision);
/// Writes what the controller told besides the decision.
void log_event(EventLog& log, std::string_view service, const ControllerEvent& event);

}  // namespace skep
