// What was decided at a tick, and why: the record that the log, the saved history and the status
// page show.
#pragma once

#include "core/observation.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

/// CPU and RAM limits in percent, in the unit of Decision::cpu_percent and ram_percent.
struct Thresholds {
  double cpu_percent = 0;
  double ram_percent = 0;
};

/// One rule of the guard that changed the wish.
struct GuardNote {
  std::string_view rule;  ///< a literal, e.g. "cooldown"
  int from = 0;           ///< the change before the rule
  int to = 0;             ///< the change after it
  std::string detail;     ///< e.g. "12.3 s left of 30 s"
};

struct NamedBin {
  std::string_view name;  ///< a literal: replicas, load, cpu or ram
  int bin = 0;
};

struct ActionValue {
  int change = 0;  ///< of the replica count; action_name() names it
  double value = 0;
};

/// "scale_in", "hold", "scale_out": the sign of a change.
std::string_view sign_name(int change);
/// The sign, and for steps above one the size too: "scale_out_3".
std::string action_name(int change);

/// What the agent of a service in shadow mode would have done, at the replica count that follows
/// from its own decisions.
struct ShadowDecision {
  int replicas = 0;  ///< that it would have by now
  int wanted = 0;    ///< the change wished for, before its guard
  int change = 0;    ///< the change after it
  int target_replicas = 0;
  std::string reason;
};

struct Decision {
  std::uint64_t tick = 0;
  ReplicaCount replicas;
  double cpu_percent = 0;  ///< what thresholds.cpu_percent judges
  double ram_percent = 0;
  double load = 0;  ///< CPU of the whole service in units of one replica's limit
  Thresholds thresholds;
  std::size_t state_id = 0;
  std::vector<NamedBin> state;
  std::vector<ActionValue> q;  ///< empty for a policy without a table
  int wanted = 0;              ///< the change wished for, before the guard
  bool exploring = false;
  double epsilon = 0;
  Duration cooldown_left{0};  ///< when the tick came; the guard holds every change while it lasts
  std::vector<GuardNote> guard;
  int change = 0;  ///< the change after the guard
  int target_replicas =
      0;                 ///< what the replica count will be; the desired one when nothing is done
  bool applied = false;  ///< Docker accepted a scale command
  double reward = 0;     ///< of the tick that just ended
  double q_change =
      0;  ///< how much the last update changed its value of the table, absolute; 0 without one
  std::string why;     ///< the clause of the wish, a part of the reason
  std::string reason;  ///< one plain English sentence
  std::optional<ShadowDecision> shadow;
};

}  // namespace skep
