// Reads the measurements of one service from Prometheus.
#pragma once

#include "config/settings.hpp"
#include "core/observation.hpp"
#include "core/time.hpp"
#include "daemon/result.hpp"
#include "daemon/sources.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace skep {

/// `query` with $service and $window replaced; other variables, and names that only begin like
/// these, stay as they are. `window` as Prometheus writes durations, such as 1m30s.
std::string filled_query(std::string_view query, std::string_view service, std::string_view window);

/// What $window becomes: the larger of `interval` and one minute.
std::string query_window(Duration interval);

struct MetricsReading {
  Metrics metrics;
  std::vector<std::string> warnings;  ///< what Prometheus wants to be known about its answers
};

class MetricsReader {
 public:
  /// $window becomes the larger of `interval` and one minute.
  MetricsReader(const MetricsSettings& settings, Duration interval);

  /// All metrics that are configured, from answers that were asked for at `not_before` or later;
  /// `service` is the full name, `running` the number of running replicas. Every configured query
  /// is needed: the first that fails ends the reading with an error that names it (but `targets`
  /// without a value means that none report). Errors: those of PrometheusClient::query, and
  /// kRefused for a value that cannot be.
  boost::asio::awaitable<Result<MetricsReading>> read(Sources& sources, std::string service,
                                                      int running, TimePoint not_before);

 private:
  enum Kind { kCpu, kRam, kUptime, kLoad, kLatency, kTargets };
  struct Query {
    Kind kind;
    std::string text;    ///< of the configuration
    std::string filled;  ///< for service_
  };

  void fill(const std::string& service);
  static std::optional<Error> check(const Query& query, const Result<Sample>& sample);
  void take(Kind kind, double value, int running, Metrics& metrics) const;

  std::vector<Query> queries_;
  bool cpu_of_service_;
  bool ram_of_service_;
  std::string window_;
  std::string service_;
};

}  // namespace skep
