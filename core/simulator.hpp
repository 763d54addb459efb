// A simulated Swarm service in virtual time, and a controller driven with it over a trace. Load is
// in units of one replica: 1.0 keeps one replica 100% busy.
#pragma once

#include "core/controller.hpp"
#include "core/observation.hpp"
#include "core/random.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace skep {

enum class QueueModel { kMD1, kMM1 };

/// Mean response time in seconds of a server that is busy for `service_seconds` (> 0) a request,
/// with requests of a Poisson process at `utilization` (>= 0) of what it can do: M/M/1 is
/// s / (1 - u), M/D/1 is s + s u / (2 (1 - u)) (Pollaczek-Khinchine; Kleinrock, Queueing Systems,
/// vol. 1, 1975, sections 3.2 and 5.7). Infinite from utilization 1 on.
double response_seconds(QueueModel model, double service_seconds, double utilization);

struct SimulatorSettings {
  Duration startup{0};  ///< a replica runs only this long after the command, >= 0
  int lag_ticks = 0;    ///< metrics are those of so many ticks ago, 0 to 100,000
  double noise = 0;     ///< measured CPU is off by up to this part of itself, in [0, 1)
  std::uint64_t seed = 1;
  double ram_base_percent = 20;      ///< of an idle replica, >= 0
  double ram_per_load_percent = 20;  ///< more at 100% CPU, >= 0
  Duration service_time{0};          ///< of one request; 0: neither demand nor latency are measured
  bool measures_demand = true;       ///< as a load query would; else only latency is
  QueueModel queue = QueueModel::kMD1;
  Duration longest_response{std::chrono::seconds(10)};  ///< then the client gives up
};

/// What `running` replicas (>= 1) have to do for `load` (>= 0): CPU above 100% is demand that finds
/// no replica.
Metrics true_metrics(const SimulatorSettings& settings, double load, int running);
/// CPU, RAM or latency is over its limit.
bool violates(const Metrics& metrics, const Limits& limits);

/// As many replicas as `load` needs to stay within the CPU limit, within min and max; NaN: min.
int first_replicas(const ControllerSettings& settings, double load);

class SimulatedService {
 public:
  /// `replicas` (>= 1) run already.
  SimulatedService(const SimulatorSettings& settings, int replicas);

  /// A scale command to `replicas` >= 1. What is still starting goes first.
  void scale(int replicas, TimePoint now);
  /// Serves `load` (>= 0) at `now`, which must not go back, and returns what a controller sees of
  /// it: CPU stops at 100%, and the metrics are late. They are missing for the first lag_ticks.
  const TickInput& observe(double load, TimePoint now);
  /// The same while nothing is measured; what was on its way is lost, too.
  const TickInput& observe_nothing(TimePoint now);
  /// What really was at the last observe: CPU above 100% is demand that found no replica.
  const Observation& truth() const { return truth_; }

 private:
  void look(TimePoint now);
  Metrics measured(double load);

  SimulatorSettings settings_;
  Random random_;
  int desired_;
  std::vector<TimePoint> starting_;  ///< when each replica that does not run yet will, in order
  std::vector<Metrics> recent_;      ///< a ring of the last lag_ticks + 1 measurements
  std::size_t observed_ = 0;
  TickInput input_;
  Observation truth_;
};

/// One decision of a simulation. References are valid during the call only.
struct SimulatedDecision {
  const Decision& decision;
  Duration time;  ///< since the beginning
  const Observation& truth;
  double load;
  double cost;  ///< of this tick, see SimulationResult
};

/// One tick of a simulation, with data or without.
struct SimulatedTick {
  Duration time;             ///< since the beginning
  const Observation& truth;  ///< before the change
  double load;
  double cost;  ///< without the price of the change
  int change;   ///< of the replica count, at the end of the tick
};

/// `cost` is minus the reward of the service's own configuration at each tick of the interval,
/// judged by what really was (not by what was measured late), with the price of a change at the
/// tick that changed, which may lie between two of them.
struct SimulationResult {
  std::uint64_t ticks = 0;       ///< of the interval, with a load
  std::uint64_t violations = 0;  ///< ticks with CPU, RAM or latency over their limit
  double hours = 0;              ///< with a load
  double replica_hours = 0;      ///< during them
  std::uint64_t changes = 0;
  std::uint64_t reversals = 0;  ///< changes against the direction of the one before
  double total_cost = 0;

  double violations_percent() const;
  double mean_replicas() const;  ///< over time
  double mean_cost() const;
};

/// Drives `controller` over a trace: row i of `loads` is the load from i to i + 1 times `step` (>
/// 0). A row that is NaN is a gap: the controller gets no metrics, so nothing is decided, nothing
/// is learned across it, and nothing of it is judged. Commands are accepted at once. Both callbacks
/// may be empty.
SimulationResult simulate(Controller& controller, SimulatedService& service,
                          std::span<const double> loads, Duration step,
                          const std::function<void(const SimulatedDecision&)>& on_decision,
                          const std::function<void(const SimulatedTick&)>& on_tick = {});

}  // namespace skep
