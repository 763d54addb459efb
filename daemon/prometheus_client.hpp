// Asks Prometheus for one number.
#pragma once

#include "daemon/http_client.hpp"
#include "daemon/prometheus_answer.hpp"
#include "daemon/result.hpp"

#include <chrono>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace skep {

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

  const Endpoint& endpoint() const { return http_.endpoint(); }

 private:
  std::string timeout_parameter_;
  HttpClient http_;
};

}  // namespace skep
