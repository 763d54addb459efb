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

std::shared_ptr<Sources> Sources::make(boost::asio::any_io_executor executor,
                                       const Settings& settings) {
  std::set<std::string> names;
  for (const ServiceSettings& service : settings.services) names.insert(service.name);
  auto docker = std::make_shared<DockerClient>(executor, settings.docker.endpoint,
                                               at_least_one_ms(settings.docker.timeout));
  auto prometheus = std::make_shared<PrometheusClient>(
      executor, settings.prometheus.endpoint, at_least_one_ms(settings.prometheus.timeout));
  return std::make_shared<Sources>(executor, std::move(docker), std::move(names),
                                   std::move(prometheus));
}

Sources::Sources(const boost::asio::any_io_executor& executor, std::shared_ptr<DockerClient> docker,
                 std::set<std::string> names, std::shared_ptr<PrometheusClient> prometheus)
    : docker_(docker),
      services_(
          executor, [docker, names = std::move(names)] { return docker->services(names); },
          steady_now),
      queries_(
          executor, [prometheus](std::string query) { return prometheus->query(std::move(query)); },
          steady_now) {}

void Sources::cancel() {
  services_.cancel();
  queries_.cancel();
}

}  // namespace skep
