// The loops of all services under one configuration, from start to stop.
#pragma once

#include "config/settings.hpp"
#include "daemon/event_log.hpp"
#include "daemon/service_loop.hpp"
#include "daemon/sources.hpp"
#include "daemon/state_store.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace skep {

/// `store` and `log` must outlive it. Destroy it before the event loop, and not while loops run.
class Fleet {
 public:
  Fleet(boost::asio::any_io_executor executor, const Settings& settings,
        std::shared_ptr<Sources> sources, StateStore& store, EventLog& log);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  /// Every service goes on from its saved state, where there is one, except those that `before` has
  /// too. Error: kStorage, when one cannot be read.
  std::optional<Error> restore(const Fleet* before = nullptr);
  /// Services that `before` has too go on from what it knows. It must have stopped.
  void take_over(Fleet& before);

  /// Starts all loops; the first tick is now. With `once` there is no second one. `all_ended` is
  /// called when the last loop has ended, for whatever reason.
  void start(bool once, std::function<void()> all_ended);
  /// Ends all loops: requests are given up, but the answer to a scale command is waited for, at
  /// most for `grace`. The state of each is saved as soon as it has ended.
  boost::asio::awaitable<void> stop(Duration grace);
  /// Saves every state while the loops run.
  void save();

  /// Why the state of a loop that has ended was not saved, for each such.
  const std::vector<std::string>& unsaved() const { return unsaved_; }

  /// "SERVICE: why" for each service whose last tick brought no decision, or whose command was not
  /// taken.
  std::vector<std::string> failures() const;
  std::size_t size() const { return loops_.size(); }

 private:
  ServiceLoop* find(const std::string& service) const;
  void ended(ServiceLoop& loop, std::exception_ptr failure);

  boost::asio::any_io_executor executor_;
  std::shared_ptr<Sources> sources_;
  EventLog& log_;
  std::vector<std::unique_ptr<ServiceLoop>> loops_;
  std::size_t running_ = 0;
  std::vector<std::string> unsaved_;
  std::function<void()> all_ended_;
  boost::asio::steady_timer quiet_;  // its cancellation wakes stop() when the last loop has ended
};

}  // namespace skep
