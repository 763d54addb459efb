// Builders for the core's tests.
#pragma once

#include "core/controller.hpp"
#include "core/observation.hpp"
#include "core/settings.hpp"

#include <vector>

namespace skep::test {

inline TimePoint at(double seconds) {
  return TimePoint{} + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

/// Q-learning from what was really done.
inline ControllerSettings factual() {
  ControllerSettings settings;
  settings.agent.policy = PolicyType::kQLearning;
  settings.agent.updates = Updates::kFactual;
  return settings;
}

/// Target tracking at 60% without stabilisation.
inline ControllerSettings tracking() {
  ControllerSettings settings;
  settings.agent.policy = PolicyType::kTargetTracking;
  settings.agent.target.cpu_percent = 60;
  settings.agent.target.scale_out_stabilization = 0s;
  settings.agent.target.scale_in_stabilization = 0s;
  return settings;
}

inline std::vector<EventKind> kinds(const TickResult& result) {
  std::vector<EventKind> kinds;
  for (const ControllerEvent& event : result.events) {
    kinds.push_back(event.kind);
  }
  return kinds;
}

/// Metrics of a service whose replicas all run, by the mean of a replica.
inline Metrics metrics(double cpu_percent, double ram_percent, int running) {
  Metrics metrics;
  metrics.cpu_percent = cpu_percent;
  metrics.cpu_service_percent = cpu_percent * running;
  metrics.ram_percent = ram_percent;
  metrics.ram_service_percent = ram_percent * running;
  return metrics;
}

inline Observation observation(int replicas, double cpu_percent, double ram_percent = 20) {
  return {{replicas, replicas}, metrics(cpu_percent, ram_percent, replicas)};
}

inline ServiceStatus status(int replicas) {
  ServiceStatus status;
  status.replicas = {replicas, replicas};
  return status;
}

inline TickInput input(int replicas, double cpu_percent, double ram_percent = 20) {
  TickInput input;
  input.service = status(replicas);
  input.metrics = metrics(cpu_percent, ram_percent, replicas);
  return input;
}

inline TickInput problem(ProblemKind kind, const char* message = "broken") {
  TickInput input;
  input.problem = TickProblem{kind, message};
  return input;
}

/// One tick with data, whose command, if any, Docker accepts at once. A tick without a decision
/// throws std::bad_optional_access.
inline Decision step(Controller& controller, const TickInput& seen, double seconds) {
  TickResult result = controller.tick(seen, at(seconds));
  if (result.command) {
    controller.scale_finished(ScaleOutcome::kAccepted, {}, result.decision.value(), at(seconds));
  }
  return result.decision.value();
}

}  // namespace skep::test
