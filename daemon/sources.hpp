// The clients of one configuration, and what its services share: each question is asked once a
// tick, however many services want the answer.
#pragma once

#include "config/settings.hpp"
#include "daemon/docker_client.hpp"
#include "daemon/prometheus_client.hpp"
#include "daemon/shared_fetch.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace skep {

/// Destroy it before the event loop, after the coroutines that use it have ended.
class Sources {
 public:
  /// Asks nothing yet.
  static std::shared_ptr<Sources> make(boost::asio::any_io_executor executor,
                                       const Settings& settings);

  /// Asks `docker` for services whose name begins with one of `names`.
  Sources(const boost::asio::any_io_executor& executor, std::shared_ptr<DockerClient> docker,
          std::set<std::string> names, std::shared_ptr<PrometheusClient> prometheus);

  DockerClient& docker() { return *docker_; }
  /// The services whose name begins with that of a configured one, and maybe others.
  SharedFetch<std::vector<ServiceView>>& services() { return services_; }
  /// The number that a query, the key, gives.
  SharedFetchByKey<Sample>& queries() { return queries_; }

  /// Gives up every shared request under way, for a shutdown.
  void cancel();

 private:
  // Shared with the fetches, which may end later than this object.
  std::shared_ptr<DockerClient> docker_;
  SharedFetch<std::vector<ServiceView>> services_;
  SharedFetchByKey<Sample> queries_;
};

}  // namespace skep
