#include "core/obstacle.hpp"

namespace skep {

std::string_view obstacle(const ServiceStatus& status) {
  if (status.mode != ServiceMode::kReplicated) {
    return "The service is not in replicated mode, so it has no replica count that could be "
           "changed: deploy it with "
           "mode replicated or take it out of the configuration.";
  }
  switch (status.update) {
    case UpdateState::kNone:
    case UpdateState::kCompleted:
    case UpdateState::kRollbackCompleted:
      break;
    case UpdateState::kUpdating:
    case UpdateState::kRollbackStarted:
      return "An update or rollback of the service is running: scaling goes on when it is done.";
    case UpdateState::kPaused:
    case UpdateState::kRollbackPaused:
      return "An update or rollback of the service is paused, and scaling would resume it: repair "
             "and resume it with "
             "'docker service update', or go back with 'docker service rollback'.";
    case UpdateState::kUnknown:
      return "The service is in an update state that this version does not know: it is left alone "
             "until that ends.";
  }
  if (status.replicas.desired == 0) {
    return "The service was scaled to 0, so somebody switched it off: it is left alone until "
           "'docker service scale' "
           "sets another count.";
  }
  return {};
}

}  // namespace skep
