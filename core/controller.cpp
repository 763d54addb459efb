#include "core/controller.hpp"

#include "core/obstacle.hpp"
#include "core/reason.hpp"
#include "core/target_tracking.hpp"
#include "core/words.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace skep {
namespace {

EventKind event_of(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::kDockerUnreachable:
      return EventKind::kDockerUnreachable;
    case ProblemKind::kNotManager:
      return EventKind::kBlocked;
    case ProblemKind::kServiceMissing:
      return EventKind::kServiceMissing;
    case ProblemKind::kMetricsMissing:
      return EventKind::kMetricsMissing;
  }
  return EventKind::kBlocked;
}

std::string why_overruled(WishSource source, int desired, int target) {
  switch (source) {
    case WishSource::kRestore:
      return "a deploy reset the count, and skep goes back to " + replicas_text(target);
    case WishSource::kBound:
      return replicas_text(desired) + " is outside the configured range, so it goes back to " +
             std::to_string(target);
    case WishSource::kReset:
      return "a new episode begins with " + replicas_text(target);
    case WishSource::kAgent:
      break;
  }
  return {};
}

ControllerEvent learned_event(const LearnedUpdate& learned) {
  ControllerEvent event;
  event.kind = EventKind::kLearned;
  const std::string what =
      learned.replicas ? "having " + replicas_text(*learned.replicas) : action_name(learned.change);
  event.message = "The value of " + what + " in state " + std::to_string(learned.state) +
                  " went from " + number_text(learned.before) + " to " +
                  number_text(learned.after) + ".";
  event.learned = learned;
  return event;
}

ControllerEvent shadow_event(const ShadowReport& report) {
  ControllerEvent event;
  event.kind = EventKind::kShadow;
  event.message = shadow_text(report);
  event.shadow = report;
  return event;
}

}  // namespace

std::string_view to_string(ControllerState state) {
  switch (state) {
    case ControllerState::kObserving:
      return "observing";
    case ControllerState::kCooling:
      return "cooling";
    case ControllerState::kPaused:
      return "paused";
    case ControllerState::kBlocked:
      return "blocked";
  }
  return "";
}

Controller::Controller(const ControllerSettings& settings, Detail detail)
    : Controller(settings, nullptr, detail) {
  agent_ = make_agent(settings_, env_);
  if (settings_.agent.shadow) {
    auto shadowed = std::make_unique<ShadowedAgent>(
        std::make_unique<TargetTrackingPolicy>(settings_), std::move(agent_));
    shadow_ = std::make_unique<Shadow>(settings_, shadowed->learner(), detail_ == Detail::kFull);
    agent_ = std::move(shadowed);
  }
}

Controller::Controller(const ControllerSettings& settings, std::unique_ptr<Agent> agent,
                       Detail detail)
    : settings_(settings),
      detail_(detail),
      env_(settings_),
      agent_(std::move(agent)),
      guard_(settings_),
      allowed_(env_.action_space().size()) {}

TickResult Controller::tick(const TickInput& input, TimePoint now) {
  TickResult result;
  ++ticks_;
  if (can_decide(result, input, now)) {
    decide(result, {input.service->replicas, *input.metrics}, *input.service, now);
  } else {
    agent_->missed();
  }
  return result;
}

std::vector<ControllerEvent> Controller::last_events() {
  std::vector<ControllerEvent> events;
  if (shadow_) {
    if (const auto report = shadow_->last_report()) {
      events.push_back(shadow_event(*report));
    }
  }
  return events;
}

bool Controller::can_decide(TickResult& result, const TickInput& input, TimePoint now) {
  if (!input.service) {
    const TickProblem problem = input.problem.value_or(
        TickProblem{ProblemKind::kDockerUnreachable, "Docker said nothing."});
    blocked_ = true;
    if (problem.kind != ProblemKind::kDockerUnreachable) {
      clear(result, EventKind::kDockerUnreachable, now);
    }
    fail(result, event_of(problem.kind), problem.message, now);
    return false;
  }
  const ServiceStatus& status = *input.service;
  clear(result, EventKind::kDockerUnreachable, now);
  clear(result, EventKind::kServiceMissing, now);
  notice_others(result, status, now);

  const std::string_view why_blocked = obstacle(status);
  blocked_ = !why_blocked.empty();
  if (blocked_) {
    fail(result, EventKind::kBlocked, why_blocked, now);
    if (status.mode != ServiceMode::kReplicated || status.replicas.desired == 0) {
      return false;
    }
  } else {
    clear(result, EventKind::kBlocked, now);
  }
  if (!input.metrics) {
    fail(result, EventKind::kMetricsMissing,
         input.problem ? std::string_view(input.problem->message)
                       : "The metrics are missing: see the queries of the service.",
         now);
    return false;
  }
  clear(result, EventKind::kMetricsMissing, now);
  return true;
}

