// A connection of the HTTP client, and what closes it when its time is up.
#pragma once

#include "core/time.hpp"

#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

namespace skep {

struct HttpConnection {
  explicit HttpConnection(const boost::asio::any_io_executor& executor) : socket(executor) {}

  boost::asio::generic::stream_protocol::socket socket;  // TCP or unix
  boost::beast::flat_buffer buffer;
  TimePoint deadline{};
  bool timed_out = false;  // closed because the deadline had come
};

/// Closes the connections whose deadline has come. One timer for all, set when the first begins to
/// be watched: a timer for each step of each request would cost as much as the request itself.
class HttpWatchdog : public std::enable_shared_from_this<HttpWatchdog> {
 public:
  explicit HttpWatchdog(const boost::asio::any_io_executor& executor) : timer_(executor) {}

 private:
  friend class HttpWatch;
  void watch(HttpConnection& connection, TimePoint deadline);
  void unwatch(HttpConnection& connection);
  void arm(TimePoint when);
  void expire();

  boost::asio::steady_timer timer_;
  TimePoint armed_for_ = TimePoint::max();
  std::vector<HttpConnection*> watched_;
};

/// Has a connection watched as long as this lives; the connection must live longer.
class HttpWatch {
 public:
  HttpWatch(HttpWatchdog& by, HttpConnection& connection, TimePoint deadline);
  ~HttpWatch();
  HttpWatch(const HttpWatch&) = delete;
  HttpWatch& operator=(const HttpWatch&) = delete;

 private:
  std::shared_ptr<HttpWatchdog> watchdog_;
  HttpConnection& connection_;
};

}  // namespace skep
