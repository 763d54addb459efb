#include "daemon/train_history.hpp"

#include "daemon/metrics_reader.hpp"
#include "daemon/prometheus_client.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace skep {
namespace {

namespace asio = boost::asio;

/// A piece of a history is more work for Prometheus than the value of now.
constexpr int kPatience = 10;

struct HistoryQuery {
  const char* name;  ///< the key of the configuration
  std::string text;
  std::vector<double>* values;
};

/// One query after the other; the first that fails ends it with an error that names it.
asio::awaitable<void> read_all(PrometheusClient& client, std::vector<HistoryQuery>& queries,
                               ServiceHistory& history, std::optional<Error>& failed,
                               const std::function<void(double)>& progress) {
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const HistoryQuery& query = queries[i];
    std::function<void(double)> tell = [&progress, &queries, i](double part) {
      progress((static_cast<double>(i) + part) / static_cast<double>(queries.size()));
    };
    Result<QueryHistory> read =
        co_await read_history(client, query.text, history.grid, std::move(tell));
    if (!read) {
      failed.emplace(read.error().code,
                     std::string("The ") + query.name + " query: " + read.error().message);
      co_return;
    }
    *query.values = std::move(read->values);
    history.unusable += read->unusable;
    std::move(read->warnings.begin(), read->warnings.end(), std::back_inserter(history.warnings));
  }
}

bool all_gaps(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

/// What is needed and not there at all.
std::optional<Error> check_found(const std::vector<HistoryQuery>& queries, const RangeGrid& grid) {
  for (const HistoryQuery& query : queries) {
    if (!all_gaps(*query.values)) continue;
    return Error(ErrorCode::kEmpty,
                 std::string("The ") + query.name + " query has no usable value since " +
                     rfc3339(grid.start) +
                     ": try it in Prometheus, and see that its data reaches back that far and that "
                     "$service is the full name of the service (--full-name).");
  }
  return std::nullopt;
}

}  // namespace

Result<ServiceHistory> read_service_history(const PrometheusSettings& prometheus,
                                            const ServiceSettings& service,
                                            const std::string& full_name, Duration from,
                                            const std::function<void(double)>& progress) {
  const MetricsSettings& metrics = service.metrics;
  const std::optional<std::string>& replicas =
      metrics.replicas ? metrics.replicas : metrics.targets;
  ServiceHistory history;
  MeasuredHistory& measured = history.measured;
  measured.cpu_of_service = metrics.cpu.of == QueryScope::kService;
  measured.ram_of_service = metrics.ram.of == QueryScope::kService;
  if (!measured.cpu_of_service && !replicas) {
    return Error(ErrorCode::kInvalid,
                 "metrics.cpu is the mean of a replica, so its history does not tell the load of "
                 "the service: configure metrics.replicas (how many ran), or a metrics.cpu with "
                 "of: service.");
  }

  const Duration interval = service.controller.interval;
  history.grid = history_grid(wall_now(), from, interval);
  std::vector<double> uptime;
  std::vector<HistoryQuery> queries;
  const auto add = [&](const char* name, const std::string& text, std::vector<double>& values) {
    queries.push_back({name, filled_query(text, full_name, query_window(interval)), &values});
  };
  add("cpu", metrics.cpu.query, measured.cpu_percent);
  add("ram", metrics.ram.query, measured.ram_percent);
  if (metrics.uptime) add("uptime", *metrics.uptime, uptime);
  if (metrics.load) add("load", *metrics.load, measured.demand);
  if (replicas) add(metrics.replicas ? "replicas" : "targets", *replicas, measured.replicas);

  asio::io_context context(1);
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(prometheus.timeout);
  PrometheusClient client(context.get_executor(), prometheus.endpoint, kPatience * timeout);
  std::optional<Error> failed;
  std::exception_ptr thrown;
  const auto when_done = [&thrown](std::exception_ptr failure) { thrown = failure; };
  asio::co_spawn(context, read_all(client, queries, history, failed, progress), when_done);
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  if (failed) return std::move(*failed);
  if (std::optional<Error> missing = check_found(queries, history.grid)) {
    return std::move(*missing);
  }
  for (std::size_t i = 0; i < uptime.size(); ++i) {
    const bool up = uptime[i] > 0;  // not so for NaN
    if (!up) measured.cpu_percent[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return history;
}

}  // namespace skep
