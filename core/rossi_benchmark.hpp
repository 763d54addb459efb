// The published benchmark: Rossi, Nardelli, Cardellini, "Horizontal and Vertical Scaling of
// Container-Based Applications Using Reinforcement Learning", IEEE CLOUD 2019, horizontal scaling
// only, on the requests per minute of New York's taxis. One value of the trace is a load in
// requests per second.
//
// One replica serves 200 requests/s. A queue with Poisson arrivals and a constant service time s
// (M/D/1) answers in R = s + l s^2 / (2 (1 - u)) for l requests/s a replica and a utilisation
// u = l s (Pollaczek-Khinchine). R may be 50 ms, which is u <= 18/19.
#pragma once

#include "core/benchmark_policy.hpp"
#include "core/controller.hpp"
#include "core/settings.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace skep::rossi {

inline constexpr int kMaxReplicas = 10;
inline constexpr double kRequestsPerReplica = 200;      ///< a second
inline constexpr double kUtilisationLimit = 18.0 / 19;  ///< R = 50 ms
inline constexpr std::size_t kWindowTicks = 4001;
/// The ticks before the first of them, 0 to 12002, may be learned from.
inline constexpr std::array<std::size_t, 30> kWindowOffsets{
    12003,  28007,  36009,  56014,  60015,  76019,  84021,  96024,  116029, 120030,
    148037, 152038, 180045, 184046, 192048, 224056, 240060, 248062, 256064, 260065,
    276069, 348087, 380095, 392098, 396099, 432108, 436109, 456114, 492123, 512128};
/// The least number of values that a trace must have.
inline constexpr std::size_t kLeastValues = 516131;

/// The load of `ticks` ticks from `offset` on, in units of one replica at 100%: every second value
/// of the trace from the one with number 1 on, each held for two ticks. The trace must have
/// kLeastValues.
std::vector<double> load(std::span<const double> trace, std::size_t offset, std::size_t ticks);

/// A tick with `replicas`: 0.90 when it is too slow, and 0.09 for 10 replicas.
double holding_cost(double load, int replicas);
/// The same of all ticks, summed.
double cost(std::span<const double> load, std::span<const int> replicas);

/// The same within the training ticks, to choose settings on: the ticks before the first of these
/// train, as those before the first of kWindowOffsets do.
inline constexpr std::array<std::size_t, 2> kTuningOffsets{4001, 8002};

/// The loads of the windows and of the training ticks.
struct Windows {
  /// Those of the benchmark, or those that lie within its training ticks.
  enum class Part { kBenchmark, kTuning };
  Windows(std::span<const double> trace, Part part);
  std::vector<double> training;
  std::vector<std::vector<double>> windows;
};

/// The settings of a policy of the daemon: CPU may be 18/19, a step is 1, and the guard does
/// nothing but that and the bounds.
ControllerSettings settings(PolicyType policy);

/// Gets the replicas of each tick of a window, and the controller at its end, which is null for
/// what is no policy of the daemon; may be empty.
using OnWindow = std::function<void(std::size_t window, std::span<const int> replicas,
                                    const Controller* controller)>;

/// The mean cost of a window with a policy of the daemon whose observation is `lag` ticks old. Each
/// window starts from nothing, or from what was learned on the training ticks.
double policy_cost(const Windows& windows, ControllerSettings settings, int lag, bool trained,
                   const OnWindow& on_window);

/// The same with an HPA that is synced every `every` ticks.
struct HpaRun {
  double target = 0.7;
  int window = 0;  ///< of the stabilisation, in syncs
  int every = 1;
  int lag = 0;
  bool sees_demand = false;  ///< as with a metric of requests, and not of CPU
};
double hpa_cost(const Windows& windows, const HpaRun& run, const OnWindow& on_window);

/// The same with the best counts there are.
double optimum_cost(const Windows& windows, const OnWindow& on_window);

}  // namespace skep::rossi
