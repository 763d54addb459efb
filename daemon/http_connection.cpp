#include "daemon/http_connection.hpp"

#include <algorithm>
#include <chrono>

namespace skep {

using boost::system::error_code;

void HttpWatchdog::watch(HttpConnection& connection, TimePoint deadline) {
  connection.deadline = deadline;
  connection.timed_out = false;
  watched_.push_back(&connection);
  if (deadline < armed_for_) arm(deadline);
}

void HttpWatchdog::unwatch(HttpConnection& connection) {
  std::erase(watched_, &connection);
  if (!watched_.empty()) return;
  armed_for_ = TimePoint::max();
  timer_.cancel();
}

void HttpWatchdog::arm(TimePoint when) {
  armed_for_ = when;
  timer_.expires_at(when);
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error) self->expire();
  });
}

void HttpWatchdog::expire() {
  const TimePoint now = std::chrono::steady_clock::now();
  TimePoint next = TimePoint::max();
  for (HttpConnection* connection : watched_) {
    if (connection->deadline > now) {
      next = std::min(next, connection->deadline);
      continue;
    }
    connection->timed_out = true;
    error_code ignored;  // the waiting coroutine hears of it either way
    connection->socket.close(ignored);
  }
  armed_for_ = TimePoint::max();
  if (next != TimePoint::max()) arm(next);
}

HttpWatch::HttpWatch(HttpWatchdog& by, HttpConnection& connection, TimePoint deadline)
    : watchdog_(by.shared_from_this()), connection_(connection) {
  watchdog_->watch(connection_, deadline);
}

HttpWatch::~HttpWatch() { watchdog_->unwatch(connection_); }

}  // namespace skep