void Controller::decide(TickResult& result, const Observation& observation,
                        const ServiceStatus& status, TimePoint now) {
  if (blocked_ || paused(now)) {
    agent_->drop();
  }
  notice_episode(result, now);
  const EnvStep step = env_.observe(observation);
  GuardInput guard_input{status, observation.metrics};
  guard_input.cooldown_left = cooldown_left(now);
  guard_input.paused = paused(now);
  guard_input.over_threshold = env_.over_threshold(step);
  guard_input.now = now;
  const ActionSpace& actions = env_.action_space();
  for (std::size_t action = 0; action < actions.size(); ++action) {
    allowed_[action] = guard_.allows(guard_input, actions.change(action));
  }
  const bool may_act =
      !blocked_ && !guard_input.paused && guard_input.cooldown_left == Duration::zero();
  const AgentView view{observation, step.state, step.reward,       allowed_,
                       may_act,     now,        between_ticks(now)};
  if (!view.between_ticks) {
    last_tick_ = now;
  }
  last_look_ = now;
  lost_ = false;
  const std::optional<LearnedUpdate> learned = agent_->observe(view);

  Decision& decision = result.decision.emplace();
  const bool in_words = detail_ == Detail::kFull;
  decision.tick = ticks_;
  decision.replicas = status.replicas;
  decision.cpu_percent = step.cpu_percent;
  decision.ram_percent = step.ram_percent;
  decision.load = observation.metrics.load();
  decision.thresholds = step.thresholds;
  decision.state_id = step.state;
  decision.reward = step.reward;
  decision.epsilon = agent_->epsilon();
  decision.cooldown_left = guard_input.cooldown_left;
  if (learned) {
    decision.q_change = std::abs(learned->after - learned->before);
  }
  const Wish own = agent_->wish(view);
  const Overruled wished = overrule(own.change, observation);
  guard_input.source = wished.source;
  decision.wanted = wished.change;
  decision.exploring = own.exploring && wished.source == WishSource::kAgent;
  decision.change = guard_.judge(guard_input, wished.change, in_words ? &decision.guard : nullptr);
  decision.target_replicas = status.replicas.desired + decision.change;
  if (in_words) {
    decision.state = env_.bins(observation);
    decision.q = agent_->values(view);
    const int desired = status.replicas.desired;
    decision.why = wished.source == WishSource::kAgent
                       ? agent_->explain(view, own)
                       : why_overruled(wished.source, desired, desired + wished.change);
    decision.reason = explain(decision, {});
    if (learned) {
      result.events.push_back(learned_event(*learned));
    }
  }
  if (shadow_) {
    decision.shadow = shadow_->tick(observation, now);
    if (const auto report = shadow_->report()) {
      result.events.push_back(shadow_event(*report));
    }
  }
  if (decision.change != 0) {
    result.command = ScaleCommand{status.replicas.desired, decision.target_replicas};
  } else if (may_act) {
    agent_->applied(0, now);
  }
}

void Controller::scale_finished(ScaleOutcome outcome, std::string_view error, Decision& decision,
                                TimePoint now) {
  switch (outcome) {
    case ScaleOutcome::kAccepted:
      begin_cooldown(now);
      watch_.accepted(decision.target_replicas);
      env_.step(decision.change);
      agent_->applied(decision.change, *cooldown_end_);
      break;
    case ScaleOutcome::kUnknown:
      begin_cooldown(now);
      watch_.unanswered(decision.target_replicas);
      agent_->drop();
      break;
    case ScaleOutcome::kRefused:
      agent_->applied(0, now);
      break;
    case ScaleOutcome::kConflict:
      lost_ = true;
      agent_->drop();
      break;
  }
  decision.applied = outcome == ScaleOutcome::kAccepted;
  if (!decision.applied) {
    decision.change = 0;
    decision.target_replicas = decision.replicas.desired;
    const std::string_view what = outcome == ScaleOutcome::kUnknown
                                      ? "it is not known whether Docker took the command ("
                                      : "Docker did not take the command (";
    decision.reason = explain(decision, std::string(what) + std::string(error) + ")");
  }
}

void Controller::begin_cooldown(TimePoint now) { cooldown_end_ = now + settings_.cooldown; }

void Controller::pause(std::optional<TimePoint> until) {
  paused_ = true;
  paused_until_ = until;
}

void Controller::resume() {
  paused_ = false;
  paused_until_.reset();
}

bool Controller::paused(TimePoint now) const {
  return paused_ && (!paused_until_ || now < *paused_until_);
}

