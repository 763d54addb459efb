#include "daemon/resolver.hpp"

#include "tests/integration/run_awaitable.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

namespace skep {
namespace {

const TimePoint kNever = TimePoint::max();

BlockingLookup counting(std::shared_ptr<std::atomic<int>> calls) {
  return [calls](const std::string& host, std::uint16_t port) -> Result<TcpEndpoints> {
    ++*calls;
    if (host == "bad") return Error(ErrorCode::kUnreachable, "no such name");
    TcpEndpoints endpoints;
    endpoints.emplace_back(boost::asio::ip::make_address("10.1.2.3"), port);
    return endpoints;
  };
}

TEST_CASE("numeric addresses need no look-up") {
  boost::asio::io_context context;
  const auto calls = std::make_shared<std::atomic<int>>(0);
  Resolver resolver(context.get_executor(), counting(calls));
  for (const char* host : {"127.0.0.1", "::1"}) {
    const auto found = test::run_awaitable(context, resolver.resolve(host, 80, kNever));
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    CHECK(found->front().address().to_string() == host);
    CHECK(found->front().port() == 80);
  }
  CHECK(*calls == 0);
}

TEST_CASE("a name is looked up anew each time, and its failure is told") {
  boost::asio::io_context context;
  const auto calls = std::make_shared<std::atomic<int>>(0);
  Resolver resolver(context.get_executor(), counting(calls));
  for (int i = 1; i <= 2; ++i) {
    const auto found = test::run_awaitable(context, resolver.resolve("name", 81, kNever));
    REQUIRE(found);
    CHECK(found->front().address().to_string() == "10.1.2.3");
    CHECK(*calls == i);
  }
  const auto bad = test::run_awaitable(context, resolver.resolve("bad", 81, kNever));
  REQUIRE(!bad);
  CHECK(bad.error().message == "no such name");
}

boost::asio::awaitable<void> count_good(Resolver& resolver, int& good) {
  const std::string host = "name";
  const auto found = co_await resolver.resolve(host, 80, kNever);
  if (found) ++good;
}

TEST_CASE("callers that ask at the same time share one look-up") {
  boost::asio::io_context context;
  const auto calls = std::make_shared<std::atomic<int>>(0);
  Resolver resolver(context.get_executor(), counting(calls));
  int good = 0;
  for (int i = 0; i < 3; ++i) {
    co_spawn(context, count_good(resolver, good), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
  }
  context.run();
  CHECK(good == 3);
  CHECK(*calls == 1);
}

TEST_CASE("localhost is resolved by the system") {
  const auto found = system_lookup("localhost", 9090);
  REQUIRE(found);
  REQUIRE_FALSE(found->empty());
  CHECK(found->front().address().is_loopback());
  CHECK(found->front().port() == 9090);
}

}  // namespace
}  // namespace skep
