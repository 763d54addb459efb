// A loopback HTTP server for tests that can misbehave in every way a real one does. Plain blocking
// sockets, so that it shares no code with the clients it tests.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace skep::test {

enum class Fault {
  kNone,
  kHang,               ///< read the request, never answer
  kSlowDrip,           ///< one byte every 20 ms
  kCloseBeforeAnswer,  ///< read the request, close
  kCloseMidBody,       ///< close after half of the body
  kGarbage,            ///< something that is not HTTP
  kOversize,           ///< a body of 9 MiB
  kWrongLength,        ///< Content-Length ten bytes too large, then silence
  kChunked,            ///< not a fault: the body in chunks of 7 bytes
};

struct FakeRequest {
  std::string method;
  std::string path;                            ///< without the query
  std::string query;                           ///< behind the "?", still encoded
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

struct FakeReply {
  FakeReply() = default;
  explicit FakeReply(std::string content, int http_status = 200)
      : status(http_status), body(std::move(content)) {}

  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  Fault fault = Fault::kNone;
  std::chrono::milliseconds delay{0};  ///< before the answer
};

/// "a%20b+c" -> "a b c"
std::string url_decoded(const std::string& text);
/// The decoded value of `name` in "a=1&b=2"; empty when it is not there.
std::string form_value(const std::string& form, const std::string& name);

/// Runs from construction to destruction. The handler is called on the threads of the connections,
/// one call at a time.
class FakeServer {
 public:
  using Handler = std::function<FakeReply(const FakeRequest&)>;

  /// On a free port of 127.0.0.1.
  explicit FakeServer(Handler handler);
  /// On a unix socket.
  FakeServer(Handler handler, std::string socket_path);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:PORT" or "unix:///PATH"
  std::string url() const;

  /// Nobody listens any more; connections are cut. start() listens at the same address again.
  void stop();
  void start();
  /// Closes the connections that are open, and goes on listening.
  void drop_connections();
  /// How many connections were ever accepted.
  int accepted() const { return accepted_; }

 private:
  struct Connection {
    int descriptor = -1;
    bool done = false;
    std::thread thread;
  };

  void accept_loop();
  void serve(Connection& connection);
  void reply(int descriptor, const FakeReply& reply);
  /// False when the server stops first.
  bool pause(std::chrono::milliseconds time);
  void hang(int descriptor);

  Handler handler_;
  std::string socket_path_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<int> accepted_{0};
  std::mutex mutex_;  // guards all below
  std::condition_variable stop_changed_;
  bool stopping_ = false;
  std::list<Connection> connections_;
  std::mutex handler_mutex_;
  std::thread accept_thread_;
};

}  // namespace skep::test
