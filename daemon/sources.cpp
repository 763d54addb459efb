#include "daemon/sources.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace skep {
namespace {

std::chrono::milliseconds at_least_one_ms(Duration duration) {
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(duration),
                  std::chrono::milliseconds(1));
}

TimePoint steady_now() { return std::chrono::steady_clock::now(); }

}  // namespace

std::shared_ptr<Sources> Sources::make(boost::asio::any_io_executor executor,
                                       const PrometheusSettings& prometheus,
                                       const DockerSettings& docker) {
  return std::make_shared<Sources>(
      executor,
      std::make_shared<DockerClient>(executor, docker.endpoint, at_least_one_ms(docker.timeout)),
      std::make_shared<PrometheusClient>(executor, prometheus.endpoint,
                                         at_least_one_ms(prometheus.timeout)));
}

Sources::Sources(const boost::asio::any_io_executor& executor, std::shared_ptr<DockerClient> docker,
                 std::shared_ptr<PrometheusClient> prometheus)
    : docker_(docker),
      services_(
          executor, [docker, names = names_] { return docker->services(*names); }, steady_now),
      queries_(
          executor, [prometheus](std::string query) { return prometheus->query(std::move(query)); },
          steady_now) {}

boost::asio::awaitable<SharedFetch<std::vector<ServiceView>>::Answer> Sources::services(
    std::string name, TimePoint not_before) {
  if (names_->insert(std::move(name)).second) {
    // An answer to a question without this name does not count. The others that begin at the same
    // moment say their names before one question is asked for all.
    not_before = steady_now();
    co_await boost::asio::post(boost::asio::use_awaitable);
  }
  co_return co_await services_.get(not_before);
}

void Sources::cancel() {
  services_.cancel();
  queries_.cancel();
}

}  // namespace skep
