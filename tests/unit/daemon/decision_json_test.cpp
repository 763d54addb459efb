#include "daemon/decision_json.hpp"

#include "daemon/event_log.hpp"

#include <limits>
#include <memory>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/ostream_sink.h>

namespace skep {
namespace {

using Json = nlohmann::ordered_json;

/// The example of the documentation.
Decision held_back() {
  Decision decision;
  decision.tick = 42;
  decision.replicas = {3, 2};
  decision.cpu_percent = 83.1;
  decision.ram_percent = 41.004;
  decision.load = 2.49312;
  decision.thresholds = {80, 90};
  decision.state_id = 1017;
  decision.state = {{"replicas", 3}, {"load", 61}, {"ram", 2}};
  decision.q = {{-1, -9.10001}, {0, -4}, {1, -1.23456}};
  decision.wanted = 1;
  decision.exploring = true;
  decision.epsilon = 0.05;
  decision.cooldown_left = std::chrono::microseconds(12299001);
  decision.guard = {{"cooldown", 1, 0, "12.3 s left of 30 s"}, {"bounds", 0, -1, "at most 2"}};
  decision.change = 0;
  decision.target_replicas = 3;
  decision.reward = -0.927;
  decision.q_change = 0.0312345678;
  decision.reason = "CPU 83% is over its limit of 80%.";
  return decision;
}

ControllerEvent failure(EventKind kind, TroublePhase phase) {
  ControllerEvent event;
  event.kind = kind;
  event.message = "It failed.";
  event.trouble = TroubleReport{phase, 12, std::chrono::milliseconds(180500)};
  return event;
}

TEST_CASE("A decision has exactly the fields of the contract, rounded for reading") {
  CHECK(decision_json(held_back()).dump() ==
        R"({"tick":42,"replicas":{"desired":3,"running":2},"cpu_percent":83.1,"ram_percent":41.0,)"
        R"("load":2.493,"thresholds":{"cpu":80.0,"ram":90.0},)"
        R"("state":{"id":1017,"replicas":3,"load":61,"ram":2},)"
        R"("q":{"scale_in":-9.1,"hold":-4.0,"scale_out":-1.2346},"wanted":"scale_out",)"
        R"("exploring":true,"epsilon":0.05,"cooldown_left_seconds":12.3,)"
        R"("guard":[{"rule":"cooldown","from":1,"to":0,"detail":"12.3 s left of 30 s"},)"
        R"({"rule":"bounds","from":0,"to":-1,"detail":"at most 2"}],"action":"hold",)"
        R"("target_replicas":3,"applied":false,"reward":-0.927,"q_change":0.031235,)"
        R"("reason":"CPU 83% is over its limit of 80%."})");
}

TEST_CASE("A rule without a table and a free way give empty q and guard") {
  const Json fields = decision_json(Decision());
  CHECK(fields["q"].dump() == "{}");
  CHECK(fields["guard"].dump() == "[]");
  CHECK(fields["state"].dump() == R"({"id":0})");
  CHECK(fields["wanted"] == "hold");
}

TEST_CASE("Steps of several replicas: the action is the sign, q names the size") {
  Decision decision;
  decision.replicas = {3, 3};
  decision.q = {{-2, 1}, {-1, 2}, {2, 4}};
  decision.wanted = decision.change = -2;
  decision.target_replicas = 1;
  decision.applied = true;
  const Json fields = decision_json(decision);
  CHECK(fields["q"].dump() == R"({"scale_in_2":1.0,"scale_in":2.0,"scale_out_2":4.0})");
  CHECK(fields["action"] == "scale_in");
  CHECK(fields["applied"] == true);
  CHECK(decision_message("app", decision) == "app: scale_in from 3 to 1");
  CHECK(decision_message("app", held_back()) == "app: hold at 3");
}

TEST_CASE("Odd numbers keep a decision readable") {
  Decision decision;
  decision.reward = -0.00001;
  decision.cpu_percent = std::numeric_limits<double>::max();
  decision.load = std::numeric_limits<double>::quiet_NaN();
  const Json fields = decision_json(decision);
  CHECK(fields["reward"].dump() == "0.0");  // not -0.0
  CHECK(fields["cpu_percent"] == std::numeric_limits<double>::max());
  CHECK(fields["load"].dump() == "null");
}

TEST_CASE("Events of the controller have the names of the contract") {
  CHECK(event_name(EventKind::kDockerUnreachable) == "docker_unreachable");
  CHECK(event_name(EventKind::kServiceMissing) == "service_missing");
  CHECK(event_name(EventKind::kBlocked) == "blocked");
  CHECK(event_name(EventKind::kMetricsMissing) == "metrics_missing");
  CHECK(event_name(EventKind::kExternalChange) == "external_change");
  CHECK(event_name(EventKind::kLearned) == "learned");
  CHECK(event_name(EventKind::kEpisode) == "episode");
}

TEST_CASE("A failure warns while it lasts and informs when it ends") {
  const auto kind = GENERATE(EventKind::kDockerUnreachable, EventKind::kServiceMissing,
                             EventKind::kBlocked, EventKind::kMetricsMissing);
  CHECK(event_level(failure(kind, TroublePhase::kBegin)) == LogLevel::kWarn);
  CHECK(event_level(failure(kind, TroublePhase::kOngoing)) == LogLevel::kWarn);
  CHECK(event_level(failure(kind, TroublePhase::kEnd)) == LogLevel::kInfo);
  CHECK(event_json(failure(kind, TroublePhase::kBegin))["phase"] == "begin");
  CHECK(event_json(failure(kind, TroublePhase::kOngoing)).dump() ==
        R"({"phase":"ongoing","count":12,"seconds":180.5})");
  CHECK(event_json(failure(kind, TroublePhase::kEnd))["phase"] == "end");
}

TEST_CASE("Learning is a detail with its numbers") {
  ControllerEvent event;
  event.kind = EventKind::kLearned;
  event.learned = LearnedUpdate{17, 1, {}, -4, -3.9999, 11, 2};
  CHECK(event_level(event) == LogLevel::kDebug);
  CHECK(
      event_json(event).dump() ==
      R"({"state":17,"action":"scale_out","before":-4.0,"after":-3.9999,"visits":11.0,"ticks":2})");
}

TEST_CASE("Other events inform, without fields") {
  ControllerEvent event;
  event.kind = GENERATE(EventKind::kExternalChange, EventKind::kEpisode);
  CHECK(event_level(event) == LogLevel::kInfo);
  CHECK(event_json(event).dump() == "{}");
}

TEST_CASE("Decisions and events reach the log as whole lines") {
  std::ostringstream stream;
  EventLog log(
      {}, [] { return WallTime(); }, std::make_shared<spdlog::sinks::ostream_sink_st>(stream));
  log_decision(log, "app", held_back());
  const Json decision = Json::parse(stream.str());
  CHECK(decision["event"] == "decision");
  CHECK(decision["service"] == "app");
  CHECK(decision["level"] == "info");
  CHECK(decision["message"] == "app: hold at 3");
  CHECK(decision["tick"] == 42);

  stream.str("");
  log_event(log, "app", failure(EventKind::kMetricsMissing, TroublePhase::kBegin));
  const Json event = Json::parse(stream.str());
  CHECK(event["event"] == "metrics_missing");
  CHECK(event["level"] == "warn");
  CHECK(event["phase"] == "begin");
  CHECK(event["message"] == "It failed.");

  stream.str("");
  ControllerEvent learned;
  learned.kind = EventKind::kLearned;
  log_event(log, "app", learned);
  CHECK(stream.str().empty());  // debug, and the log is at info
}

TEST_CASE("A decision in shadow mode says what the agent would have done") {
  Decision decision = held_back();
  CHECK_FALSE(decision_json(decision).contains("shadow"));
  decision.shadow = ShadowDecision{5, -2, -1, 4, "CPU 20%: fewer."};
  CHECK(decision_json(decision)["shadow"].dump() ==
        R"({"replicas":5,"wanted":"scale_in","action":"scale_in","target_replicas":4,)"
        R"("reason":"CPU 20%: fewer."})");
}

TEST_CASE("The hourly comparison of the shadow mode is an event with both sides") {
  ControllerEvent event;
  event.kind = EventKind::kShadow;
  ShadowComparison hour;
  hour.lasted = std::chrono::minutes(60);
  hour.saturated = 3;
  hour.rule = {240, 6, 4, 960};
  hour.agent = {240, 1, 7, 600};
  event.shadow = ShadowReport{hour, hour};
  CHECK(event_name(event.kind) == "shadow");
  CHECK(event_level(event) == LogLevel::kInfo);
  const Json fields = event_json(event);
  Json without = fields;
  without.erase("since_start");
  CHECK(fields["since_start"] == without);
  CHECK(without.dump() ==
        R"({"hours":1.0,"ticks":240,"saturated_ticks":3,)"
        R"("agent":{"violations_percent":0.417,"mean_replicas":2.5,"changes":7},)"
        R"("target_tracking":{"violations_percent":2.5,"mean_replicas":4.0,"changes":4}})");
}

}  // namespace
}  // namespace skep
