#include "daemon/docker_client.hpp"

#include "daemon/excerpt.hpp"

#include <string_view>
#include <utility>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <nlohmann/json.hpp>

namespace skep {
namespace {

namespace asio = boost::asio;
using Json = nlohmann::json;

HttpClientOptions options_for(std::chrono::milliseconds timeout) {
  HttpClientOptions options;
  options.timeout = timeout;
  options.too_large_advice =
      "check docker.host, and that few services have a name that begins with a configured one";
  return options;
}

bool is_version(std::string_view text) {
  return text.size() <= 8 && text.find_first_not_of("0123456789.") == std::string_view::npos &&
         text.find('.') != std::string_view::npos;
}

std::string escaped(std::string_view text) {
  return boost::urls::encode(boost::urls::string_view(text.data(), text.size()),
                             boost::urls::unreserved_chars);
}

std::string tasks_path(const Json& filters) { return "/tasks?filters=" + escaped(filters.dump()); }

/// Proxies may refuse longer request lines.
constexpr std::size_t kLongestFilterBytes = 4000;

/// Docker finds what begins with one of the names. Everything when there are none, or too many for
/// a request.
Json name_filter(const std::set<std::string>& names) {
  Json filters = Json::object();
  if (!names.empty()) filters["name"] = names;
  if (escaped(filters.dump()).size() > kLongestFilterBytes) filters.clear();
  return filters;
}

}  // namespace

DockerClient::DockerClient(asio::any_io_executor executor, Endpoint endpoint,
                           std::chrono::milliseconds timeout)
    : http_(std::move(executor), std::move(endpoint), options_for(timeout)) {}

asio::awaitable<std::optional<Error>> DockerClient::negotiate() {
  HttpRequest ping(HttpMethod::kGet, "/_ping");
  Result<HttpResponse> pong = co_await http_.request(std::move(ping));
  if (!pong) co_return std::move(pong.error());
  if (pong->status != 200) co_return docker_error(DockerRequest::kPing, pong->status, pong->body);
  const std::string_view version = pong->header("Api-Version");
  if (!is_version(version)) {
    co_return Error(ErrorCode::kProtocol,
                    endpoint().text +
                        " does not say which version of the Docker API it speaks (\"" +
                        excerpt(version, 20) + "\"): check docker.host.");
  }
  version_ = std::string(version);
  co_return std::nullopt;
}

/// A GET at the engine's own version. When the answer tells that the engine is another than the one
/// the version was agreed upon with (it was upgraded or downgraded meanwhile), that is agreed upon
/// anew and the question asked once more.
asio::awaitable<Result<DockerClient::Answer>> DockerClient::get(DockerRequest kind,
                                                                std::string path) {
  for (int attempt = 1;; ++attempt) {
    if (version_.empty()) {
      std::optional<Error> failed = co_await negotiate();
      if (failed) co_return std::move(*failed);
    }
    const std::string version = version_;
    HttpRequest request(HttpMethod::kGet, "/v" + version + path);
    Result<HttpResponse> response = co_await http_.request(std::move(request));
    if (!response) {
      version_.clear();
      co_return std::move(response.error());
    }
    const std::string_view spoken = response->header("Api-Version");
    const bool other_engine = (!spoken.empty() && spoken != version) ||
                              is_version_refusal(response->status, response->body);
    if (other_engine) {
      version_.clear();
      if (attempt == 1) continue;
    }
    if (response->status != 200) co_return docker_error(kind, response->status, response->body);
    Answer answer;
    answer.body = std::move(response->body);
    answer.api_version = version;
    co_return std::move(answer);
  }
}

asio::awaitable<Result<std::vector<ServiceView>>> DockerClient::services(
    std::set<std::string> names) {
  Json filters = name_filter(names);
  const std::string services_path = "/services?status=true&filters=" + escaped(filters.dump());
  Result<Answer> answer = co_await get(DockerRequest::kServices, services_path);
  if (!answer) co_return std::move(answer.error());
  Result<std::vector<ServiceView>> services = parse_services(answer->body);
  if (!services) co_return services;

  // Below API 1.41 the engine does not count the running tasks itself.
  bool counted = true;
  for (ServiceView& service : *services) {
    service.spec.api_version = answer->api_version;
    counted = counted && service.running.has_value();
  }
  if (counted) co_return services;
  // A task's name begins with that of its service. A filter for services would be an error as soon
  // as one of them is gone.
  filters["desired-state"] = Json::array({"running"});
  Result<Answer> tasks = co_await get(DockerRequest::kTasks, tasks_path(filters));
  if (!tasks) co_return std::move(tasks.error());
  const Result<std::map<std::string, int>> running = parse_running_tasks(tasks->body);
  if (!running) co_return running.error();
  for (ServiceView& service : *services) {
    const auto found = running->find(service.id);
    service.running = found == running->end() ? 0 : found->second;
  }
  co_return services;
}

asio::awaitable<Result<ScaleAccepted>> DockerClient::scale(std::string id,
                                                           std::uint64_t version_index,
                                                           const ServiceSpec& spec, int to) {
  if (version_.empty()) {  // a request of another service failed
    const std::optional<Error> failed = co_await negotiate();
    if (failed) co_return Error(ErrorCode::kConflict, failed->message);  // nothing was sent
  }
  if (spec.api_version != version_) {
    co_return Error(ErrorCode::kConflict,
                    "Docker was exchanged for another version since the service was read: skep "
                    "reads it again and decides again.");
  }
  Result<std::string> changed = spec_with_replicas(spec.json, to);
  if (!changed) co_return std::move(changed.error());
  HttpRequest update(HttpMethod::kPost,
                     "/v" + spec.api_version + "/services/" + escaped(id) +
                         "/update?version=" + std::to_string(version_index),
                     std::move(*changed), "application/json");
  Result<HttpResponse> response = co_await http_.request(std::move(update));
  if (!response) {
    version_.clear();
    co_return std::move(response.error());
  }
  if (is_version_refusal(response->status, response->body)) {
    version_.clear();
    co_return Error(ErrorCode::kConflict,
                    "Docker was exchanged for another version since the service was read: skep "
                    "reads it again and decides again.");
  }
  if (response->status != 200) {
    co_return docker_error(DockerRequest::kUpdate, response->status, response->body);
  }
  ScaleAccepted accepted;
  accepted.warnings = parse_update_warnings(response->body);
  co_return accepted;
}

asio::awaitable<Result<UnplacedTasks>> DockerClient::unplaced_tasks(std::string service_id) {
  Json filters;
  filters["service"] = Json::array({service_id});
  filters["desired-state"] = Json::array({"running"});
  Result<Answer> answer = co_await get(DockerRequest::kTasks, tasks_path(filters));
  if (!answer) co_return std::move(answer.error());
  co_return parse_unplaced_tasks(answer->body);
}

asio::awaitable<Result<SwarmInfo>> DockerClient::info() {
  Result<Answer> answer = co_await get(DockerRequest::kInfo, "/info");
  if (!answer) co_return std::move(answer.error());
  co_return parse_info(answer->body);
}

}  // namespace skep
