#include "daemon/http_client.hpp"

#include "daemon/http_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <sys/stat.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace skep {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
/// Enough for an ordinary answer to be read in one go.
constexpr std::size_t kFirstBufferBytes = 4096;
/// A kept connection does not hold on to more than this.
constexpr std::size_t kKeptBufferBytes = 64U * 1024;

/// What a person should do about a connection that could not be made.
std::string connect_advice(const Endpoint& endpoint, const error_code& error) {
  if (error == asio::error::no_descriptors) {
    return error.message() + ": raise the limit of open files.";
  }
  if (!endpoint.is_unix()) {
    if (error == asio::error::connection_refused) {
      return "nothing listens there: check the address and that the server runs.";
    }
    return error.message() + ": check the address and the network.";
  }
  if (error == asio::error::access_denied) {
    struct stat info {};
    const std::string group = stat(endpoint.socket_path.c_str(), &info) == 0
                                  ? std::to_string(info.st_gid)
                                  : "of the socket";
    return "permission denied: run skep with the group of the socket (group id " + group +
           "; in a stack file user: \"10001:" + group + "\").";
  }
  if (error.value() == ENOENT) {
    return "there is no such socket: check the path, that the engine runs, and in a container that "
           "the socket is "
           "mounted.";
  }
  if (error == asio::error::connection_refused) {
    return "the socket is there but nobody listens: check that the engine runs.";
  }
  return error.message() + ": check the path and that the engine runs.";
}

bool same_name(std::string_view a, std::string_view b) { return beast::iequals(a, b); }

}  // namespace

/// The outcome of one request over one connection.
struct HttpClient::Exchange {
  explicit Exchange(Error error) : response(std::move(error)) {}
  explicit Exchange(HttpResponse answer) : response(std::move(answer)) {}

  Result<HttpResponse> response;
  bool reusable = false;     // the connection can take another request
  bool broke_early = false;  // the connection was closed before the first byte of the answer
};

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return {};
}

HttpClient::HttpClient(asio::any_io_executor executor, Endpoint endpoint, HttpClientOptions options)
    : executor_(executor),
      endpoint_(std::move(endpoint)),
      options_(std::move(options)),
      resolver_(executor, options_.lookup),
      watchdog_(std::make_shared<HttpWatchdog>(executor)) {}

HttpClient::~HttpClient() = default;

Error HttpClient::timeout_error(ErrorCode code, const char* what) const {
  return Error(code, endpoint_.text + " " + what + " within " +
                         std::to_string(options_.timeout.count()) +
                         " ms: check that it is up and not overloaded, or raise the timeout.");
}

Error HttpClient::io_error(const HttpConnection& connection, const error_code& error) const {
  if (connection.timed_out) return timeout_error(ErrorCode::kTimeout, "did not answer");
  if (error == asio::error::operation_aborted) {
    return Error(ErrorCode::kCancelled, "The request to " + endpoint_.text + " was given up.");
  }
  if (error == http::error::header_limit) {
    return Error(ErrorCode::kProtocol, endpoint_.text + " sent a header over the limit of " +
                                           std::to_string(options_.header_limit_bytes) +
                                           " bytes: check the address and port, and what a proxy "
                                           "before it adds.");
  }
  if (error == http::error::body_limit) {
    return Error(ErrorCode::kProtocol, endpoint_.text + " sent an answer over the limit of " +
                                           std::to_string(options_.body_limit_bytes) +
                                           " bytes: " + options_.too_large_advice + ".");
  }
  const bool closed = error == asio::error::eof || error == http::error::end_of_stream ||
                      error == http::error::partial_message ||
                      error.category() == asio::error::get_system_category();
  if (closed) {
    return Error(ErrorCode::kLost, endpoint_.text +
                                       " closed the connection in the middle of a request (" +
                                       error.message() + "): check its log.");
  }
  return Error(ErrorCode::kProtocol, endpoint_.text + " sent something that is not HTTP (" +
                                         error.message() + "): check the address and port.");
}

std::string HttpClient::head_of(const HttpRequest& request) const {
  std::string head = request.method == HttpMethod::kGet ? "GET " : "POST ";
  head += endpoint_.path_prefix;
  head += request.target;
  head += " HTTP/1.1\r\nHost: ";
  head += endpoint_.host_header;
  head += "\r\nUser-Agent: skep\r\nAccept: application/json\r\n";
  if (!endpoint_.authorization.empty()) {
    head += "Authorization: ";
    head += endpoint_.authorization;
    head += "\r\n";
  }
  if (request.method == HttpMethod::kPost) {
    head += "Connection: close\r\nContent-Type: ";
    head += request.content_type;
    head += "\r\nContent-Length: ";
    head += std::to_string(request.body.size());
    head += "\r\n";
  }
  head += "\r\n";
  return head;
}

