#include "core/guard.hpp"

#include "core/words.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

/// Collects what the rules do to a wish. Details are only put into words when somebody wants to
/// read them.
class Limiter {
 public:
  Limiter(int change, std::vector<GuardNote>* notes) : change_(change), notes_(notes) {}

  template <class Detail>
  void to(std::string_view rule, int change, Detail detail) {
    if (change == change_) {
      return;
    }
    if (notes_ != nullptr) {
      notes_->push_back({rule, change_, change, detail()});
    }
    change_ = change;
  }
  int change() const { return change_; }

 private:
  int change_;
  std::vector<GuardNote>* notes_;
};

}  // namespace

bool at_rest(UpdateState state) {
  return state == UpdateState::kNone || state == UpdateState::kCompleted ||
         state == UpdateState::kRollbackCompleted;
}

PanicRange panic_range(int desired, double cpu_percent, double target_cpu_percent, int room) {
  const double tracked_count =
      std::min(std::ceil(desired * std::min(cpu_percent, 200.0) / target_cpu_percent), 1e6);
  const int tracked = static_cast<int>(tracked_count) - desired;
  const int least = std::min(std::clamp(tracked, 1, desired), room);
  return {least, std::max(least, std::min(desired, room))};
}

Guard::Guard(const ControllerSettings& settings)
    : replicas_(settings.replicas),
      settings_(settings.guard),
      cpu_limit_percent_(settings.environment.reward.limits.cpu_percent),
      target_cpu_percent_(settings.agent.target.cpu_percent),
      cooldown_(settings.cooldown),
      dry_run_(settings.dry_run) {}

int Guard::limit(const GuardInput& input, int wish, std::vector<GuardNote>* notes) const {
  const int desired = input.status.replicas.desired;
  const int running = input.status.replicas.running;
  const double cpu = input.metrics.cpu_percent;
  Limiter limiter(wish, notes);

  const auto holds = [&limiter](bool condition, std::string_view rule, auto detail) {
    if (condition) {
      limiter.to(rule, 0, detail);
    }
    return condition;
  };
  if (holds(running < 1, "data",
            [] { return std::string("no replica runs, so the metrics say nothing"); }) ||
      holds(!at_rest(input.status.update), "update",
            [] { return std::string("an update or rollback of the service is not finished"); }) ||
      holds(desired == 0, "switched_off",
            [] { return std::string("the service was scaled to 0 by hand"); }) ||
      holds(input.paused, "paused", [] { return std::string("paused by an operator"); }) ||
      holds(input.cooldown_left > Duration::zero(), "cooldown", [&] {
        return seconds_text(input.cooldown_left) + " left of " + seconds_text(cooldown_);
      })) {
    return limiter.change();
  }

  limiter.to("stabilization", stabilized(input, limiter.change()), [&] {
    return "more replicas were wished for within the last " +
           seconds_text(settings_.scale_in_stabilization);
  });
  limiter.to("bounds",
             std::clamp(desired + limiter.change(), replicas_.min, replicas_.max) - desired, [&] {
               return "between " + std::to_string(replicas_.min) + " and " +
                      replicas_text(replicas_.max);
             });
  const int room = std::max(0, replicas_.max - desired);
  const bool panic = settings_.panic_cpu_percent > 0 && cpu >= settings_.panic_cpu_percent;
  if (panic) {
    const PanicRange range = panic_range(desired, cpu, target_cpu_percent_, room);
    const int most = input.source == WishSource::kAgent ? range.most : room;
    limiter.to("panic", std::clamp(limiter.change(), range.least, most), [&] {
      return "CPU " + percent_text(cpu) + " has reached the panic limit of " +
             percent_text(settings_.panic_cpu_percent);
    });
  } else if (input.source == WishSource::kAgent) {
    limiter.to("max_step", std::clamp(limiter.change(), -replicas_.max_step, replicas_.max_step),
               [&] { return "at most " + replicas_text(replicas_.max_step) + " a step"; });
  }
  if (settings_.ram_limit_percent > 0 && input.metrics.ram_percent >= settings_.ram_limit_percent) {
    limiter.to("ram_limit", std::max(limiter.change(), std::min(1, room)), [&] {
      return "RAM " + percent_text(input.metrics.ram_percent) + " has reached its limit of " +
             percent_text(settings_.ram_limit_percent);
    });
  }
  if (limiter.change() < 0 && over(cpu, cpu_limit_percent_) && !settings_.scale_in_over_limit) {
    limiter.to("over_limit", 0, [&] {
      return "no scale-in while CPU " + percent_over_text(cpu, cpu_limit_percent_) +
             " is over its limit of " + percent_text(cpu_limit_percent_);
    });
  }
  if (limiter.change() < 0 && input.metrics.targets && *input.metrics.targets < running) {
    limiter.to("targets", 0, [&] {
      return "only " + number_text(*input.metrics.targets) + " of " + replicas_text(running) +
             " report";
    });
  }
  if (limiter.change() > 0 && input.status.unplaced_tasks > 0) {
    limiter.to("no_node", 0, [&] {
      return std::to_string(input.status.unplaced_tasks) + " tasks find no node (" +
             input.status.unplaced_detail + ")";
    });
  }
  return limiter.change();
}

int Guard::judge(const GuardInput& input, int wish, std::vector<GuardNote>* notes) {
  if (settings_.scale_in_stabilization > Duration::zero()) {
    if (wished_counts_.empty()) {  // a restart does not make the window empty
      wished_counts_.emplace_back(input.now, input.status.replicas.desired);
    }
    wished_counts_.emplace_back(input.now, input.status.replicas.desired + wish);
    while (wished_counts_.front().first < input.now - settings_.scale_in_stabilization) {
      wished_counts_.pop_front();
    }
  }
  Limiter last(limit(input, wish, notes), notes);
  if (settings_.act_only_over_threshold && !input.over_threshold &&
      input.source == WishSource::kAgent) {
    last.to("threshold", 0, [] { return std::string("CPU and RAM are within their thresholds"); });
  }
  if (dry_run_) {
    last.to("dry_run", 0, [] { return std::string("a dry run sends no scale command"); });
  }
  return last.change();
}

bool Guard::allows(const GuardInput& input, int change) const {
  GuardInput idle = input;
  idle.cooldown_left = Duration::zero();
  idle.source = WishSource::kAgent;
  return limit(idle, change, nullptr) == change;
}

int Guard::stabilized(const GuardInput& input, int change) const {
  if (change >= 0 || settings_.scale_in_stabilization == Duration::zero() ||
      input.source != WishSource::kAgent) {
    return change;
  }
  const int desired = input.status.replicas.desired;
  int largest = desired + change;
  for (const auto& [when, count] : wished_counts_) {
    if (when >= input.now - settings_.scale_in_stabilization) {
      largest = std::max(largest, count);
    }
  }
  return std::min(desired, largest) - desired;
}

}  // namespace skep
