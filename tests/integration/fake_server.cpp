#include "tests/integration/fake_server.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace skep::test {
namespace {

using std::chrono::milliseconds;

bool send_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Reads until `end` returns a size that is there; nothing when the connection closes first.
bool receive_more(int descriptor, std::string& buffer) {
  char chunk[16384];
  const ssize_t got = recv(descriptor, chunk, sizeof chunk, 0);
  if (got <= 0) return false;
  buffer.append(chunk, static_cast<std::size_t>(got));
  return true;
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

FakeRequest parse_head(const std::string& head) {
  FakeRequest request;
  const std::size_t line_end = head.find("\r\n");
  const std::string line = head.substr(0, line_end);
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', first + 1);
  request.method = line.substr(0, first);
  const std::string target = line.substr(first + 1, second - first - 1);
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string::npos) request.query = target.substr(mark + 1);
  for (std::size_t at = line_end + 2; at < head.size();) {
    const std::size_t end = head.find("\r\n", at);
    if (end == std::string::npos || end == at) break;
    const std::size_t colon = head.find(':', at);
    const std::size_t value = head.find_first_not_of(' ', colon + 1);
    request.headers[lower(head.substr(at, colon - at))] = head.substr(value, end - value);
    at = end + 2;
  }
  return request;
}

/// One request from the connection; nothing when it closes. What follows it stays in `buffer`.
std::optional<FakeRequest> read_request(int descriptor, std::string& buffer) {
  constexpr std::string_view kHeadEnd = "\r\n\r\n";
  std::size_t head_size = 0;
  while ((head_size = buffer.find(kHeadEnd)) == std::string::npos) {
    if (!receive_more(descriptor, buffer)) return std::nullopt;
  }
  head_size += kHeadEnd.size();
  FakeRequest request = parse_head(buffer.substr(0, head_size));
  const auto length = request.headers.find("content-length");
  const std::size_t body_size = length == request.headers.end() ? 0 : std::stoul(length->second);
  while (buffer.size() < head_size + body_size) {
    if (!receive_more(descriptor, buffer)) return std::nullopt;
  }
  request.body = buffer.substr(head_size, body_size);
  buffer.erase(0, head_size + body_size);
  return request;
}

std::string in_chunks(const std::string& body) {
  constexpr std::size_t kChunk = 7;
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += kChunk) {
    const std::string chunk = body.substr(at, kChunk);
    out += std::to_string(chunk.size()) + "\r\n" + chunk + "\r\n";
  }
  return out + "0\r\n\r\n";
}

std::string head_of(const FakeReply& reply, std::size_t body_size) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " Status\r\n";
  head += "Content-Type: " + reply.content_type + "\r\n";
  for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
  if (reply.fault == Fault::kChunked) return head + "Transfer-Encoding: chunked\r\n\r\n";
  return head + "Content-Length: " + std::to_string(body_size) + "\r\n\r\n";
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

}  // namespace

std::string url_decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string form_value(const std::string& form, const std::string& name) {
  for (std::size_t at = 0; at < form.size();) {
    const std::size_t end = std::min(form.find('&', at), form.size());
    const std::string pair = form.substr(at, end - at);
    if (pair.compare(0, name.size() + 1, name + "=") == 0) {
      return url_decoded(pair.substr(name.size() + 1));
    }
    at = end + 1;
  }
  return "";
}

FakeServer::FakeServer(Handler handler) : handler_(std::move(handler)) { start(); }

FakeServer::FakeServer(Handler handler, std::string socket_path)
    : handler_(std::move(handler)), socket_path_(std::move(socket_path)) {
  start();
}

FakeServer::~FakeServer() { stop(); }

std::string FakeServer::url() const {
  return socket_path_.empty() ? "http://127.0.0.1:" + std::to_string(port_)
                              : "unix://" + socket_path_;
}

