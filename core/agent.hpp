// The port of everything that can wish for a change of the replica count: the Q-learner and the
// plain rules.
//
// Each tick with data the controller calls observe, then wish, and then, where a change was
// possible, one of applied (what was really done, after the guard and after Docker's answer) and
// drop (it is not known what was done). Before observe it calls drop where something else
// interfered, or where none was possible.
#pragma once

#include "core/decision.hpp"
#include "core/discretizer.hpp"
#include "core/observation.hpp"
#include "core/settings.hpp"
#include "core/snapshot.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace skep {

class AutoscaleEnv;

/// What an agent sees at a tick. References are valid during the call only.
struct AgentView {
  const Observation& observation;
  std::size_t state;  ///< id of the discretized observation
  double reward;      ///< of the tick that just ended, the price of a change included
  const std::vector<bool>&
      allowed;   ///< for each action of the action space: the guard would allow it here
  bool may_act;  ///< false while a cooldown, a pause or a block holds every change back
  TimePoint now;
  bool between_ticks = false;  ///< it comes between two ticks of the interval, at the end of a
                               ///< cooldown: no step of the load, and no reward of a whole tick
};

struct Wish {
  int change = 0;
  bool exploring = false;
};

/// One update of a table.
struct LearnedUpdate {
  std::size_t state = 0;
  int change = 0;
  std::optional<int> replicas;  ///< it is the value of having so many, and of no change
  double before = 0;
  double after = 0;
  double visits = 0;
  int ticks = 0;  ///< how many ticks the transition lasted
};

class Agent {
 public:
  virtual ~Agent() = default;

  /// Learns from what happened since the last tick.
  virtual std::optional<LearnedUpdate> observe(const AgentView&) { return std::nullopt; }
  /// What it would do now; a change of the action space or, for a rule, any change.
  virtual Wish wish(const AgentView& view) = 0;
  /// Why it wished for `wish`, at the same tick, as a clause: "target tracking at 60% asks for 4
  /// replicas".
  virtual std::string explain(const AgentView& view, const Wish& wish) const = 0;
  /// The values of all actions in the view's state; empty for a rule without a table.
  virtual std::vector<ActionValue> values(const AgentView&) const { return {}; }
  /// `change` was really done in the state of the last observe; its effect may be judged from `due`
  /// on.
  virtual void applied(int /*change*/, TimePoint /*due*/) {}
  /// Forgets the transition that is open, so that nothing wrong is learned from it.
  virtual void drop() {}
  /// A tick brought no data, so there was neither observe nor wish.
  virtual void missed() { drop(); }

  /// The replica count that it would want next with `replicas` running, had the load (>= 0, in
  /// units of one replica's limit) been `load` for a while; empty when it cannot tell.
  virtual std::optional<int> preferred(double /*load*/, int /*replicas*/) const {
    return std::nullopt;
  }

  virtual double epsilon() const { return 0; }
  /// Names what the table is made for; "" for a rule.
  virtual std::string layout() const { return {}; }
  virtual void save(Snapshot&, TimePoint /*now*/) const {}
  /// `saved` is when save was called, on the clock of now. False, and nothing changed, when the
  /// snapshot's table has another layout or cells outside it.
  virtual bool restore(const Snapshot& snapshot, TimePoint /*saved*/) {
    return snapshot.layout.empty();
  }
};

/// The agent that `settings.agent.policy` names.
std::unique_ptr<Agent> make_agent(const ControllerSettings& settings, const AutoscaleEnv& env);

}  // namespace skep
