// Reads what Docker says of one service.
#pragma once

#include "config/settings.hpp"
#include "core/observation.hpp"
#include "core/time.hpp"
#include "daemon/result.hpp"
#include "daemon/sources.hpp"

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace skep {

/// A service at one tick.
struct ServiceReading {
  std::shared_ptr<const ServiceView> view;  ///< never null; what a scale command is based on
  ServiceStatus status;
};

/// The service called `name`, from an answer that was asked for at `not_before` or later. Tasks
/// without a node are only looked for while fewer replicas run than are asked for. `sources` must
/// outlive the call. Errors: those of DockerClient and find_service.
boost::asio::awaitable<Result<ServiceReading>> read_service(Sources& sources, std::string name,
                                                            NameMatch match, TimePoint not_before);

/// The reason that the controller gets for an error of read_service.
TickProblem problem_of(const Error& error);

}  // namespace skep
