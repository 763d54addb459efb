#include "daemon/service_loop.hpp"

#include "daemon/wall_clock.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace skep {
namespace {

namespace asio = boost::asio;

/// How often a command that lost against somebody else's is decided anew within one tick.
constexpr int kConflictAttempts = 3;
constexpr Duration kConflictPause = std::chrono::milliseconds(50);

TimePoint steady_now() { return std::chrono::steady_clock::now(); }

/// A sentence as part of another one.
std::string without_full_stop(std::string sentence) {
  if (sentence.ends_with('.')) sentence.pop_back();
  return sentence;
}

ScaleOutcome outcome_of(ErrorCode code) {
  if (code == ErrorCode::kConflict) return ScaleOutcome::kConflict;
  return outcome_unknown(code) ? ScaleOutcome::kUnknown : ScaleOutcome::kRefused;
}

}  // namespace

ServiceLoop::ServiceLoop(asio::any_io_executor executor, const ServiceSettings& settings,
                         Duration checkpoint_interval, Sources& sources, StateStore& store,
                         EventLog& log)
    : settings_(settings),
      checkpoint_interval_(checkpoint_interval),
      sources_(sources),
      store_(store),
      controller_(settings.controller),
      metrics_(settings.metrics, settings.controller.interval),
      log_(log, settings.name),
      timer_(std::move(executor)) {}

std::optional<Error> ServiceLoop::restore() {
  const Result<StateStore::Loaded> loaded = store_.load(name(), moment_now());
  if (!loaded) return loaded.error();
  if (loaded->warning) log_.set_aside(*loaded->warning);
  if (!loaded->snapshot) {
    if (loaded->warning) {
      // The cooldown clock was in the file that cannot be used.
      controller_.begin_cooldown(steady_now());
      save();  // a crash from now on must not lose it
    }
    return std::nullopt;
  }
  const bool restored = controller_.restore(*loaded->snapshot, loaded->age, steady_now());
  if (restored || lacks_learned(*loaded->snapshot)) {
    log_.restored(*loaded->snapshot, loaded->age);
  } else {
    set_aside();
  }
  return std::nullopt;
}

/// The file that is set aside has the cooldown too, so what is kept of it is saved at once.
void ServiceLoop::set_aside() {
  log_.set_aside(store_.set_aside(name(), "its table is for another configuration", wall_now()));
  save();
}

void ServiceLoop::take_over(ServiceLoop& before) {
  const TimePoint now = steady_now();
  controller_.goes_on_after(before.controller_);
  log_.goes_on_after(before.log_);
  const Snapshot snapshot = before.controller_.snapshot(now, before.pending_);
  if (controller_.restore(snapshot, Duration::zero(), now)) return;
  set_aside();  // the file still holds the table of the old configuration
}

asio::awaitable<void> ServiceLoop::run(TimePoint start, bool once) {
  last_save_ = steady_now();
  TimePoint due = start;
  while (!stopping_) {
    std::string failure;
    try {
      co_await wait_until(due);
      if (!stopping_) co_await tick(due);
    } catch (const std::exception& error) {
      failure = error.what();
    }
    if (stopping_) break;
    log_.tick_failed(failure, steady_now());
    if (!failure.empty()) why_failed_ = failure;
    if (once) break;
    due = controller_.next_tick(start, steady_now());
  }
  log_.events(controller_.last_events());
}

void ServiceLoop::request_stop() {
  stopping_ = true;
  if (!sending_) abandon();
}

void ServiceLoop::abandon() { cancel_.emit(asio::cancellation_type::terminal); }

std::optional<Error> ServiceLoop::save() {
  const TimePoint now = steady_now();
  last_save_ = now;
  Snapshot snapshot = controller_.snapshot(now, pending_);
  std::optional<Error> failed = save_what_fits(snapshot);
  if (failed) {
    log_.save_failed(failed->message, now);
  } else {
    log_.saved(snapshot, now);
  }
  return failed;
}

/// Without a saved cooldown no command is sent, so what was learned must not be in its way. It does
/// not shrink, so it is not tried again.
std::optional<Error> ServiceLoop::save_what_fits(Snapshot& snapshot) {
  if (!too_large_) {
    std::optional<Error> failed = store_.save(name(), snapshot, moment_now());
    if (!failed || failed->code != ErrorCode::kTooLarge) return failed;
    too_large_ = true;
    log_.learned_too_large();
  }
  snapshot = without_learned(std::move(snapshot));
  return store_.save(name(), snapshot, moment_now());
}

