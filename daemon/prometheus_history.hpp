// The history of one query, asked for in pieces that Prometheus answers.
#pragma once

#include "core/time.hpp"
#include "daemon/prometheus_client.hpp"
#include "daemon/result.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace skep {

/// A longer history is asked for with a larger step: 6 days of seconds, 12 weeks of 15 s.
inline constexpr std::size_t kMostHistoryPoints = 500'000;

/// The last `from` before `now` in steps of `interval`, or of a multiple of it when that would be
/// more than kMostHistoryPoints. `from` and `interval` are > 0; the step is rounded up to whole
/// milliseconds.
RangeGrid history_grid(WallTime now, Duration from, Duration interval);

struct QueryHistory {
  std::vector<double> values;  ///< at each point of the grid, finite and >= 0; NaN: a gap
  std::size_t unusable = 0;    ///< NaN, negative or above kLargestMetric: gaps as well
  std::vector<std::string> warnings;
};

/// Asks for all of `grid`, one piece after the other; `progress` gets the part that is done.
/// `client` must outlive the call. Errors: those of PrometheusClient::query_range with the piece
/// that failed, and kProtocol for points that were not asked for.
boost::asio::awaitable<Result<QueryHistory>> read_history(PrometheusClient& client,
                                                          std::string promql, RangeGrid grid,
                                                          std::function<void(double)> progress);

}  // namespace skep
