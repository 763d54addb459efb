// What was measured of a service in the past, made into the load that the simulator serves.
#pragma once

#include "core/demand.hpp"
#include "core/time.hpp"

#include <cstddef>
#include <vector>

namespace skep {

/// Values at equal steps of time, all >= 0, NaN where nothing was measured. Each list is empty (not
/// known at all) or as long as `cpu_percent`.
struct MeasuredHistory {
  std::vector<double> cpu_percent;
  bool cpu_of_service = false;  ///< the sum of the replicas, else the mean: needs `replicas`
  std::vector<double> ram_percent;
  bool ram_of_service = false;
  std::vector<double> demand;    ///< requests per second, say
  std::vector<double> replicas;  ///< how many ran; 0: none, which is a gap
};

/// CPU of a replica from which on the demand is hidden: it may have been more.
inline constexpr double kSaturatedPercent = Demand::kHiddenFromPercent;
/// What a saturated service is taken to have been asked for, as a part of what it could do.
inline constexpr double kHiddenDemand = SeenLoad::kHiddenFactor;

struct LoadHistory {
  std::vector<double> loads;  ///< in units of one replica's limit; NaN: a gap
  std::size_t known = 0;      ///< points that are no gap
  std::size_t saturated = 0;  ///< points whose demand was hidden, and had to be assumed
  /// CPU seconds of one request (of one unit of the demand), as the quotient of the sums; 0: there
  /// is no demand to fit it to.
  Duration service_time{0};
  /// RAM of a replica in percent: base + per_load x utilization, the straight line with the least
  /// squares, with a slope of at least 0; false: RAM or utilization was not measured.
  bool ram_known = false;
  double ram_base_percent = 0;
  double ram_per_load_percent = 0;
};

/// The load is the CPU of the whole service; where that is saturated, demand x service_time if
/// there is a demand, and otherwise kHiddenDemand x replicas.
LoadHistory load_history(const MeasuredHistory& measured);

}  // namespace skep
