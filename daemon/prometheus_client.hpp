// Asks Prometheus for one number, or for its history.
#pragma once

#include "daemon/http_client.hpp"
#include "daemon/prometheus_answer.hpp"
#include "daemon/result.hpp"
#include "daemon/wall_clock.hpp"

#include <chrono>
#include <cstddef>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace skep {

/// Moments at which a query is evaluated: `start`, `start` + `step` and so on, `points` of them.
struct RangeGrid {
  WallTime start{};
  Duration step{};  ///< a whole number of milliseconds, > 0
  std::size_t points = 0;
};

/// What Prometheus evaluates at most for one range query.
inline constexpr std::size_t kMostRangePoints = 11'000;

/// Must outlive its queries and be destroyed before the event loop.
class PrometheusClient {
 public:
  /// `timeout` holds for a whole query, > 0. Prometheus is told it too, so that it does not work
  /// for nobody.
  PrometheusClient(boost::asio::any_io_executor executor, Endpoint endpoint,
                   std::chrono::milliseconds timeout);

  /// The value of `promql` now, by the clock of the server. Several queries may run at once.
  /// Errors: those of HttpClient::request and of parse_instant_answer.
  boost::asio::awaitable<Result<Sample>> query(std::string promql);

  /// The values of `promql` at the moments of `grid`, at most kMostRangePoints. Errors: those of
  /// HttpClient::request and of parse_range_answer.
  boost::asio::awaitable<Result<RangeAnswer>> query_range(std::string promql, RangeGrid grid);

  const Endpoint& endpoint() const { return http_.endpoint(); }

 private:
  std::string timeout_parameter_;
  HttpClient http_;
};

}  // namespace skep
