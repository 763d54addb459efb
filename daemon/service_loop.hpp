// The loop of one service: at every tick it asks, lets the controller decide, and sends the
// command. All that it waits for has a deadline, so it never hangs; an exception costs it one tick.
#pragma once

#include "config/settings.hpp"
#include "core/controller.hpp"
#include "daemon/event_log.hpp"
#include "daemon/loop_log.hpp"
#include "daemon/metrics_reader.hpp"
#include "daemon/service_reader.hpp"
#include "daemon/sources.hpp"
#include "daemon/state_store.hpp"

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

namespace skep {

/// Must outlive its run(). `sources`, `store` and `log` must outlive it.
class ServiceLoop {
 public:
  ServiceLoop(boost::asio::any_io_executor executor, const ServiceSettings& settings,
              Duration checkpoint_interval, Sources& sources, StateStore& store, EventLog& log);
  ServiceLoop(const ServiceLoop&) = delete;
  ServiceLoop& operator=(const ServiceLoop&) = delete;

  const std::string& name() const { return settings_.name; }

  /// Goes on from the saved state, where there is one. Error: kStorage, when it cannot be read.
  std::optional<Error> restore();
  /// Goes on from what `before`, the loop of the same service under other settings, knows. It must
  /// have ended.
  void take_over(ServiceLoop& before);

  /// Ticks at `start` and its multiples until request_stop; with `once`, a single tick.
  boost::asio::awaitable<void> run(TimePoint start, bool once);
  /// With this, run() ends soon: at once, or when the answer to a scale command has come.
  void request_stop();
  /// Does not wait for that answer any longer.
  void abandon();
  /// To be bound to run().
  boost::asio::cancellation_slot cancellation_slot() { return cancel_.slot(); }

  /// Saves the state now. Nothing when it worked.
  std::optional<Error> save();

  /// Why the last tick brought no decision, or why its command was not taken; else empty.
  const std::string& why_failed() const { return why_failed_; }

 private:
  void set_aside();
  struct Gathered {
    TickInput input;
    std::shared_ptr<const ServiceView> view;
  };

  boost::asio::awaitable<void> tick(TimePoint due);
  boost::asio::awaitable<Gathered> gather(TimePoint not_before);
  boost::asio::awaitable<ScaleOutcome> scale(const ServiceView& view, ScaleCommand command,
                                             Decision& decision);
  boost::asio::awaitable<Result<ScaleAccepted>> send(const ServiceView& view, int to);
  boost::asio::awaitable<void> wait_until(TimePoint when);
  void conclude(const TickResult& result);
  void checkpoint_if_due();
  /// Saves the snapshot, or all but what was learned once that is too large.
  std::optional<Error> save_what_fits(Snapshot& snapshot);

  ServiceSettings settings_;
  Duration checkpoint_interval_;
  Sources& sources_;
  StateStore& store_;
  Controller controller_;
  MetricsReader metrics_;
  LoopLog log_;
  boost::asio::steady_timer timer_;
  boost::asio::cancellation_signal cancel_;
  bool stopping_ = false;
  bool sending_ = false;                 ///< a scale command is on its way
  std::optional<ScaleCommand> pending_;  ///< a command that is about to be sent, or on its way
  TimePoint last_save_{};
  bool too_large_ = false;  ///< what was learned cannot be saved
  std::string why_failed_ = "No tick was completed.";
};

}  // namespace skep
