// Name resolution that can be given up. The system's resolver blocks and cannot be stopped, so each
// look-up runs on a thread of its own that nobody waits for: the caller leaves at its deadline, and
// the program can end while the look-up still hangs.
#pragma once

#include "core/time.hpp"
#include "daemon/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace skep {

using TcpEndpoints = std::vector<boost::asio::ip::tcp::endpoint>;

/// Looks a name up, blocking; runs on a thread of its own, so it must touch nothing that belongs to
/// the event loop.
using BlockingLookup =
    std::function<Result<TcpEndpoints>(const std::string& host, std::uint16_t port)>;

/// getaddrinfo.
Result<TcpEndpoints> system_lookup(const std::string& host, std::uint16_t port);

/// Belongs to one event loop and must be destroyed before it.
class Resolver {
 public:
  explicit Resolver(boost::asio::any_io_executor executor, BlockingLookup lookup = system_lookup);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// The addresses of `host`; a numeric address is answered at once. Callers that ask while a
  /// look-up runs share it, so there is never more than one thread: a Resolver is for one host.
  /// Errors: kUnreachable, kCancelled.
  boost::asio::awaitable<Result<TcpEndpoints>> resolve(const std::string& host, std::uint16_t port,
                                                       TimePoint deadline);

 private:
  struct Flight;
  void start(const std::string& host, std::uint16_t port);

  boost::asio::any_io_executor executor_;
  BlockingLookup lookup_;
  std::shared_ptr<Flight> flight_;  // the look-up under way, or null
};

}  // namespace skep
