#include "core/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

/// What a policy adds or takes away, at most, from `start` replicas.
int step_of(const RatePolicy& policy, int start) {
  if (policy.type == RateType::kReplicas) {
    return policy.value;
  }
  // 1e-9 forgives the rounding: 10% of 30 is 3, not 4.
  return static_cast<int>(std::ceil(0.01 * policy.value * start - 1e-9));
}

}  // namespace

RateLimit::RateLimit(const ScalingRules& scale_out, const ScalingRules& scale_in)
    : out_(scale_out), in_(scale_in) {
  for (const ScalingRules* rules : {&out_, &in_}) {
    for (const RatePolicy& policy : rules->policies) {
      longest_ = std::max(longest_, policy.period);
    }
  }
}

void RateLimit::applied(int change, TimePoint now) {
  while (!changes_.empty() && changes_.front().time <= now - longest_) {
    changes_.pop_front();
  }
  if (change != 0) {
    changes_.push_back({now, change});
  }
}

int RateLimit::at_start(Duration period, int current, TimePoint now) const {
  for (auto it = changes_.rbegin(); it != changes_.rend() && it->time > now - period; ++it) {
    current -= it->change;
  }
  return std::max(0, current);
}

int RateLimit::most(int current, TimePoint now) const {
  if (out_.select == SelectPolicy::kDisabled) {
    return current;
  }
  const bool furthest = out_.select == SelectPolicy::kMax;
  int most = 0;
  for (const RatePolicy& policy : out_.policies) {
    const int start = at_start(policy.period, current, now);
    const int allowed = start + step_of(policy, start);
    const bool first = &policy == &out_.policies.front();
    most = first ? allowed : furthest ? std::max(most, allowed) : std::min(most, allowed);
  }
  return std::max(current, most);
}

int RateLimit::least(int current, TimePoint now) const {
  if (in_.select == SelectPolicy::kDisabled) {
    return current;
  }
  const bool furthest = in_.select == SelectPolicy::kMax;
  int least = 0;
  for (const RatePolicy& policy : in_.policies) {
    const int start = at_start(policy.period, current, now);
    const int allowed = start - step_of(policy, start);
    const bool first = &policy == &in_.policies.front();
    least = first ? allowed : furthest ? std::min(least, allowed) : std::max(least, allowed);
  }
  return std::clamp(least, 0, current);
}

}  // namespace skep
