#include "daemon/daemon.hpp"

#include "config/duration.hpp"
#include "config/loader.hpp"
#include "daemon/event_log.hpp"
#include "daemon/fleet.hpp"
#include "daemon/last_resort.hpp"
#include "daemon/sd_notify.hpp"
#include "daemon/started_event.hpp"
#include "daemon/state_store.hpp"
#include "daemon/wall_clock.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

namespace skep {
namespace {

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// The answer to a scale command is waited for as long as this when skep stops.
constexpr Duration kStopGrace = std::chrono::seconds(3);
/// And then it ends, whatever still hangs.
constexpr std::chrono::milliseconds kStopLimit(4500);

/// Null when there are only warnings.
const Problem* first_error(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) {
    if (problem.severity == Severity::kError) return &problem;
  }
  return nullptr;
}

/// What the command line and the random seed 0 mean for the settings of the services.
void complete(Settings& settings, bool dry_run) {
  std::random_device device;
  for (ServiceSettings& service : settings.services) {
    ControllerSettings& controller = service.controller;
    controller.dry_run = controller.dry_run || dry_run;
    while (controller.random_seed == 0) controller.random_seed = device();
  }
}

class Daemon {
 public:
  Daemon(RunOptions options, Settings settings, StateStore store,
         std::shared_ptr<Sources> sources_of_settings, asio::io_context& context, EventLog& log)
      : options_(std::move(options)),
        settings_(std::move(settings)),
        context_(context),
        log_(log),
        store_(std::move(store)),
        sources_(std::move(sources_of_settings)),
        signals_(context, SIGTERM, SIGINT, SIGHUP),
        watchdog_timer_(context) {}

  asio::awaitable<void> run(std::vector<Problem> warnings);
  int exit_status() const { return exit_status_; }

 private:
  asio::awaitable<void> reload();
  asio::awaitable<void> shut_down(int signal);
  asio::awaitable<void> feed_watchdog(Duration every);
  asio::awaitable<void> quit_at_next_signal();
  std::unique_ptr<Fleet> make_fleet(const Settings& settings, std::shared_ptr<Sources> sources) {
    return std::make_unique<Fleet>(context_.get_executor(), settings, std::move(sources), store_,
                                   log_);
  }
  void spawn(asio::awaitable<void> what, const char* name);
  void start_fleet();
  void refuse_reload(const std::string& why, const std::vector<std::string>& problems);
  void refuse_reload(const std::string& why) { refuse_reload(why, {why}); }
  void finish_once();
  void log_stopped(const std::string& why, const Json& fields);
  void fail_to_start(const Error& error);

  RunOptions options_;
  Settings settings_;
  asio::io_context& context_;
  EventLog& log_;
  StateStore store_;
  std::shared_ptr<Sources> sources_;
  std::unique_ptr<Fleet> fleet_;
  asio::signal_set signals_;
  asio::steady_timer watchdog_timer_;
  int exit_status_ = 0;
};

void Daemon::spawn(asio::awaitable<void> what, const char* name) {
  const auto when_done = [this, name](std::exception_ptr failure) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log_.write(LogLevel::kError, "failed", std::string(name) + " ended: " + error.what());
    }
  };
  asio::co_spawn(context_, std::move(what), when_done);
}

void Daemon::start_fleet() {
  const auto all_ended = [this] {
    if (options_.once) signals_.cancel();
  };
  fleet_->start(options_.once, all_ended);
  sd_notify("READY=1\nSTATUS=Watching " + std::to_string(fleet_->size()) +
            (fleet_->size() == 1 ? " service" : " services"));
}

asio::awaitable<void> Daemon::run(std::vector<Problem> warnings) {
  end_in_time_after_a_signal(kStopLimit);
  log_started(log_, settings_, options_);
  for (const Problem& warning : warnings) {
    log_.write(LogLevel::kWarn, "config_warning", format_problem(warning));
  }
  fleet_ = make_fleet(settings_, sources_);
  if (const std::optional<Error> failed = fleet_->restore()) {
    fail_to_start(*failed);
    context_.stop();
    co_return;
  }
  start_fleet();
  const std::optional<Duration> watchdog = watchdog_interval();
  if (watchdog) spawn(feed_watchdog(*watchdog / 2), "the watchdog");

  for (;;) {
    const auto [error, signal] = co_await signals_.async_wait(kAwait);
    if (error) {  // every service has had its single tick
      finish_once();
      break;
    }
    if (signal != SIGHUP) {
      co_await shut_down(signal);
      break;
    }
    co_await reload();
  }
  context_.stop();
}

void Daemon::fail_to_start(const Error& error) {
  exit_status_ = 1;
  std::fprintf(stderr, "skep: %s\n", error.message.c_str());
  log_.write(LogLevel::kError, "stopped", error.message);
}

void Daemon::finish_once() {
  const std::vector<std::string>& unsaved = fleet_->unsaved();
  std::vector<std::string> failures = fleet_->failures();
  failures.insert(failures.end(), unsaved.begin(), unsaved.end());
  for (const std::string& failure : failures) {
    exit_status_ = 1;
    std::fprintf(stderr, "skep: %s\n", failure.c_str());
  }
  log_stopped("Every service has had its tick. ", Json::object());
}

