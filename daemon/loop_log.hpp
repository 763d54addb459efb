// What the loop of one service tells besides the decisions and the events of its controller. A
// failure that repeats is told when it begins, once a minute while it lasts, and when it ends.
#pragma once

#include "core/controller.hpp"
#include "core/observation.hpp"
#include "core/time.hpp"
#include "core/trouble.hpp"
#include "daemon/event_log.hpp"
#include "daemon/result.hpp"
#include "daemon/service_reader.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace skep {

/// One word for an outcome: accepted, refused, conflict, unknown.
std::string_view to_string(ScaleOutcome outcome);

class LoopLog {
 public:
  /// `service` is the name in the configuration, until `found` gives the full one.
  LoopLog(EventLog& log, std::string service) : log_(log), service_(std::move(service)) {}

  void found(const std::string& full_name) { service_ = full_name; }
  const std::string& service() const { return service_; }
  /// The failures that `before`, the log of the same service until now, has told of.
  void goes_on_after(const LoopLog& before);

  void decision(const Decision& decision);
  void events(const std::vector<ControllerEvent>& events);
  /// `observed`: what a tick brought, how long it took to ask for it, and the steady clock then.
  void observed(const TickInput& input, Duration took, TimePoint now);
  /// `scaled`; `warnings` are Docker's.
  void scaled(const ScaleCommand& command, Duration took, const std::vector<std::string>& warnings,
              TimePoint now);
  void scale_failed(const ScaleCommand& command, ScaleOutcome outcome, const std::string& why,
                    TimePoint now);
  /// `metrics_warning`: what Prometheus says of answers that it gave all the same; none ends it.
  void metrics_warnings(const std::vector<std::string>& warnings, TimePoint now);
  /// `tick_failed`: a tick ended with an exception, which is a bug; empty ends it.
  void tick_failed(const std::string& what, TimePoint now);
  /// `checkpoint`: the state was saved.
  void saved(const Snapshot& snapshot, TimePoint now);
  /// `checkpoint_without_learned`: to be told once.
  void learned_too_large();
  /// `checkpoint_failed`.
  void save_failed(const std::string& why, TimePoint now);
  void restored(const Snapshot& snapshot, Duration age);
  /// `state_set_aside`: a saved table that cannot be used.
  void set_aside(const std::string& warning);

 private:
  void trouble(Trouble& trouble, std::string_view event, LogLevel level, const std::string& message,
               const nlohmann::ordered_json& fields, TimePoint now);
  void trouble_over(Trouble& trouble, std::string_view event, TimePoint now);

  EventLog& log_;
  std::string service_;
  Trouble scaling_;
  Trouble warnings_;
  Trouble ticking_;
  Trouble saving_;
};

}  // namespace skep
