// One request for all who ask the same thing at the same tick.
#pragma once

#include "core/time.hpp"
#include "daemon/result.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace skep {

/// Keeps the last answer of `fetch` and runs at most one fetch at a time. The fetch runs on its
/// own, so a caller that is cancelled takes nothing away from the others. Destroy it before the
/// event loop, and what `fetch` uses after it.
template <class T>
class SharedFetch {
 public:
  using Answer =
      std::shared_ptr<const Result<T>>;  ///< never null; an error is an answer too, and is shared
  using Fetch = std::function<boost::asio::awaitable<Result<T>>()>;
  using Clock = std::function<TimePoint()>;

  SharedFetch(boost::asio::any_io_executor executor, Fetch fetch, Clock now)
      : state_(std::make_shared<State>(std::move(executor), std::move(fetch), std::move(now))) {}
  ~SharedFetch() { cancel(); }
  SharedFetch(const SharedFetch&) = delete;
  SharedFetch& operator=(const SharedFetch&) = delete;

  /// An answer whose fetch began at `not_before` or later (a moment that is yet to come counts as
  /// now): the last one, or the one under way, or a new one. Throws what `fetch` throws.
  boost::asio::awaitable<Answer> get(TimePoint not_before) { return get_from(state_, not_before); }

  /// Cancels the fetch under way, for a shutdown: those who wait get its error.
  void cancel() { state_->stop.emit(boost::asio::cancellation_type::terminal); }

 private:
  struct State {
    State(boost::asio::any_io_executor loop, Fetch what, Clock clock)
        : executor(loop),
          fetch(std::move(what)),
          now(std::move(clock)),
          finished(loop, boost::asio::steady_timer::time_point::max()) {}

    boost::asio::any_io_executor executor;
    Fetch fetch;
    Clock now;
    boost::asio::steady_timer finished;  // never expires: its cancellation wakes all who wait
    boost::asio::cancellation_signal stop;
    bool in_flight = false;
    std::uint64_t fetch_count = 0;  // finished ones
    TimePoint began{};              // of the fetch under way, or of the last one
    Answer answer;
    std::exception_ptr failure;
  };

  static Answer cancelled() {
    return std::make_shared<const Result<T>>(
        Error(ErrorCode::kCancelled, "The wait for an answer was given up."));
  }

  static boost::asio::awaitable<void> run(std::shared_ptr<State> state) {
    try {
      Result<T> result = co_await state->fetch();
      state->answer = std::make_shared<const Result<T>>(std::move(result));
    } catch (const boost::system::system_error& error) {
      // A coroutine that was cancelled between two steps says so with an exception.
      if (error.code() != boost::asio::error::operation_aborted) throw;
      state->answer = cancelled();
    }
  }

  static void start(const std::shared_ptr<State>& state) {
    state->in_flight = true;
    state->began = state->now();
    state->answer.reset();
    const auto finish = [state](std::exception_ptr failure) {
      state->failure = failure;
      state->in_flight = false;
      ++state->fetch_count;
      state->finished.cancel();
    };
    boost::asio::co_spawn(state->executor, run(state),
                          boost::asio::bind_cancellation_slot(state->stop.slot(), finish));
  }

  static boost::asio::awaitable<Answer> get_from(std::shared_ptr<State> state,
                                                 TimePoint not_before) {
    const TimePoint wanted = std::min(not_before, state->now());
    while (state->in_flight || !state->answer || state->began < wanted) {
      if (!state->in_flight) start(state);
      const std::uint64_t seen = state->fetch_count;
      co_await state->finished.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      if (state->fetch_count == seen) {
        co_return cancelled();
      }
      if (!state->in_flight && state->failure) std::rethrow_exception(state->failure);
    }
    co_return state->answer;
  }

  std::shared_ptr<State> state_;
};

/// A SharedFetch for each key, e.g. the text of a query.
template <class T>
class SharedFetchByKey {
 public:
  using Answer = typename SharedFetch<T>::Answer;
  using Fetch = std::function<boost::asio::awaitable<Result<T>>(std::string key)>;
  using Clock = typename SharedFetch<T>::Clock;

  SharedFetchByKey(boost::asio::any_io_executor executor, Fetch fetch, Clock now)
      : executor_(std::move(executor)), fetch_(std::move(fetch)), now_(std::move(now)) {}

  /// As SharedFetch::get, for `key`.
  boost::asio::awaitable<Answer> get(const std::string& key, TimePoint not_before) {
    auto found = fetches_.find(key);
    if (found == fetches_.end()) {
      auto one = [fetch = fetch_, key] { return fetch(key); };
      found = fetches_.try_emplace(key, executor_, std::move(one), now_).first;
    }
    return found->second.get(not_before);
  }

  void cancel() {
    for (auto& [key, fetch] : fetches_) fetch.cancel();
  }

 private:
  boost::asio::any_io_executor executor_;
  Fetch fetch_;
  Clock now_;
  std::map<std::string, SharedFetch<T>> fetches_;
};

}  // namespace skep
