#include "daemon/service_reader.hpp"

#include "daemon/excerpt.hpp"

#include <utility>
#include <vector>

namespace skep {

namespace asio = boost::asio;

asio::awaitable<Result<ServiceReading>> read_service(Sources& sources, std::string name,
                                                     NameMatch match, TimePoint not_before) {
  const std::shared_ptr<const Result<std::vector<ServiceView>>> services =
      co_await sources.services().get(not_before);
  if (!*services) co_return services->error();
  const Result<const ServiceView*> found = find_service(services->value(), name, match);
  if (!found) co_return found.error();

  ServiceReading reading;
  // The view lives as long as the whole answer does.
  reading.view = std::shared_ptr<const ServiceView>(services, *found);
  const ServiceView& view = *reading.view;
  reading.status.mode = view.mode;
  reading.status.replicas.desired = view.desired;
  reading.status.replicas.running = view.running.value_or(0);
  reading.status.update = view.update;
  reading.status.spec_fingerprint = spec_fingerprint(view.spec.json);
  const bool some_missing = view.mode == ServiceMode::kReplicated &&
                            reading.status.replicas.running < reading.status.replicas.desired;
  if (some_missing) {
    Result<UnplacedTasks> unplaced = co_await sources.docker().unplaced_tasks(view.id);
    if (!unplaced) co_return std::move(unplaced.error());
    reading.status.unplaced_tasks = unplaced->count;
    reading.status.unplaced_detail = excerpt(unplaced->reason);
  }
  co_return reading;
}

TickProblem problem_of(const Error& error) {
  TickProblem problem;
  problem.message = error.message;
  switch (error.code) {
    case ErrorCode::kNotManager:
      problem.kind = ProblemKind::kNotManager;
      break;
    case ErrorCode::kNotFound:
    case ErrorCode::kAmbiguous:
      problem.kind = ProblemKind::kServiceMissing;
      break;
    default:
      problem.kind = ProblemKind::kDockerUnreachable;
      break;
  }
  return problem;
}

}  // namespace skep