asio::awaitable<Result<HttpResponse>> HttpClient::request(HttpRequest request) {
  const TimePoint deadline = std::chrono::steady_clock::now() + options_.timeout;
  const std::string head = head_of(request);
  if (request.method == HttpMethod::kGet && !idle_.empty()) {
    HttpConnectionPtr kept = std::move(idle_.back());
    idle_.pop_back();
    Exchange done = co_await exchange(*kept, head, request.body, deadline);
    if (!done.broke_early) {
      if (done.reusable) keep(std::move(kept));
      co_return std::move(done.response);
    }
    idle_.clear();  // closed like this one, most likely: do not keep dead sockets
  }
  Result<HttpConnectionPtr> connected = co_await connect(deadline);
  if (!connected) co_return std::move(connected.error());
  Exchange done = co_await exchange(**connected, head, request.body, deadline);
  if (done.reusable) keep(std::move(*connected));
  co_return std::move(done.response);
}

void HttpClient::keep(HttpConnectionPtr connection) {
  if (idle_.size() >= options_.idle_connections) return;
  if (connection->buffer.capacity() > kKeptBufferBytes) connection->buffer = {};
  idle_.push_back(std::move(connection));
}

asio::awaitable<Result<HttpConnectionPtr>> HttpClient::connect(TimePoint deadline) {
  std::vector<asio::generic::stream_protocol::endpoint> addresses;
  if (endpoint_.is_unix()) {
    const asio::local::stream_protocol::endpoint local(endpoint_.socket_path);
    addresses.emplace_back(local);
  } else {
    const Result<TcpEndpoints> found =
        co_await resolver_.resolve(endpoint_.host, endpoint_.port, deadline);
    if (!found) co_return found.error();
    addresses.assign(found->begin(), found->end());
  }

  Error failure(ErrorCode::kUnreachable, endpoint_.text + " has no address: check its name.");
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    // An address that swallows everything must leave time for the next one.
    const TimePoint now = std::chrono::steady_clock::now();
    const TimePoint until = now + (deadline - now) / static_cast<int>(addresses.size() - i);
    HttpConnectionPtr connection = std::make_unique<HttpConnection>(executor_);
    const HttpWatch watch(*watchdog_, *connection, until);
    const auto [error] = co_await connection->socket.async_connect(addresses[i], kAwait);
    if (!error) {
      error_code ignored;  // only a delay is lost without it
      if (!endpoint_.is_unix()) {
        connection->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
      }
      connection->socket.non_blocking(true, ignored);
      co_return std::move(connection);
    }
    if (connection->timed_out) {
      failure = timeout_error(ErrorCode::kUnreachable, "took no connection");
    } else if (error == asio::error::operation_aborted) {
      co_return io_error(*connection, error);
    } else {
      failure = Error(ErrorCode::kUnreachable, "Cannot connect to " + endpoint_.text + ": " +
                                                   connect_advice(endpoint_, error));
    }
  }
  co_return failure;
}

asio::awaitable<HttpClient::Exchange> HttpClient::exchange(HttpConnection& connection,
                                                           const std::string& head,
                                                           const std::string& body,
                                                           TimePoint deadline) {
  const HttpWatch watch(*watchdog_, connection, deadline);
  connection.buffer.reserve(kFirstBufferBytes);
  // A small request goes out at once, without a turn of the event loop.
  std::array<asio::const_buffer, 2> wire = {asio::buffer(head), asio::buffer(body)};
  error_code write_error;
  const std::size_t sent = connection.socket.send(wire, 0, write_error);
  if (write_error == asio::error::would_block) write_error.clear();
  if (!write_error && sent < head.size() + body.size()) {
    wire = {wire[0] + sent, wire[1] + (sent - std::min(sent, head.size()))};
    const auto [error, rest] = co_await asio::async_write(connection.socket, wire, kAwait);
    write_error = error;
  }
  const bool gone_while_writing =
      write_error == asio::error::broken_pipe || write_error == asio::error::connection_reset;
  if (write_error && !gone_while_writing) co_return Exchange(io_error(connection, write_error));

  // A server that refuses a body may answer and close before it has read it all: read even so.
  http::response_parser<http::string_body> parser;
  parser.body_limit(options_.body_limit_bytes);
  parser.header_limit(static_cast<std::uint32_t>(options_.header_limit_bytes));
  const auto [read_error, read] =
      co_await http::async_read(connection.socket, connection.buffer, parser, kAwait);
  if (read_error) {
    Exchange failed(io_error(connection, read_error));
    failed.broke_early =
        !connection.timed_out && !parser.got_some() &&
        (read_error == http::error::end_of_stream || read_error == asio::error::connection_reset ||
         read_error == asio::error::broken_pipe);
    co_return failed;
  }
  http::response<http::string_body> message = parser.release();
  HttpResponse response;
  response.status = message.result_int();
  if (response.status < 200 || response.status > 599) {
    co_return Exchange(
        Error(ErrorCode::kProtocol, endpoint_.text + " answered with the impossible status " +
                                        std::to_string(response.status) + ": check the address."));
  }
  for (const auto& field : message) {
    response.headers.emplace_back(field.name_string(), field.value());
  }
  response.body = std::move(message.body());
  Exchange done(std::move(response));
  // Bytes behind the answer belong to nothing that was asked for.
  done.reusable = message.keep_alive() && !message.need_eof() && connection.buffer.size() == 0;
  co_return done;
}

}  // namespace skep