bool Controller::between_ticks(TimePoint now) const {
  if (!last_tick_ || now - *last_tick_ >= settings_.interval) {
    return false;
  }
  const bool cooled_down = cooldown_end_ && last_look_ < *cooldown_end_ && *cooldown_end_ <= now;
  return lost_ || (cooled_down && settings_.cooldown > Duration::zero());
}

TimePoint Controller::next_tick(TimePoint start, TimePoint now) const {
  const TimePoint grid =
      now < start ? start : start + ((now - start) / settings_.interval + 1) * settings_.interval;
  return cooldown_left(now) > Duration::zero() ? std::min(grid, *cooldown_end_) : grid;
}

ControllerState Controller::state(TimePoint now) const {
  if (blocked_) {
    return ControllerState::kBlocked;
  }
  if (paused(now)) {
    return ControllerState::kPaused;
  }
  return cooldown_left(now) > Duration::zero() ? ControllerState::kCooling
                                               : ControllerState::kObserving;
}

Duration Controller::cooldown_left(TimePoint now) const {
  return cooldown_end_ ? std::max(Duration::zero(), *cooldown_end_ - now) : Duration::zero();
}

void Controller::fail(TickResult& result, EventKind kind, std::string_view message, TimePoint now) {
  if (const auto report = troubles_[static_cast<std::size_t>(kind)].seen(now)) {
    ControllerEvent event;
    event.kind = kind;
    event.message = message;
    event.trouble = report;
    result.events.push_back(std::move(event));
  }
}

void Controller::clear(TickResult& result, EventKind kind, TimePoint now) {
  if (const auto report = troubles_[static_cast<std::size_t>(kind)].gone(now)) {
    ControllerEvent event;
    event.kind = kind;
    event.message = "This is over after " + seconds_text(report->lasted) + ".";
    event.trouble = report;
    result.events.push_back(std::move(event));
  }
}

void Controller::notice_others(TickResult& result, const ServiceStatus& status, TimePoint now) {
  if (status.mode != ServiceMode::kReplicated) {
    return;
  }
  const ReplicaWatch::News news = watch_.look(status);
  if (news.kind == ReplicaWatch::Kind::kNothing) {
    return;
  }
  agent_->drop();
  ControllerEvent event;
  event.kind = EventKind::kExternalChange;
  event.message = "Somebody changed the replica count from " + std::to_string(news.from) + " to " +
                  std::to_string(news.to);
  if (news.kind == ReplicaWatch::Kind::kDeploy) {
    event.message +=
        " together with the rest of the service, as a deploy does: skep goes back to " +
        replicas_text(news.from) + " when the update is complete.";
  } else {
    begin_cooldown(now);
    event.message +=
        ": this is respected for one cooldown of " + seconds_text(settings_.cooldown) + ".";
  }
  result.events.push_back(std::move(event));
}

void Controller::notice_episode(TickResult& result, TimePoint now) {
  if (!env_.episode_running()) {
    const std::optional<int> target = env_.reset(now);
    if (!restored_) {
      reset_target_ = target;  // a restart begins no episode
    }
    return;
  }
  if (!env_.is_done(now)) {
    return;
  }
  reset_target_ = env_.reset(now);
  ControllerEvent event;
  event.kind = EventKind::kEpisode;
  event.message = "An episode is over";
  event.message +=
      reset_target_ ? ": the service goes back to " + replicas_text(*reset_target_) + "." : ".";
  result.events.push_back(std::move(event));
}

Controller::Overruled Controller::overrule(int wanted, const Observation& observation) {
  const int desired = observation.replicas.desired;
  const int bound = std::clamp(desired, settings_.replicas.min, settings_.replicas.max);
  if (reset_target_ && desired == *reset_target_) {
    reset_target_.reset();
  }
  // The guard would hold a way down now, and with it the agent, who may want more.
  const bool too_busy =
      over(observation.metrics.cpu_percent, settings_.environment.reward.limits.cpu_percent) &&
      !settings_.guard.scale_in_over_limit;
  if (const auto restore = watch_.restore_target()) {
    const int target = std::clamp(*restore, settings_.replicas.min, settings_.replicas.max);
    if (target > desired || (target < desired && !too_busy)) {
      return {target - desired, WishSource::kRestore};
    }
    if (target == desired) {
      watch_.accepted(desired);
    }
  }
  if (bound != desired) {
    return {bound - desired, WishSource::kBound};
  }
  if (reset_target_ && (*reset_target_ > desired || !too_busy)) {
    return {*reset_target_ - desired, WishSource::kReset};
  }
  return {wanted, WishSource::kAgent};
}

}  // namespace skep
