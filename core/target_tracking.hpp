// Target tracking: the algorithm of the Kubernetes Horizontal Pod Autoscaler v2 for one utilisation
// metric (kubernetes.io, "Horizontal Pod Autoscaling", algorithm details and configurable scaling
// behavior): the count for the target, then the stabilisation windows, then the rate policies.
#pragma once

#include "core/agent.hpp"
#include "core/observation.hpp"
#include "core/rate_limit.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"
#include "core/window_maximum.hpp"

namespace skep {

/// ceil(load / target), at least 1 and at most 1,000,000, for a load in units of one replica's
/// limit and a target in (0, 1].
int replicas_for(double load, double target);

/// The count that brings the utilisation to its target: ceil(load / target), or `desired` while the
/// utilisation is within the tolerance. Replicas that do not run yet count as idle on the way up
/// and as fully used on the way down, and when that turns the direction nothing changes.
/// `cpu_percent` is the mean of the replicas that were measured, even when there are others by now,
/// `load` their sum in units of one replica's limit. The result is >= 1.
int tracking_count(double cpu_percent, double load, ReplicaCount replicas,
                   const TargetSettings& target);

/// Remembers the counts asked for, and moves only as far as all of a window agree on.
class Stabilization {
 public:
  Stabilization(Duration scale_out, Duration scale_in) : out_(scale_out), in_(scale_in) {}
  /// Adds `wanted` at `now`, and the first time `current` before it, as the Kubernetes HPA does: a
  /// restart does not make a window empty. Up: the smallest count of the scale-out window, but not
  /// below `current`; down: the largest of the scale-in window, but not above `current`.
  int stabilize(int wanted, int current, TimePoint now);

 private:
  WindowMaximum out_;  ///< of the negated counts
  WindowMaximum in_;
  bool begun_ = false;
};

class TargetTrackingPolicy final : public Agent {
 public:
  explicit TargetTrackingPolicy(const ControllerSettings& settings);
  Wish wish(const AgentView& view) override;
  std::string explain(const AgentView& view, const Wish& wish) const override;
  void applied(int change, TimePoint due) override;
  std::optional<int> preferred(double load, int replicas) const override;

 private:
  TargetSettings target_;
  ReplicaSettings replicas_;
  Stabilization stabilization_;
  RateLimit rate_;
  TimePoint now_{};  ///< of the last wish
  int wanted_ = 0;   ///< then, before stabilisation and rate
  int stable_ = 0;   ///< then, before the rate
};

}  // namespace skep
