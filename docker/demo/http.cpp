#include "http.hpp"

#include <array>
#include <csignal>
#include <netinet/in.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace skep::demo {
namespace {

constexpr std::size_t kMaxHeadBytes = 4096;
constexpr std::chrono::seconds kMaxHeadTime{1};

std::string_view status_text(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    default:
      return "Service Unavailable";
  }
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Fd listen_on(std::uint16_t port, int backlog) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(port);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), backlog) != 0) {
    return Fd();
  }
  return socket;
}

void set_io_timeout(const Fd& socket, std::chrono::milliseconds timeout) {
  timeval value{};
  value.tv_sec = timeout.count() / 1000;
  value.tv_usec = (timeout.count() % 1000) * 1000;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

std::optional<std::string> read_target(const Fd& socket) {
  const auto deadline = std::chrono::steady_clock::now() + kMaxHeadTime;
  std::string head;
  std::array<char, 1024> chunk;
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(socket.get(), chunk.data(), chunk.size(), 0);
    if (got <= 0 || std::chrono::steady_clock::now() > deadline) return std::nullopt;
    head.append(chunk.data(), static_cast<std::size_t>(got));
    if (head.size() > kMaxHeadBytes) return std::nullopt;
  }
  const std::string line = head.substr(0, head.find("\r\n"));
  const std::size_t start = line.find(' ');
  const std::size_t end = line.rfind(" HTTP/1.");
  if (start == std::string::npos || end == std::string::npos || end <= start) return std::nullopt;
  return line.substr(start + 1, end - start - 1);
}

std::optional<std::string> query_value(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(pair.size() < rest.size() ? pair.size() + 1 : rest.size());
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return std::string(pair.substr(equals + 1));
    }
  }
  return std::nullopt;
}

void send_answer(const Fd& socket, int status, std::string_view body,
                 std::string_view content_type) {
  std::string answer = "HTTP/1.1 " + std::to_string(status) + ' ';
  answer.append(status_text(status)).append("\r\nContent-Type: ").append(content_type);
  answer += "\r\nContent-Length: " + std::to_string(body.size());
  answer.append("\r\nConnection: close\r\n\r\n").append(body);
  std::string_view rest = answer;
  while (!rest.empty()) {
    const ssize_t sent = ::send(socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

Fd termination_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return Fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace skep::demo
