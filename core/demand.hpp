// The load that a service was asked for, from what it used. CPU stops at 100% of what the replicas
// have, so that behind a CPU near it there may be more demand than is seen; the optional `load`
// query (requests per second, say) has no such ceiling, and the CPU that a request needs is learned
// while it can be seen.
#pragma once

#include "core/observation.hpp"

namespace skep {

/// A load in units of one replica's limit, >= 0.
struct SeenLoad {
  double load;          ///< at most Demand::kMost
  bool hidden = false;  ///< it was at least this, and nobody knows how much more

  /// A hidden load is taken for so many times what is seen by whom has no better guess.
  static constexpr double kHiddenFactor = 1.15;
  double guess() const { return hidden ? kHiddenFactor * load : load; }
};

class Demand {
 public:
  /// From this CPU on (percent, mean of a replica) the demand counts as hidden.
  static constexpr double kHiddenFromPercent = 98;
  /// A larger load counts as this one: no replica count is enough for it, and the learners can
  /// reckon with it.
  static constexpr double kMost = 1e6;

  /// What these metrics tell of the load. Learns from them.
  SeenLoad see(const Metrics& metrics);

  /// CPU used and what the load query gave over the last ticks, both fading; to be saved.
  double used() const { return used_; }
  double asked() const { return asked_; }
  /// Both >= 0 and finite, or false and nothing changed.
  bool restore(double used, double asked);

 private:
  double used_ = 0;   ///< units of one replica's limit
  double asked_ = 0;  ///< in the unit of the query
};

}  // namespace skep