asio::awaitable<void> ServiceLoop::wait_until(TimePoint when) {
  timer_.expires_at(when);
  // Ends early only for a stop, which the caller looks for.
  co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<void> ServiceLoop::tick(TimePoint due) {
  TimePoint not_before = due;
  for (int attempt = 1; !stopping_; ++attempt) {
    const TimePoint began = steady_now();
    Gathered gathered = co_await gather(not_before);
    if (stopping_) co_return;
    const TimePoint now = steady_now();
    log_.observed(gathered.input, now - began, now);
    TickResult result = controller_.tick(gathered.input, now);
    log_.events(result.events);
    ScaleOutcome outcome = ScaleOutcome::kAccepted;
    if (result.command) {
      outcome = co_await scale(*gathered.view, *result.command, *result.decision);
    } else {
      if (result.decision) log_.decision(*result.decision);
      checkpoint_if_due();
    }
    conclude(result);
    if (outcome != ScaleOutcome::kConflict || attempt == kConflictAttempts) co_return;
    co_await wait_until(steady_now() + attempt * kConflictPause);
    not_before = steady_now();
  }
}

asio::awaitable<ServiceLoop::Gathered> ServiceLoop::gather(TimePoint not_before) {
  Gathered gathered;
  Result<ServiceReading> service =
      co_await read_service(sources_, settings_.name, settings_.match, not_before);
  if (!service) {
    gathered.input.problem = problem_of(service.error());
    co_return gathered;
  }
  gathered.view = service->view;
  gathered.input.service = std::move(service->status);
  log_.found(gathered.view->name);
  const ServiceStatus& status = *gathered.input.service;
  if (status.mode != ServiceMode::kReplicated || status.replicas.desired == 0) co_return gathered;

  Result<MetricsReading> metrics =
      co_await metrics_.read(sources_, gathered.view->name, status.replicas.running, not_before);
  if (metrics) {
    gathered.input.metrics = metrics->metrics;
    log_.metrics_warnings(metrics->warnings, steady_now());
  } else {
    TickProblem problem;
    problem.kind = ProblemKind::kMetricsMissing;
    problem.message = metrics.error().message;
    gathered.input.problem = std::move(problem);
  }
  co_return gathered;
}

/// The cooldown must survive a crash at any moment: what is about to be sent is saved before, and
/// nothing is sent when that fails.
asio::awaitable<ScaleOutcome> ServiceLoop::scale(const ServiceView& view, ScaleCommand command,
                                                 Decision& decision) {
  const TimePoint began = steady_now();
  pending_ = command;
  std::optional<Error> unsaved = save();
  ScaleOutcome outcome = ScaleOutcome::kAccepted;
  std::string why;
  std::vector<std::string> warnings;
  if (unsaved) {
    outcome = ScaleOutcome::kRefused;
    why =
        "nothing was sent, because a crash could then cut the cooldown short: " + unsaved->message;
  } else {
    Result<ScaleAccepted> answer = co_await send(view, command.to);
    if (answer) {
      warnings = std::move(answer->warnings);
    } else {
      outcome = outcome_of(answer.error().code);
      why = std::move(answer.error().message);
    }
  }
  const TimePoint now = steady_now();
  controller_.scale_finished(outcome, without_full_stop(why), decision, now);
  log_.decision(decision);
  if (outcome == ScaleOutcome::kAccepted) {
    log_.scaled(command, now - began, warnings, now);
  } else {
    log_.scale_failed(command, outcome, why, now);
  }
  pending_.reset();
  if (!unsaved) save();
  co_return outcome;
}

asio::awaitable<Result<ScaleAccepted>> ServiceLoop::send(const ServiceView& view, int to) {
  sending_ = true;
  std::string failure;
  try {
    Result<ScaleAccepted> answer =
        co_await sources_.docker().scale(view.id, view.version_index, view.spec, to);
    sending_ = false;
    co_return answer;
  } catch (const std::exception& error) {
    failure = error.what();
  }
  sending_ = false;
  co_return Error(ErrorCode::kLost, "The scale command was interrupted (" + failure + ").");
}

void ServiceLoop::conclude(const TickResult& result) {
  if (result.decision) {
    const bool taken = !result.command || result.decision->applied;
    why_failed_ = taken ? "" : result.decision->reason;
    return;
  }
  for (const ControllerEvent& event : result.events) {
    const bool begins = event.trouble && event.trouble->phase == TroublePhase::kBegin;
    if (begins) why_failed_ = event.message;
  }
}

void ServiceLoop::checkpoint_if_due() {
  if (steady_now() - last_save_ >= checkpoint_interval_) save();
}

}  // namespace skep
