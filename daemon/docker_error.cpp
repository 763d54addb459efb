// What a refusal of the Docker engine, or of a proxy before it, means and what to do about it.
#include "daemon/docker_answer.hpp"
#include "daemon/excerpt.hpp"
#include "daemon/json_scan.hpp"

#include <string>
#include <string_view>

namespace skep {
namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The engine explains itself in JSON; anything else comes from something in between.
std::optional<std::string> engine_message(std::string_view body) {
  const auto message = json_find(body, {"message"});
  return message ? json_string(*message) : std::nullopt;
}

const char* subject(DockerRequest request) {
  switch (request) {
    case DockerRequest::kPing:
      return "the version of its API";
    case DockerRequest::kInfo:
      return "the state of the Swarm";
    case DockerRequest::kServices:
      return "the list of services";
    case DockerRequest::kTasks:
      return "the list of tasks";
    case DockerRequest::kUpdate:
      return "the change of a service";
  }
  return "the request";
}

/// The switches of the usual socket proxies.
const char* proxy_permission(DockerRequest request) {
  switch (request) {
    case DockerRequest::kPing:
      return "PING=1";
    case DockerRequest::kInfo:
      return "INFO=1";
    case DockerRequest::kServices:
      return "SERVICES=1";
    case DockerRequest::kTasks:
      return "TASKS=1";
    case DockerRequest::kUpdate:
      return "SERVICES=1 and POST=1";
  }
  return "it";
}

Error proxy_error(DockerRequest request, unsigned status, std::string_view body) {
  const std::string what = "HTTP " + std::to_string(status);
  if (status == 401 || status == 403) {
    return Error(ErrorCode::kRefused, std::string("The proxy before Docker forbids ") +
                                          subject(request) + " (" + what + "): allow it with " +
                                          proxy_permission(request) + " in the proxy's settings.");
  }
  if (status >= 500) {
    return Error(ErrorCode::kLost, "The proxy before Docker got no answer from the engine for " +
                                       std::string(subject(request)) + " (" + what +
                                       "): check that the engine runs.");
  }
  return Error(ErrorCode::kRefused, "Docker was asked for " + std::string(subject(request)) +
                                        " and " + what + " came back (\"" + excerpt(body, 80) +
                                        "\"): check docker.host.");
}

}  // namespace

Error docker_error(DockerRequest request, unsigned status, std::string_view body) {
  const std::optional<std::string> message = engine_message(body);
  if (!message) return proxy_error(request, status, body);
  const std::string said = excerpt(*message, 400);
  if (status == 409 || contains(*message, "out of sequence")) {
    return Error(ErrorCode::kConflict, "Somebody else changed the service at the same moment (" +
                                           said + "): skep reads it again and decides again.");
  }
  if (contains(*message, "deadline exceeded") || contains(*message, "DeadlineExceeded")) {
    return Error(ErrorCode::kTimeout, "The managers of the Swarm did not agree in time on " +
                                          std::string(subject(request)) + " (" + said +
                                          "): check that most of them are up.");
  }
  const bool nobody_manages = contains(*message, "swarm manager") ||
                              contains(*message, "does not have a leader") ||
                              contains(*message, "needs to be unlocked");
  if (request == DockerRequest::kUpdate && status >= 500 && !nobody_manages) {
    // The manager asked the leader, and something went wrong on the way there, or on the way back.
    return Error(ErrorCode::kLost, "Docker answered the change of a service with HTTP " +
                                       std::to_string(status) + " (" + said +
                                       "), so skep looks at the next tick what came of it: see the "
                                       "log of the engine.");
  }
  if (status == 503 || nobody_manages) {
    return Error(ErrorCode::kNotManager,
                 "This node cannot manage the Swarm (" + said +
                     "): run skep on a manager (in a stack file with the placement constraint "
                     "node.role == manager), and check \"docker node ls\".");
  }
  if (status == 404 && request == DockerRequest::kUpdate) {
    return Error(ErrorCode::kNotFound,
                 "The service was removed before it could be scaled (" + said + ").");
  }
  return Error(ErrorCode::kRefused, "Docker refused " + std::string(subject(request)) +
                                        " with HTTP " + std::to_string(status) + " (" + said +
                                        "): see the log of the engine.");
}

bool is_version_refusal(unsigned status, std::string_view body) {
  if (status != 400) return false;
  const std::optional<std::string> message = engine_message(body);
  return message && contains(*message, "client version");
}

}  // namespace skep
