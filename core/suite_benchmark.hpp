// The trace suite: traces of real traffic, three weightings, three settings, and every policy
// learning online from nothing. A trace is scaled so that its 99.9th percentile fits into 80% of
// the replicas at the utilisation that is allowed; one row is one tick.
//
// Cost of a tick = performance v + resources n' / 20 + adaptation [n' != n], where n' is what was
// chosen at the tick before and v the load over n' and its limit, once it is above that. The score
// is the mean cost over the last three quarters of the trace.
#pragma once

#include "core/benchmark_policy.hpp"
#include "core/settings.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace skep::suite {

inline constexpr int kMaxReplicas = 20;
inline constexpr double kUtilisationLimit = 0.8;
inline constexpr std::size_t kMostTicks = 20000;  ///< rows of a trace that are used
inline constexpr std::size_t kLeastTicks = 8;     ///< fewer than that are no trace
inline constexpr std::array<RewardWeights, 3> kWeightings{
    {{0.90, 0.09, 0.01}, {0.50, 0.40, 0.10}, {0.33, 0.33, 0.33}}};

struct Setting {
  std::string_view name;
  int max_step;
  int lag;  ///< ticks
};
inline constexpr std::array<Setting, 3> kSettings{
    {{"step1", 1, 0}, {"step4", 4, 0}, {"late3", 1, 3}}};

/// The load in units of one replica at 100%, from any unit of load: at most the first kMostTicks
/// values, scaled so that the 99.9th percentile, sorted[floor(0.999 n)], is 0.8 x 20 x 0.8. Empty
/// when that percentile is not above 0 or when there are fewer than kLeastTicks values.
std::vector<double> scaled(std::span<const double> trace);

/// A trace under one weighting and one setting.
struct Cell {
  std::span<const double> load;  ///< as scaled() gives it
  RewardWeights weights;
  Setting setting;
};

/// Of the scored ticks, but for first_quarter.
struct Score {
  double cost = 0;           ///< mean of a tick
  double first_quarter = 0;  ///< mean cost of a tick before the scored ones
  double violations_percent = 0;
  double mean_replicas = 0;
  std::size_t changes = 0;
};
Score score(const Cell& cell, std::span<const int> replicas);

/// Every run leaves the replicas of each tick in `replicas`, which is overwritten. `at_end`, which
/// may be empty, gets the controller when the trace is over.
Score run_policy(const Cell& cell, const ControllerSettings& settings, std::vector<int>& replicas,
                 const std::function<void(const Controller&)>& at_end);
/// Target 50%, tolerance 0.1, a window of 5 ticks.
Score run_hpa_50(const Cell& cell, std::vector<int>& replicas);
/// The HPA of hpa_grid() with the least cost on this very cell, known in hindsight only.
Score run_best_hpa(const Cell& cell, std::vector<int>& replicas);
/// The best counts there are. It cares for the scored ticks only, so that its first quarter says
/// nothing.
Score run_optimum(const Cell& cell, std::vector<int>& replicas);

/// What having `replicas` at a tick with `load` costs, without the price of a change.
double holding_cost(const RewardWeights& weights, double load, int replicas);

/// The settings of a policy of the daemon in this cell; the same for all traces.
ControllerSettings settings(PolicyType policy, const Cell& cell);

}  // namespace skep::suite
