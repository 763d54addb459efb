#include "core/target_tracking.hpp"

#include "core/words.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace skep {
namespace {

bool within(double ratio, double tolerance) { return std::abs(ratio - 1) <= tolerance; }

}  // namespace

int replicas_for(double load, double target) {
  // 1e-9 forgives the rounding of the division: 1.8 / 0.6 is 3 replicas, not 4.
  return static_cast<int>(std::clamp(std::ceil(load / target - 1e-9), 1.0, 1e6));
}

int tracking_count(double cpu_percent, double load, ReplicaCount replicas,
                   const TargetSettings& settings) {
  const double target = settings.cpu_percent / 100;
  const double ratio = cpu_percent / settings.cpu_percent;
  if (within(ratio, settings.tolerance)) {
    return replicas.desired;
  }
  const int missing = std::max(0, replicas.desired - std::max(1, replicas.running));
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
  if (!std::exchange(begun_, true)) {
    if (out_.window() > Duration::zero()) {
      out_.add(-current, now);
    }
    if (in_.window() > Duration::zero()) {
      in_.add(current, now);
    }
  }
  const int smallest = -out_.add(-wanted, now);
  const int largest = in_.add(wanted, now);
  return wanted > current ? std::max(current, smallest) : std::min(current, largest);
}

TargetTrackingPolicy::TargetTrackingPolicy(const ControllerSettings& settings)
    : target_(settings.agent.target),
      replicas_(settings.replicas),
      stabilization_(target_.scale_out_stabilization, target_.scale_in_stabilization),
      rate_(target_.scale_out, target_.scale_in) {}

Wish TargetTrackingPolicy::wish(const AgentView& view) {
  const ReplicaCount replicas = view.observation.replicas;
  const Metrics& metrics = view.observation.metrics;
  now_ = view.now;
  wanted_ = std::clamp(tracking_count(metrics.cpu_percent, metrics.load(), replicas, target_),
                       replicas_.min, replicas_.max);
  stable_ = stabilization_.stabilize(wanted_, replicas.desired, view.now);
  Wish wish;
  if (stable_ > replicas.desired) {
    wish.change = std::min(stable_, rate_.most(replicas.desired, now_)) - replicas.desired;
  } else if (stable_ < replicas.desired) {
    wish.change = std::max(stable_, rate_.least(replicas.desired, now_)) - replicas.desired;
  }
  return wish;
}

std::string TargetTrackingPolicy::explain(const AgentView& view, const Wish& wish) const {
  std::string why = "target tracking at " + percent_text(target_.cpu_percent) + " asks for " +
                    replicas_text(wanted_);
  if (stable_ != wanted_) {
    why += ", and its stabilisation window allows " + std::to_string(stable_);
  }
  const int allowed = view.observation.replicas.desired + wish.change;
  if (allowed != stable_) {
    why += ", and its rate allows " + std::to_string(allowed);
  }
  return why;
}

void TargetTrackingPolicy::applied(int change, TimePoint) { rate_.applied(change, now_); }

std::optional<int> TargetTrackingPolicy::preferred(double load, int replicas) const {
  const double used = std::min(load, static_cast<double>(replicas));
  const int wanted =
      std::clamp(tracking_count(100 * used / replicas, used, {replicas, replicas}, target_),
                 replicas_.min, replicas_.max);
  const RateLimit rested(target_.scale_out, target_.scale_in);
  return wanted > replicas ? std::min(wanted, rested.most(replicas, now_))
                           : std::max(wanted, rested.least(replicas, now_));
}

}  // namespace skep
