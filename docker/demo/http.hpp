// The little HTTP/1.1 that the demo programs need: one request a connection, bounded in size and
// time. Not for use outside the demo.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace skep::demo {

// Owns a file descriptor and closes it.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// A listening IPv4 socket on all addresses; not valid when the port is taken.
Fd listen_on(std::uint16_t port, int backlog);

// Every read and write of the socket fails after this time.
void set_io_timeout(const Fd& socket, std::chrono::milliseconds timeout);

// The request line's target, such as "/burn?ms=5"; nothing when the client sends no complete head
// of at most 4 KiB before its time is over, or something that is not HTTP.
std::optional<std::string> read_target(const Fd& socket);

// The value of `name` in the query of a target: "5" for "ms" in "/burn?ms=5".
std::optional<std::string> query_value(std::string_view target, std::string_view name);

// Sends a whole answer that closes the connection; a client that has gone is ignored.
void send_answer(const Fd& socket, int status, std::string_view body,
                 std::string_view content_type = "text/plain; charset=utf-8");

// Blocks SIGTERM and SIGINT in this thread and those it starts, and gives a descriptor that
// becomes readable when one arrives.
Fd termination_signals();

}  // namespace skep::demo
