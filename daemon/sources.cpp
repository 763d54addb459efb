#include "daemon/sources.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace skep {
namespace {

std::chrono::milliseconds at_least_one_ms(Duration duration) {
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(duration),
                  std::chrono::milliseconds(1));
}

TimePoint steady_now() { return std::chrono::steady_clock::now(); }

}  // namespace

Result<std::shared_ptr<Sources>> Sources::make(boost::asio::any_io_executor executor,
                                               const PrometheusSettings& prometheus,
                                               const DockerSettings& docker) {
  Result<Endpoint> docker_endpoint = parse_docker_endpoint(docker.host);
  if (!docker_endpoint) return docker_endpoint.error();
  Result<Endpoint> prometheus_endpoint = parse_prometheus_endpoint(prometheus.url);
  if (!prometheus_endpoint) return prometheus_endpoint.error();
  return std::make_shared<Sources>(
      executor,
      std::make_shared<DockerClient>(executor, std::move(*docker_endpoint),
                                     at_least_one_ms(docker.timeout)),
      std::make_shared<PrometheusClient>(executor, std::move(*prometheus_endpoint),
                                         at_least_one_ms(prometheus.timeout)));
}

Sources::Sources(const boost::asio::any_io_executor& executor, std::shared_ptr<DockerClient> docker,
                 std::shared_ptr<PrometheusClient> prometheus)
    : docker_(docker),
      services_(
          executor, [docker] { return docker->services(); }, steady_now),
      queries_(
          executor, [prometheus](std::string query) { return prometheus->query(std::move(query)); },
          steady_now) {}

void Sources::cancel() {
  services_.cancel();
  queries_.cancel();
}

}  // namespace skep
