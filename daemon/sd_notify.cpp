#include "daemon/sd_notify.hpp"

#include "daemon/file_descriptor.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace skep {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

bool sd_notify(std::string_view state) {
  const std::string_view path = environment("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path.size() < 2 || path.size() >= sizeof(address.sun_path)) return false;
  if (path.front() != '/' && path.front() != '@') return false;
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);
  if (path.front() == '@') address.sun_path[0] = '\0';  // an abstract socket
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());

  const FileDescriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return false;
  const ssize_t sent = ::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), length);
  return sent == static_cast<ssize_t>(state.size());
}

std::optional<Duration> watchdog_interval() {
  // systemd's largest time is 2^64 - 1 us ("infinity"); what does not fit Duration is no watchdog.
  constexpr std::int64_t kMost =
      std::chrono::duration_cast<std::chrono::microseconds>(Duration::max()).count();
  const std::optional<std::int64_t> microseconds = number(environment("WATCHDOG_USEC"));
  if (!microseconds || *microseconds <= 0 || *microseconds > kMost) return std::nullopt;
  const std::string_view pid = environment("WATCHDOG_PID");
  if (!pid.empty() && number(pid) != ::getpid()) return std::nullopt;
  return Duration(std::chrono::microseconds(*microseconds));
}

}  // namespace skep
