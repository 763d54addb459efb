// The clients of one configuration, and what its services share: each question is asked once a
// tick, however many services want the answer.
#pragma once

#include "config/settings.hpp"
#include "core/time.hpp"
#include "daemon/docker_client.hpp"
#include "daemon/prometheus_client.hpp"
#include "daemon/shared_fetch.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace skep {

/// Destroy it before the event loop, after the coroutines that use it have ended.
class Sources {
 public:
  /// Asks nothing yet.
  static std::shared_ptr<Sources> make(boost::asio::any_io_executor executor,
                                       const PrometheusSettings& prometheus,
                                       const DockerSettings& docker);

  Sources(const boost::asio::any_io_executor& executor, std::shared_ptr<DockerClient> docker,
          std::shared_ptr<PrometheusClient> prometheus);

  DockerClient& docker() { return *docker_; }
  /// The services that Docker lists for this name and for all that were asked for before it, as
  /// SharedFetch::get does. Only those whose name begins with one of them are sure to be there.
  boost::asio::awaitable<SharedFetch<std::vector<ServiceView>>::Answer> services(
      std::string name, TimePoint not_before);
  /// The number that a query, the key, gives.
  SharedFetchByKey<Sample>& queries() { return queries_; }

  /// Gives up every shared request under way, for a shutdown.
  void cancel();

 private:
  // Shared with the fetches, which may end later than this object.
  std::shared_ptr<DockerClient> docker_;
  std::shared_ptr<std::set<std::string>> names_ = std::make_shared<std::set<std::string>>();
  SharedFetch<std::vector<ServiceView>> services_;
  SharedFetchByKey<Sample> queries_;
};

}  // namespace skep
