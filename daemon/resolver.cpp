#include "daemon/resolver.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace skep {

namespace asio = boost::asio;

/// One look-up. The thread holds it too, and reads only `executor`, `abandoned` and `mutex`.
struct Resolver::Flight {
  explicit Flight(asio::any_io_executor loop) : executor(std::move(loop)) {}

  asio::any_io_executor executor;
  std::mutex mutex;
  bool abandoned = false;  // guarded by mutex: the event loop may be gone

  std::optional<Result<TcpEndpoints>> answer;
  std::vector<asio::steady_timer*> waiters;

  void finish(Result<TcpEndpoints> found) {
    answer.emplace(std::move(found));
    for (asio::steady_timer* waiter : waiters) waiter->cancel();
  }
};

Result<TcpEndpoints> system_lookup(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (status != 0) {
    return Error(ErrorCode::kUnreachable, "The name \"" + host + "\" cannot be resolved (" +
                                              gai_strerror(status) +
                                              "): check the spelling and the network.");
  }
  TcpEndpoints endpoints;
  for (const addrinfo* item = found; item != nullptr; item = item->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (item->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), item->ai_addr, item->ai_addrlen);
    endpoint.resize(item->ai_addrlen);
    endpoints.push_back(endpoint);
  }
  freeaddrinfo(found);
  return endpoints;
}

Resolver::Resolver(asio::any_io_executor executor, BlockingLookup lookup)
    : executor_(std::move(executor)), lookup_(std::move(lookup)) {}

Resolver::~Resolver() {
  if (!flight_) return;
  const std::lock_guard lock(flight_->mutex);
  flight_->abandoned = true;
}

void Resolver::start(const std::string& host, std::uint16_t port) {
  flight_ = std::make_shared<Flight>(executor_);
  try {
    std::thread([flight = flight_, lookup = lookup_, host, port] {
      Result<TcpEndpoints> found = lookup(host, port);
      const std::lock_guard lock(flight->mutex);
      if (flight->abandoned) return;
      asio::post(flight->executor, [flight, found = std::move(found)]() mutable {
        flight->finish(std::move(found));
      });
    }).detach();
  } catch (const std::system_error&) {
    flight_->answer.emplace(
        Error(ErrorCode::kUnreachable,
              "No thread could be started to resolve \"" + host + "\": raise the limit of tasks."));
  }
}

asio::awaitable<Result<TcpEndpoints>> Resolver::resolve(const std::string& host, std::uint16_t port,
                                                        TimePoint deadline) {
  boost::system::error_code not_numeric;
  const asio::ip::address address = asio::ip::make_address(host, not_numeric);
  if (!not_numeric) {
    TcpEndpoints numeric;
    numeric.emplace_back(address, port);
    co_return numeric;
  }

  if (!flight_ || flight_->answer) start(host, port);
  const std::shared_ptr<Flight> flight = flight_;
  if (!flight->answer) {
    asio::steady_timer wake(executor_, deadline);
    // Leaves the list on every way out, the destruction of this coroutine included.
    struct Registration {
      Registration(Flight& to, asio::steady_timer& timer) : flight_ref(to), waiter(&timer) {
        flight_ref.waiters.push_back(waiter);
      }
      ~Registration() { std::erase(flight_ref.waiters, waiter); }
      Registration(const Registration&) = delete;
      Registration& operator=(const Registration&) = delete;
      Flight& flight_ref;
      asio::steady_timer* waiter;
    };
    const Registration registration(*flight, wake);
    const auto [error] = co_await wake.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!flight->answer && error) {
      co_return Error(ErrorCode::kCancelled, "Resolving \"" + host + "\" was given up.");
    }
  }
  if (!flight->answer) {
    co_return Error(
        ErrorCode::kUnreachable,
        "The name \"" + host +
            "\" was not resolved in time: check the DNS server, or give a numeric address.");
  }
  co_return *flight->answer;
}

}  // namespace skep
