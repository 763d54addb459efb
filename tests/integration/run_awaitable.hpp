// Runs a coroutine to its end from a plain test.
#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace skep::test {

template <class T>
boost::asio::awaitable<void> store(boost::asio::awaitable<T> what, std::optional<T>& where) {
  where.emplace(co_await std::move(what));
}

/// The value of `what`; rethrows what it throws. Runs `context` until it has nothing left to do.
template <class T>
T run_awaitable(boost::asio::io_context& context, boost::asio::awaitable<T> what) {
  std::optional<T> value;
  std::exception_ptr failure;
  boost::asio::co_spawn(context, store(std::move(what), value),
                        [&failure](std::exception_ptr thrown) { failure = thrown; });
  context.restart();
  context.run();
  if (failure) std::rethrow_exception(failure);
  return std::move(value.value());
}

}  // namespace skep::test
