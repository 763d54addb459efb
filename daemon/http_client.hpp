// HTTP/1.1 to one server over TCP or a unix socket, for coroutines of one event loop.
#pragma once

#include "config/address.hpp"
#include "core/time.hpp"
#include "daemon/resolver.hpp"
#include "daemon/result.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace skep {

struct HttpConnection;
class HttpWatchdog;
using HttpConnectionPtr = std::unique_ptr<HttpConnection>;

enum class HttpMethod { kGet, kPost };

struct HttpRequest {
  HttpRequest(HttpMethod http_method, std::string path_and_query, std::string content = {},
              std::string type = {})
      : method(http_method),
        target(std::move(path_and_query)),
        body(std::move(content)),
        content_type(std::move(type)) {}

  HttpMethod method;
  std::string target;  ///< path and query, percent-encoded; the endpoint's prefix is put before it
  std::string body;    ///< of a POST
  std::string content_type;  ///< of the body
};

struct HttpResponse {
  unsigned status = 0;  ///< 200-599
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;

  /// The value of the header, its name in any case; empty when there is none.
  std::string_view header(std::string_view name) const;
};

struct HttpClientOptions {
  std::chrono::milliseconds timeout{5000};          ///< for a whole request, > 0
  std::size_t body_limit_bytes = 8U * 1024 * 1024;  ///< a larger answer is an error
  std::size_t header_limit_bytes = 16U * 1024;      ///< likewise
  std::size_t idle_connections = 4;                 ///< kept open between requests
  BlockingLookup lookup = system_lookup;
  /// What to do about an answer over a limit, as the end of a sentence.
  const char* too_large_advice = "check the address";
};

/// Must outlive its requests and be destroyed before the event loop. Not for several threads.
class HttpClient {
 public:
  HttpClient(boost::asio::any_io_executor executor, Endpoint endpoint,
             HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Asks and waits for the whole answer, whatever its status. One deadline, now + options.timeout,
  /// holds for everything: resolving, connecting, writing, reading. Several coroutines may ask at
  /// once, each over its own connection. A GET over a kept connection that broke before the first
  /// byte of the answer is sent once more over a new one; a POST always uses a new connection and
  /// is never sent twice. Errors: kUnreachable (nothing was sent), kTimeout, kLost, kProtocol, and
  /// kCancelled when the coroutine is cancelled.
  boost::asio::awaitable<Result<HttpResponse>> request(HttpRequest request);

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  struct Exchange;

  boost::asio::awaitable<Result<HttpConnectionPtr>> connect(TimePoint deadline);
  boost::asio::awaitable<Exchange> exchange(HttpConnection& connection, const std::string& head,
                                            const std::string& body, TimePoint deadline);
  std::string head_of(const HttpRequest& request) const;
  void keep(HttpConnectionPtr connection);
  Error timeout_error(ErrorCode code, const char* what) const;
  Error io_error(const HttpConnection& connection, const boost::system::error_code& error) const;

  boost::asio::any_io_executor executor_;
  Endpoint endpoint_;
  HttpClientOptions options_;
  Resolver resolver_;
  std::shared_ptr<HttpWatchdog> watchdog_;
  std::vector<HttpConnectionPtr> idle_;
};

}  // namespace skep
