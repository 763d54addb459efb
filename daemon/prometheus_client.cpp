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
  return options;
}

HttpRequest request_for(const std::string& promql, const std::string& timeout_parameter) {
  std::string form =
      "query=" + boost::urls::encode(promql, boost::urls::unreserved_chars) + timeout_parameter;
  if (form.size() <= kLongestTargetBytes)
    return HttpRequest(HttpMethod::kGet, "/api/v1/query?" + form);
  return HttpRequest(HttpMethod::kPost, "/api/v1/query", std::move(form),
                     "application/x-www-form-urlencoded");
}

}  // namespace

PrometheusClient::PrometheusClient(boost::asio::any_io_executor executor, Endpoint endpoint,
                                   std::chrono::milliseconds timeout)
    : timeout_parameter_("&timeout=" + std::to_string(timeout.count()) + "ms"),
      http_(std::move(executor), std::move(endpoint), options_for(timeout)) {}

boost::asio::awaitable<Result<Sample>> PrometheusClient::query(std::string promql) {
  HttpRequest request = request_for(promql, timeout_parameter_);
  Result<HttpResponse> response = co_await http_.request(std::move(request));
  if (!response) co_return std::move(response.error());
  co_return parse_instant_answer(response->body, response->status, promql);
}

}  // namespace skep
