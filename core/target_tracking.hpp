// Target tracking: the algorithm of the Kubernetes Horizontal Pod Autoscaler v2 for one utilisation
// metric (kubernetes.io, "Horizontal Pod Autoscaling", algorithm details).
#pragma once

#include "core/agent.hpp"
#include "core/observation.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

#include <deque>
#include <utility>

namespace skep {

/// The count that brings the utilisation to its target: ceil(load / target), or `desired` while the
/// utilisation is within the tolerance. Replicas that do not run yet count as idle on the way up
/// and as fully used on the way down, and when that turns the direction nothing changes.
/// `cpu_percent` is the mean of the replicas that were measured, even when there are others by now,
/// `load` their sum in units of one replica's limit. The result is >= 1.
int tracking_count(double cpu_percent, double load, ReplicaCount replicas,
                   const TargetSettings& target);

/// The largest (or, of negated values, the smallest) of what was added within a time window, in
/// amortised constant time.
class WindowMaximum {
 public:
  explicit WindowMaximum(Duration window) : window_(window) {}
  int add(int value, TimePoint now);

 private:
  Duration window_;
  std::deque<std::pair<TimePoint, int>> falling_;
};

/// Remembers the counts asked for, and moves only as far as all of a window agree on.
class Stabilization {
 public:
  Stabilization(Duration scale_out, Duration scale_in) : out_(scale_out), in_(scale_in) {}
  /// Adds `wanted` at `now`. Up: the smallest count of the scale-out window, but not below
  /// `current`; down: the largest of the scale-in window, but not above `current`.
  int stabilize(int wanted, int current, TimePoint now);

 private:
  WindowMaximum out_;  ///< of the negated counts
  WindowMaximum in_;
};

class TargetTrackingPolicy final : public Agent {
 public:
  explicit TargetTrackingPolicy(const ControllerSettings& settings);
  Wish wish(const AgentView& view) override;
  std::string explain(const AgentView& view, const Wish& wish) const override;

 private:
  TargetSettings target_;
  ReplicaSettings replicas_;
  Stabilization stabilization_;
  int wanted_ = 0;  ///< at the last wish, before the stabilisation
};

}  // namespace skep
