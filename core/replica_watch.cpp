#include "core/replica_watch.hpp"

#include <utility>

namespace skep {

ReplicaWatch::News ReplicaWatch::look(const ServiceStatus& status) {
  const int desired = status.replicas.desired;
  const std::optional<int> maybe = std::exchange(maybe_, std::nullopt);
  const bool spec_changed = fingerprint_ != status.spec_fingerprint;
  fingerprint_ = status.spec_fingerprint;
  const std::optional<int> before = std::exchange(known_, desired);

  if (!before || *before == desired) {
    return {};
  }
  if (maybe && *maybe == desired) {
    own_ = desired;
    return {};
  }
  const bool deploy = spec_changed && own_ && *own_ == *before && desired != 0;
  if (!deploy) {
    own_.reset();
  }
  return {deploy ? Kind::kDeploy : Kind::kExternal, *before, desired};
}

void ReplicaWatch::accepted(int to) {
  known_ = to;
  own_ = to;
}

std::optional<int> ReplicaWatch::restore_target() const {
  return own_ != known_ ? own_ : std::nullopt;
}

void ReplicaWatch::remember(const Memory& memory) {
  known_ = memory.known_desired;
  own_ = memory.own_target;
  maybe_ = memory.unanswered_target;
  fingerprint_ = memory.spec_fingerprint;
}

}  // namespace skep
