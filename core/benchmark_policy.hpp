// What a benchmark runs: a policy that sees a service at each tick and says how many replicas it
// shall have, and the replay of a trace of load under it, in virtual time.
//
// Replicas start at once and there is no cooldown: a count chosen at a tick holds from the next.
#pragma once

#include "core/controller.hpp"
#include "core/settings.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace skep {

/// What there is to see at a tick. A late observation brings the replicas of its own time with it.
struct Sight {
  double load = 0;        ///< used then, in units of one replica at 100%: at most seen_replicas
                          ///< unless the demand itself is seen
  int seen_replicas = 1;  ///< at the time of the load
  int replicas = 1;       ///< now
};

class BenchmarkPolicy {
 public:
  virtual ~BenchmarkPolicy() = default;
  /// The count that it wants from the next tick on; the replay cuts it to bounds and step.
  virtual int decide(const Sight& sight) = 0;
};

/// The controller of the daemon as a policy: one tick each `interval` of virtual time, and every
/// command is accepted at once.
class ControllerPolicy final : public BenchmarkPolicy {
 public:
  explicit ControllerPolicy(const ControllerSettings& settings)
      : controller_(settings, Controller::Detail::kNumbers) {}
  int decide(const Sight& sight) override;

  const Controller& controller() const { return controller_; }
  /// What it has learned, and the same policy with what another one of equal settings has learned
  /// from a load that this one does not go on with.
  /// Throws std::logic_error when the settings differ.
  Snapshot learned() const;
  void start_from(const Snapshot& learned);

 private:
  Controller controller_;
  TickInput input_;
  TimePoint now_{};
};

/// Settings of a policy of the daemon for a benchmark: those it ships with, a tick of 1 s, no
/// cooldown, a state of replicas and load, and nothing of the guard but bounds and step. The
/// stabilisation and the rates of target tracking last as many ticks as with the daemon's own
/// interval.
ControllerSettings benchmark_settings(PolicyType policy, int max_replicas, int max_step);

/// Replicas are 1 to `max_replicas`.
struct ReplaySettings {
  int max_replicas = 10;
  int start = 1;             ///< replicas at the first tick
  int max_step = 1;          ///< the largest change from one tick to the next
  int lag = 0;               ///< at tick t the policy sees tick t - lag, and tick 0 until then
  bool sees_demand = false;  ///< the load is not cut off where the replicas are fully used
  int every = 1;             ///< the policy is asked at each tick that is a multiple of this only
};

/// The replicas at each tick of `load` (units of one replica at 100%, >= 0). `replicas` is
/// overwritten, so that it can be used again without a new allocation.
void replay(std::span<const double> load, const ReplaySettings& settings, BenchmarkPolicy& policy,
            std::vector<int>& replicas);

}  // namespace skep
