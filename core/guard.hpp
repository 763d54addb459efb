// What may really be done. The rules stand in a fixed order; each that changes the wish adds a note
// with its reason:
//
//   data -> update -> switched_off -> paused -> cooldown -> stabilization -> bounds -> panic /
//   max_step -> ram_limit
//   -> over_limit -> targets -> no_node -> threshold -> dry_run
//
// (A tick without data, a service that is not replicated, and a node that is no manager never get
// as far as a wish.)
#pragma once

#include "core/decision.hpp"
#include "core/observation.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace skep {

/// No update or rollback of the service is running or paused, so that a scale command disturbs
/// none.
bool at_rest(UpdateState state);

/// The changes that a panic allows: what target tracking asks for, but at least one more, and at
/// most twice as many; none of it beyond `room` (>= 0) more than `desired` (>= 1).
struct PanicRange {
  int least;
  int most;
};
PanicRange panic_range(int desired, double cpu_percent, double target_cpu_percent, int room);

/// Where a wish comes from. All but an agent's may be larger than max_step.
enum class WishSource {
  kAgent,
  kReset,    ///< a new episode begins at one replica
  kRestore,  ///< a deploy reset the replica count
  kBound,    ///< the replica count is outside min and max
};

struct GuardInput {
  const ServiceStatus& status;
  const Metrics& metrics;
  Duration cooldown_left{0};
  bool paused = false;
  bool over_threshold = true;  ///< CPU or RAM is over the environment's threshold
  WishSource source = WishSource::kAgent;
  TimePoint now{};
};

class Guard {
 public:
  explicit Guard(const ControllerSettings& settings);

  /// What remains of the wish to change the replica count by `change`. Each rule that changed it is
  /// added to `notes`, which may be null. Remembers the wish for the stabilisation.
  int judge(const GuardInput& input, int change, std::vector<GuardNote>* notes);
  /// An agent's wish for `change` would be left as it is, were there no cooldown, no threshold and
  /// no dry-run.
  bool allows(const GuardInput& input, int change) const;

 private:
  /// `notes` may be null.
  int limit(const GuardInput& input, int change, std::vector<GuardNote>* notes) const;
  int stabilized(const GuardInput& input, int change) const;

  ReplicaSettings replicas_;
  GuardSettings settings_;
  double cpu_limit_percent_;
  double target_cpu_percent_;
  Duration cooldown_;
  bool dry_run_;
  std::deque<std::pair<TimePoint, int>> wished_counts_;
};

}  // namespace skep
