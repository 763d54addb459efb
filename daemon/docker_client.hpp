// Asks the Docker engine for the services of the Swarm, and scales them.
#pragma once

#include "daemon/docker_answer.hpp"
#include "daemon/http_client.hpp"
#include "daemon/result.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace skep {

/// An update that the engine accepted.
struct ScaleAccepted {
  std::vector<std::string> warnings;
};

/// Speaks the highest version of the API that the engine knows, because an older one drops the
/// newer fields of a spec that is written back; the version is agreed upon again when the engine
/// changes. Must outlive its requests and be destroyed before the event loop. Errors of every
/// request: those of HttpClient::request and docker_error; each request has its own deadline,
/// `timeout` from now.
class DockerClient {
 public:
  DockerClient(boost::asio::any_io_executor executor, Endpoint endpoint,
               std::chrono::milliseconds timeout);

  /// The services whose name begins with one of `names`, and maybe others, with the number of
  /// running tasks. All services when `names` is empty.
  boost::asio::awaitable<Result<std::vector<ServiceView>>> services(std::set<std::string> names);

  /// Sets the replica count of the service: writes `spec`, as it was read, back with only the count
  /// changed, at the version of the API that it was read at. `to` >= 0; `spec` must outlive the
  /// call. kConflict: nothing was changed; read again and decide again. Where
  /// outcome_unknown(code), it may have been carried out.
  boost::asio::awaitable<Result<ScaleAccepted>> scale(std::string id, std::uint64_t version_index,
                                                      const ServiceSpec& spec, int to);

  /// How many tasks of the service find no node, and why.
  boost::asio::awaitable<Result<UnplacedTasks>> unplaced_tasks(std::string service_id);

  /// The state of the Swarm on this node.
  boost::asio::awaitable<Result<SwarmInfo>> info();

  /// The version of the API in use, like "1.41"; empty before the first request and after a lost
  /// connection.
  const std::string& api_version() const { return version_; }
  const Endpoint& endpoint() const { return http_.endpoint(); }

 private:
  struct Answer {
    std::string body;
    std::string api_version;  ///< that it was asked for at
  };

  boost::asio::awaitable<std::optional<Error>> negotiate();
  boost::asio::awaitable<Result<Answer>> get(DockerRequest kind, std::string path);

  HttpClient http_;
  std::string version_;
};

}  // namespace skep
