// The history of a service's own metrics, from the Prometheus that its daemon asks.
#pragma once

#include "config/settings.hpp"
#include "core/load_history.hpp"
#include "core/time.hpp"
#include "daemon/prometheus_history.hpp"
#include "daemon/result.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace skep {

struct ServiceHistory {
  MeasuredHistory measured;
  RangeGrid grid;
  std::size_t unusable = 0;           ///< values that were NaN, negative or above kLargestMetric
  std::vector<std::string> warnings;  ///< what Prometheus wants to be known
};

/// Asks for the last `from` up to now, with `full_name` for $service. CPU of a replica needs the
/// history of the replicas, from the query `replicas` or else `targets`. A moment at which the
/// service was not up by its uptime query is a gap. A query may take ten times as long as the
/// configured timeout. `progress` gets the part that is done. Blocks. Errors: kInvalid (the
/// settings do not tell the load, or the address is wrong), kEmpty (there is no history), and those
/// of read_history.
Result<ServiceHistory> read_service_history(const PrometheusSettings& prometheus,
                                            const ServiceSettings& service,
                                            const std::string& full_name, Duration from,
                                            const std::function<void(double)>& progress);

}  // namespace skep
