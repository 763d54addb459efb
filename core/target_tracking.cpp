#include "core/target_tracking.hpp"

#include "core/words.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace skep {
namespace {

bool within(double ratio, double tolerance) { return std::abs(ratio - 1) <= tolerance; }

/// ceil that forgives the rounding of a division: 1.8 / 0.6 is 3 replicas, not 4.
int replicas_for(double load, double target) {
  return std::max(1, static_cast<int>(std::ceil(load / target - 1e-9)));
}

}  // namespace

int tracking_count(double load, ReplicaCount replicas, const TargetSettings& settings) {
  const double target = settings.cpu_percent / 100;
  const int running = std::max(1, replicas.running);
  const double ratio = load / running / target;
  if (within(ratio, settings.tolerance)) {
    return replicas.desired;
  }
  const int missing = std::max(0, replicas.desired - running);
  if (missing > 0) {
    const double assumed_load = ratio > 1 ? load : load + missing;
    const double assumed_ratio = assumed_load / replicas.desired / target;
    if (within(assumed_ratio, settings.tolerance) || (assumed_ratio > 1) != (ratio > 1)) {
      return replicas.desired;
    }
    load = assumed_load;
  }
  const int wanted = replicas_for(load, target);
  // The new count must lie in the direction that the utilisation asks for.
  return ratio > 1 ? std::max(wanted, replicas.desired) : std::min(wanted, replicas.desired);
}

int Stabilization::stabilize(int wanted, int current, TimePoint now) {
  wanted_.emplace_back(now, wanted);
  while (wanted_.front().first < now - std::max(out_, in_)) {
    wanted_.pop_front();
  }
  int smallest = wanted;
  int largest = wanted;
  for (const auto& [when, count] : wanted_) {
    if (when >= now - out_) {
      smallest = std::min(smallest, count);
    }
    if (when >= now - in_) {
      largest = std::max(largest, count);
    }
  }
  if (wanted > current) {
    return std::max(current, smallest);
  }
  return std::min(current, largest);
}

TargetTrackingPolicy::TargetTrackingPolicy(const ControllerSettings& settings)
    : target_(settings.agent.target),
      replicas_(settings.replicas),
      stabilization_(target_.scale_out_stabilization, target_.scale_in_stabilization) {}

Wish TargetTrackingPolicy::wish(const AgentView& view) {
  const ReplicaCount replicas = view.observation.replicas;
  const int wanted = std::clamp(tracking_count(view.observation.metrics.load(), replicas, target_),
                                replicas_.min, replicas_.max);
  const int stable = stabilization_.stabilize(wanted, replicas.desired, view.now);
  Wish wish;
  wish.change = stable - replicas.desired;
  wish.why = "target tracking at " + percent_text(target_.cpu_percent) + " asks for " +
             replicas_text(wanted);
  if (stable != wanted) {
    wish.why += ", and its stabilisation window allows " + std::to_string(stable);
  }
  return wish;
}

}  // namespace skep