void Daemon::log_stopped(const std::string& why, const Json& fields) {
  const std::vector<std::string>& unsaved = fleet_->unsaved();
  log_.write(unsaved.empty() ? LogLevel::kInfo : LogLevel::kError, "stopped",
             why + (unsaved.empty() ? "The state is saved." : unsaved.front()), {}, fields);
}

asio::awaitable<void> Daemon::shut_down(int signal) {
  const TimePoint began = std::chrono::steady_clock::now();
  sd_notify("STOPPING=1\nSTATUS=Stopping");
  spawn(quit_at_next_signal(), "the wait for a second signal");
  co_await fleet_->stop(kStopGrace);
  Json fields = Json::object();
  const std::string name = signal == SIGTERM ? "SIGTERM" : "SIGINT";
  fields["signal"] = name;
  const auto took = std::chrono::steady_clock::now() - began;
  fields["duration_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  log_stopped("Stopped by " + name + ". ", fields);
}

asio::awaitable<void> Daemon::quit_at_next_signal() {
  for (;;) {
    const auto [error, signal] = co_await signals_.async_wait(kAwait);
    if (error) co_return;
    if (signal != SIGHUP) exit_now(128 + signal);
  }
}

asio::awaitable<void> Daemon::feed_watchdog(Duration every) {
  for (;;) {
    sd_notify("WATCHDOG=1");
    watchdog_timer_.expires_after(every);
    const auto [error] = co_await watchdog_timer_.async_wait(kAwait);
    if (error) co_return;
  }
}

void Daemon::refuse_reload(const std::string& why, const std::vector<std::string>& problems) {
  Json fields = Json::object();
  fields["accepted"] = false;
  fields["problems"] = problems;
  log_.write(LogLevel::kError, "reloaded",
             "The configuration was refused, and the old one goes on: " + why, {}, fields);
}

asio::awaitable<void> Daemon::reload() {
  LoadResult loaded = load_config_file(options_.config_file, process_environment());
  std::vector<std::string> problems;
  for (const Problem& problem : loaded.problems) problems.push_back(format_problem(problem));
  if (const Problem* error = first_error(loaded.problems)) {
    refuse_reload(format_problem(*error), problems);
    co_return;
  }
  const std::string& folder = loaded.settings->state.path;
  if (folder != settings_.state.path) {
    refuse_reload("state.path cannot change from " + settings_.state.path + " to " + folder +
                  " while skep runs: restart skep.");
    co_return;
  }
  complete(*loaded.settings, options_.dry_run);
  std::shared_ptr<Sources> sources = Sources::make(context_.get_executor(), *loaded.settings);
  std::unique_ptr<Fleet> next = make_fleet(*loaded.settings, sources);
  if (const std::optional<Error> failed = next->restore(fleet_.get())) {
    refuse_reload(failed->message);
    co_return;
  }
  sd_notify("RELOADING=1");
  co_await fleet_->stop(kStopGrace);
  settings_ = std::move(*loaded.settings);
  sources_ = std::move(sources);
  log_.configure(settings_.log);
  next->take_over(*fleet_);
  fleet_ = std::move(next);
  fleet_->save();
  log_reloaded(log_, settings_, problems);
  start_fleet();
}

/// Prints the problems; nothing when the configuration cannot be used.
std::optional<Settings> load(const RunOptions& options, std::vector<Problem>& warnings) {
  LoadResult loaded = load_config_file(options.config_file, process_environment());
  if (!loaded.settings || first_error(loaded.problems) != nullptr) {
    for (const Problem& problem : loaded.problems) {
      std::fprintf(stderr, "%s\n", format_problem(problem).c_str());
    }
    return std::nullopt;
  }
  warnings = std::move(loaded.problems);
  return std::move(loaded.settings);
}

}  // namespace

int run_daemon(const RunOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t handled;  // once there is somebody who handles them
  sigemptyset(&handled);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&handled, signal);
  pthread_sigmask(SIG_BLOCK, &handled, nullptr);
  std::vector<Problem> warnings;
  std::optional<Settings> settings = load(options, warnings);
  if (!settings) return 2;
  complete(*settings, options.dry_run);

  asio::io_context context(1);
  std::shared_ptr<Sources> sources = Sources::make(context.get_executor(), *settings);
  Result<StateStore> store = StateStore::open(settings->state.path);
  if (!store) {
    std::fprintf(stderr, "skep: %s\n", store.error().message.c_str());
    return 1;
  }
  EventLog log(settings->log, wall_now, stdout_sink());
  Daemon daemon(options, std::move(*settings), std::move(*store), std::move(sources), context, log);
  pthread_sigmask(SIG_UNBLOCK, &handled, nullptr);
  std::exception_ptr failure;
  const auto when_done = [&failure, &context](std::exception_ptr thrown) {
    failure = thrown;
    context.stop();
  };
  asio::co_spawn(context, daemon.run(std::move(warnings)), when_done);
  context.run();
  if (failure) std::rethrow_exception(failure);
  return daemon.exit_status();
}

}  // namespace skep
