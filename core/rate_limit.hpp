// How fast target tracking may move: the scaling policies of the Kubernetes HPA (kubernetes.io,
// "Horizontal Pod Autoscaling", configurable scaling behavior).
#pragma once

#include "core/settings.hpp"
#include "core/time.hpp"

#include <deque>

namespace skep {

/// Remembers the changes that were applied. Each policy of a direction allows its value beyond the
/// count at the beginning of its period: the count now without the changes since then.
class RateLimit {
 public:
  RateLimit(const ScalingRules& scale_out, const ScalingRules& scale_in);

  /// `change` was applied at `now`, which must not go back.
  void applied(int change, TimePoint now);
  /// The largest count that scale-out allows now, at least `current`. Percentages are rounded up.
  int most(int current, TimePoint now) const;
  /// The smallest count that scale-in allows now, at most `current` and at least 0. Of what is
  /// taken away, percentages are rounded up.
  int least(int current, TimePoint now) const;

 private:
  struct Change {
    TimePoint time;
    int change;
  };

  /// The count at the beginning of a period that ends now. A change that is as old as the period is
  /// before it.
  int at_start(Duration period, int current, TimePoint now) const;

  ScalingRules out_;
  ScalingRules in_;
  Duration longest_{0};  ///< period
  std::deque<Change> changes_;
};

}  // namespace skep
