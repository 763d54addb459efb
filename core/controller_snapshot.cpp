// What of a controller survives a restart, and how it goes on from it.
#include "core/controller.hpp"

#include <algorithm>

namespace skep {

void Controller::goes_on_after(const Controller& before) {
  troubles_ = before.troubles_;
  for (Trouble& trouble : troubles_) {
    trouble.report_again();
  }
}

Snapshot Controller::snapshot(TimePoint now, std::optional<ScaleCommand> pending) const {
  Snapshot snapshot;
  agent_->save(snapshot, now);
  snapshot.ticks = ticks_;
  snapshot.cooldown_left = cooldown_left(now);
  const ReplicaWatch::Memory memory = watch_.memory();
  snapshot.pending_target = pending ? pending->to : memory.unanswered_target;
  snapshot.known_desired = memory.known_desired;
  snapshot.own_target = memory.own_target;
  snapshot.spec_fingerprint = memory.spec_fingerprint;
  snapshot.paused = paused(now);
  snapshot.pause_left = snapshot.paused && paused_until_ ? *paused_until_ - now : Duration::zero();
  return snapshot;
}

constexpr Duration kLongestTime = std::chrono::hours(24 * 365);  // a clock can hold it

bool Controller::restore(const Snapshot& snapshot, Duration age, TimePoint now) {
  age = std::max(age, Duration::zero());
  restored_ = true;
  ticks_ = snapshot.ticks;
  watch_.remember({snapshot.known_desired, snapshot.own_target, snapshot.pending_target,
                   snapshot.spec_fingerprint});
  if (snapshot.pending_target) {
    begin_cooldown(now);
  } else if (snapshot.cooldown_left > age) {
    cooldown_end_ = now + std::min(snapshot.cooldown_left - age, settings_.cooldown);
  }
  if (snapshot.paused && snapshot.pause_left == Duration::zero()) {
    pause(std::nullopt);
  } else if (snapshot.paused && snapshot.pause_left > age) {
    pause(now + std::min<Duration>(snapshot.pause_left, kLongestTime) - age);
  }
  return agent_->restore(snapshot, now - std::min<Duration>(age, kLongestTime));
}

}  // namespace skep
