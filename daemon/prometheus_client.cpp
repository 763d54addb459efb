#include "daemon/prometheus_client.hpp"

#include <utility>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace skep {
namespace {

/// Proxies may refuse longer request lines.
constexpr std::size_t kLongestTargetBytes = 2000;

HttpClientOptions options_for(std::chrono::milliseconds timeout) {
  HttpClientOptions options;
  options.timeout = timeout;
  options.too_large_advice = "check the address, and that the query selects little";
  return options;
}

/// `parameters` follow the query: "&name=value...".
HttpRequest request_for(const std::string& path, const std::string& promql,
                        const std::string& parameters) {
  std::string form =
      "query=" + boost::urls::encode(promql, boost::urls::unreserved_chars) + parameters;
  if (form.size() <= kLongestTargetBytes) return HttpRequest(HttpMethod::kGet, path + "?" + form);
  return HttpRequest(HttpMethod::kPost, path, std::move(form), "application/x-www-form-urlencoded");
}

/// Seconds with milliseconds, as Prometheus takes times and steps.
std::string seconds_text(Duration duration) {
  const auto all = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  const std::string part = std::to_string(1000 + all % 1000);
  return std::to_string(all / 1000) + "." + part.substr(1);
}

}  // namespace

PrometheusClient::PrometheusClient(boost::asio::any_io_executor executor, Endpoint endpoint,
                                   std::chrono::milliseconds timeout)
    : timeout_parameter_("&timeout=" + std::to_string(timeout.count()) + "ms"),
      http_(std::move(executor), std::move(endpoint), options_for(timeout)) {}

boost::asio::awaitable<Result<Sample>> PrometheusClient::query(std::string promql) {
  HttpRequest request = request_for("/api/v1/query", promql, timeout_parameter_);
  Result<HttpResponse> response = co_await http_.request(std::move(request));
  if (!response) co_return std::move(response.error());
  co_return parse_instant_answer(response->body, response->status, promql);
}

boost::asio::awaitable<Result<RangeAnswer>> PrometheusClient::query_range(std::string promql,
                                                                          RangeGrid grid) {
  const Duration start = grid.start.time_since_epoch();
  const Duration end = start + static_cast<Duration::rep>(grid.points - 1) * grid.step;
  const std::string parameters = "&start=" + seconds_text(start) + "&end=" + seconds_text(end) +
                                 "&step=" + seconds_text(grid.step) + timeout_parameter_;
  HttpRequest request = request_for("/api/v1/query_range", promql, parameters);
  Result<HttpResponse> response = co_await http_.request(std::move(request));
  if (!response) co_return std::move(response.error());
  co_return parse_range_answer(response->body, response->status, promql);
}

}  // namespace skep