void FakeServer::start() {
  if (socket_path_.empty()) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) fail("bind");
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  } else {
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket_path_.copy(address.sun_path, sizeof address.sun_path - 1);
    unlink(socket_path_.c_str());
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("bind");
  }
  if (listen(listener_, 64) != 0) fail("listen");
  stopping_ = false;
  accept_thread_ = std::thread([this] { accept_loop(); });
}

void FakeServer::stop() {
  if (!accept_thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Connection& connection : connections_) {
      if (!connection.done) shutdown(connection.descriptor, SHUT_RDWR);
    }
  }
  stop_changed_.notify_all();
  shutdown(listener_, SHUT_RDWR);
  accept_thread_.join();
  close(listener_);
  if (!socket_path_.empty()) unlink(socket_path_.c_str());
  for (Connection& connection : connections_) connection.thread.join();
  connections_.clear();
}

void FakeServer::drop_connections() {
  const std::lock_guard lock(mutex_);
  for (Connection& connection : connections_) {
    if (!connection.done) shutdown(connection.descriptor, SHUT_RDWR);
  }
}

void FakeServer::accept_loop() {
  for (;;) {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (descriptor < 0 || stopping_) {
      if (descriptor >= 0) close(descriptor);
      return;
    }
    ++accepted_;
    for (auto it = connections_.begin(); it != connections_.end();) {
      if (it->done) it->thread.join();
      it = it->done ? connections_.erase(it) : std::next(it);
    }
    Connection& connection = connections_.emplace_back();
    connection.descriptor = descriptor;
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

void FakeServer::serve(Connection& connection) {
  std::string buffer;
  while (const std::optional<FakeRequest> request = read_request(connection.descriptor, buffer)) {
    FakeReply answer;
    {
      const std::lock_guard lock(handler_mutex_);
      answer = handler_(*request);
    }
    if (answer.delay > milliseconds(0) && !pause(answer.delay)) break;
    reply(connection.descriptor, answer);
    const auto wish = request->headers.find("connection");
    const bool close_wished = wish != request->headers.end() && wish->second == "close";
    const bool good = answer.fault == Fault::kNone || answer.fault == Fault::kChunked;
    if (close_wished || !good) break;
  }
  const std::lock_guard lock(mutex_);
  close(connection.descriptor);
  connection.done = true;
}

void FakeServer::reply(int descriptor, const FakeReply& answer) {
  const std::string& body = answer.body;
  switch (answer.fault) {
    case Fault::kNone:
      send_all(descriptor, head_of(answer, body.size()) + body);
      return;
    case Fault::kChunked:
      send_all(descriptor, head_of(answer, 0) + in_chunks(body));
      return;
    case Fault::kHang:
      hang(descriptor);
      return;
    case Fault::kSlowDrip:
      for (const char c : head_of(answer, body.size()) + body) {
        if (!send_all(descriptor, std::string_view(&c, 1)) || !pause(milliseconds(20))) return;
      }
      return;
    case Fault::kCloseBeforeAnswer:
      return;
    case Fault::kCloseMidBody:
      send_all(descriptor, head_of(answer, body.size()) + body.substr(0, body.size() / 2));
      return;
    case Fault::kGarbage:
      send_all(descriptor, "SSH-2.0-OpenSSH_9.2p1\r\n\x01\x02\x03 not HTTP\r\n\r\n");
      return;
    case Fault::kOversize: {
      constexpr std::size_t kSize = 9U * 1024 * 1024;
      send_all(descriptor, head_of(answer, kSize) + std::string(kSize, ' '));
      return;
    }
    case Fault::kWrongLength:
      send_all(descriptor, head_of(answer, body.size() + 10) + body);
      hang(descriptor);
      return;
  }
}

bool FakeServer::pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  return !stop_changed_.wait_for(lock, time, [this] { return stopping_; });
}

void FakeServer::hang(int descriptor) {
  std::string ignored;
  while (receive_more(descriptor, ignored)) {
  }
}

}  // namespace skep::test
