// The Kubernetes HPA v2 as the baseline of the benchmarks: the least that its decisions need, so
// that a grid of hundreds of settings can be tried in hindsight. Target tracking as a policy of the
// daemon is core/target_tracking.hpp.
#pragma once

#include "core/benchmark_policy.hpp"
#include "core/window_maximum.hpp"

#include <vector>

namespace skep {

struct HpaSettings {
  double target = 0.7;     ///< utilisation, in (0, 1]
  double tolerance = 0.1;  ///< no change while |utilisation / target - 1| is within it, >= 0
  int window = 0;  ///< scale in to the largest count wanted at the last `window` decisions and now

  bool operator==(const HpaSettings&) const = default;
};

/// ceil(replicas x utilisation / target) of the observation's own time. One decision adds at most
/// as many replicas as there are, or 4 (kubernetes.io, "Horizontal Pod Autoscaling", default
/// behavior).
class Hpa final : public BenchmarkPolicy {
 public:
  /// Wants are counted up to `max_replicas`.
  Hpa(const HpaSettings& settings, int max_replicas);
  int decide(const Sight& sight) override;

 private:
  HpaSettings settings_;
  int max_replicas_;
  int decision_ = 0;       ///< the clock of the window
  WindowMaximum largest_;  ///< of what was wanted
};

/// Every setting that the best rule in hindsight is sought among.
std::vector<HpaSettings> hpa_grid();

}  // namespace skep
