// The controller of one service: a state machine without I/O. `tick` takes what was seen and the
// time, and says what to do; `scale_finished` takes what came of it.
//
//   Observing --scale command answered--> Cooling --cooldown over--> Observing
//   any --pause--> Paused --resume or its time is over--> Observing or Cooling
//   any --service missing, not replicated, being updated, no manager--> Blocked --cause gone-->
//   Observing or Cooling
//
// Not safe for use from several threads.
#pragma once

#include "core/agent.hpp"
#include "core/autoscale_env.hpp"
#include "core/decision.hpp"
#include "core/guard.hpp"
#include "core/replica_watch.hpp"
#include "core/settings.hpp"
#include "core/shadow.hpp"
#include "core/snapshot.hpp"
#include "core/time.hpp"
#include "core/trouble.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

enum class ControllerState { kObserving, kCooling, kPaused, kBlocked };
std::string_view to_string(ControllerState state);

enum class EventKind {
  kDockerUnreachable,
  kServiceMissing,
  kBlocked,
  kMetricsMissing,
  kExternalChange,
  kLearned,
  kEpisode,
  kShadow,
};

/// Something to tell besides the decision. Failures (the first four kinds) carry a phase, learning
/// its numbers,
/// and the shadow mode what it compared.
struct ControllerEvent {
  EventKind kind = EventKind::kBlocked;
  std::string message;
  std::optional<TroubleReport> trouble;
  std::optional<LearnedUpdate> learned;
  std::optional<ShadowReport> shadow;
};

/// "Make it `to` replicas": send it, then call scale_finished.
struct ScaleCommand {
  int from = 0;
  int to = 0;
};

struct TickResult {
  std::optional<Decision>
      decision;  ///< present for every tick with data; final when there is no command
  std::vector<ControllerEvent> events;
  std::optional<ScaleCommand> command;
};

enum class ScaleOutcome {
  kAccepted,  ///< Docker took the command
  kRefused,   ///< nothing was changed
  kConflict,  ///< somebody else wrote first, nothing was changed: read again and decide again
  kUnknown,   ///< no answer in time: it may or may not have been done
};

class Controller {
 public:
  enum class Detail {
    kFull,
    kNumbers,  ///< decisions without q, bins, notes and sentences, for simulations: many times
               ///< faster
  };

  /// `settings` must be within the ranges that settings.hpp gives.
  explicit Controller(const ControllerSettings& settings, Detail detail = Detail::kFull);
  /// With another agent than the one that `settings` name, which is not in shadow mode.
  Controller(const ControllerSettings& settings, std::unique_ptr<Agent> agent, Detail detail);
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  /// One tick. `now` must not go back. Without a service status or metrics there is no decision,
  /// and nothing is done.
  TickResult tick(const TickInput& input, TimePoint now);

  /// The answer to the command of the last tick, of which `decision` came; `now` is when the answer
  /// came, `error` says why it was not accepted. Starts the cooldown (not for kRefused and
  /// kConflict), credits the agent, and makes `applied` and the reason of the decision true.
  void scale_finished(ScaleOutcome outcome, std::string_view error, Decision& decision,
                      TimePoint now);

  /// What is to be told before the end: in shadow mode the rest of the comparison.
  std::vector<ControllerEvent> last_events();

  /// Keeps a whole cooldown from `now` on: it is not known what was done before.
  void begin_cooldown(TimePoint now);

  /// Stops scaling until `until`, or until resume() when empty.
  void pause(std::optional<TimePoint> until);
  void resume();

  /// When the next tick is due: a multiple of the interval after `start`, or the end of a cooldown
  /// before it.
  TimePoint next_tick(TimePoint start, TimePoint now) const;

  ControllerState state(TimePoint now) const;
  /// What is left of the cooldown; zero when there is none.
  Duration cooldown_left(TimePoint now) const;
  const ControllerSettings& settings() const { return settings_; }
  /// See Agent::preferred.
  std::optional<int> preferred(double load, int replicas) const {
    return agent_->preferred(load, replicas);
  }

  /// The failures that `before`, a controller of the same service with other settings, has told of.
  void goes_on_after(const Controller& before);
  /// What must survive a restart. `pending`: a scale command that is about to be sent.
  Snapshot snapshot(TimePoint now, std::optional<ScaleCommand> pending) const;
  /// Takes over a snapshot that is `age` old. A table of another layout is left out and false
  /// returned; cooldown, pause and replica counts are taken over all the same.
  bool restore(const Snapshot& snapshot, Duration age, TimePoint now);

 private:
  struct Overruled {
    int change;
    WishSource source;
  };

  bool paused(TimePoint now) const;
  /// The tick at `now` is not one of the interval: a cooldown has ended since the last one, or a
  /// command is decided again that lost against somebody else's.
  bool between_ticks(TimePoint now) const;
  /// False when something is missing; tells what, and what is over.
  bool can_decide(TickResult& result, const TickInput& input, TimePoint now);
  void decide(TickResult& result, const Observation& observation, const ServiceStatus& status,
              TimePoint now);
  /// Tells of a failure when it begins, and again at times while it lasts.
  void fail(TickResult& result, EventKind kind, std::string_view message, TimePoint now);
  void clear(TickResult& result, EventKind kind, TimePoint now);
  void notice_others(TickResult& result, const ServiceStatus& status, TimePoint now);
  void notice_episode(TickResult& result, TimePoint now);
  /// What is wanted instead of the agent's wish when something else comes first.
  Overruled overrule(int wanted, const Observation& observation);

  ControllerSettings settings_;
  Detail detail_;
  AutoscaleEnv env_;
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<Shadow> shadow_;  ///< of agent_, which it refers to; null: not in shadow mode
  Guard guard_;
  std::vector<bool> allowed_;  ///< of the tick at hand
  ReplicaWatch watch_;
  std::array<Trouble, 4> troubles_;  ///< one for each failure kind
  std::uint64_t ticks_ = 0;
  std::optional<TimePoint> last_tick_;  ///< of the interval
  TimePoint last_look_{};               ///< the last tick, of the interval or not
  bool lost_ = false;                   ///< the last command, against somebody else's
  std::optional<TimePoint> cooldown_end_;
  bool paused_ = false;
  std::optional<TimePoint> paused_until_;
  bool blocked_ = false;
  bool restored_ = false;            ///< it goes on after a restart
  std::optional<int> reset_target_;  ///< a new episode is on its way to its first replica count
};

}  // namespace skep
