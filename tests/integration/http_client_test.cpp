// Connections, deadlines and cancellation of the HTTP client.
#include "daemon/http_client.hpp"

#include "tests/integration/fake_server.hpp"
#include "tests/integration/run_awaitable.hpp"

#include <chrono>
#include <future>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

namespace skep::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

HttpClientOptions options_with(milliseconds timeout) {
  HttpClientOptions options;
  options.timeout = timeout;
  return options;
}

struct Setup {
  explicit Setup(milliseconds timeout = milliseconds(5000))
      : client(context.get_executor(), parse_prometheus_url(server.url()).value.value(),
               options_with(timeout)) {}

  Result<HttpResponse> get(const std::string& target) {
    return run_awaitable(context, client.request(HttpRequest(HttpMethod::kGet, target)));
  }
  Result<HttpResponse> post(const std::string& target) {
    return run_awaitable(
        context, client.request(HttpRequest(HttpMethod::kPost, target, "body", "text/plain")));
  }

  FakeReply next{"hello"};
  std::vector<FakeRequest> requests;
  FakeServer server{[this](const FakeRequest& request) {
    requests.push_back(request);
    return next;
  }};
  boost::asio::io_context context;
  HttpClient client;
};

TEST_CASE("status, headers and body come back as they were sent") {
  Setup setup;
  setup.next = FakeReply("not here", 404);
  setup.next.headers.emplace_back("X-Thing", "value");
  const Result<HttpResponse> response = setup.get("/a?b=c");
  REQUIRE(response);
  CHECK(response->status == 404);
  CHECK(response->body == "not here");
  CHECK(response->header("x-thing") == "value");
  CHECK(response->header("missing").empty());
  CHECK(setup.requests.at(0).path == "/a");
  CHECK(setup.requests.at(0).query == "b=c");
  CHECK(setup.requests.at(0).headers.at("host") ==
        "127.0.0.1:" + std::to_string(setup.server.port()));
}

TEST_CASE("a GET over a kept connection that the server has closed is sent again") {
  Setup setup;
  REQUIRE(setup.get("/1"));
  setup.server.stop();
  setup.server.start();
  CHECK(setup.get("/2"));
  CHECK(setup.requests.size() == 2);
  CHECK(setup.server.accepted() == 2);
}

TEST_CASE("a GET that broke on a new connection is not sent again") {
  Setup setup;
  setup.next.fault = Fault::kCloseBeforeAnswer;
  const Result<HttpResponse> response = setup.get("/1");
  REQUIRE(!response);
  CHECK(response.error().code == ErrorCode::kLost);
  CHECK(setup.requests.size() == 1);
}

TEST_CASE("a POST uses a new connection and is never sent twice") {
  Setup setup;
  REQUIRE(setup.get("/1"));
  setup.next.fault = Fault::kCloseBeforeAnswer;
  const Result<HttpResponse> response = setup.post("/2");
  REQUIRE(!response);
  CHECK(response.error().code == ErrorCode::kLost);
  CHECK(setup.requests.size() == 2);
  CHECK(setup.requests.at(1).body == "body");
  CHECK(setup.server.accepted() == 2);
}

boost::asio::awaitable<void> get_into(HttpClient& client, std::vector<unsigned>& statuses) {
  HttpRequest request(HttpMethod::kGet, "/");
  const Result<HttpResponse> response = co_await client.request(std::move(request));
  statuses.push_back(response ? response->status : 0);
}

TEST_CASE("several coroutines ask at once, and their connections are kept") {
  Setup setup;
  setup.next.delay = milliseconds(100);
  std::vector<unsigned> statuses;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 3; ++i) {
      co_spawn(setup.context, get_into(setup.client, statuses), [](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
      });
    }
    setup.context.restart();
    setup.context.run();
  }
  CHECK(statuses == std::vector<unsigned>(6, 200));
  CHECK(setup.server.accepted() == 3);
}

TEST_CASE("one deadline holds for the whole answer, however slowly it comes") {
  Setup setup(milliseconds(200));
  setup.next = FakeReply(std::string(100, 'x'));
  setup.next.fault = Fault::kSlowDrip;
  const auto begin = steady_clock::now();
  const Result<HttpResponse> response = setup.get("/");
  const auto taken = steady_clock::now() - begin;
  REQUIRE(!response);
  CHECK(response.error().code == ErrorCode::kTimeout);
  CHECK(taken >= milliseconds(200));
  CHECK(taken < milliseconds(700));
}

TEST_CASE("the deadline holds over a kept connection too") {
  Setup setup(milliseconds(200));
  REQUIRE(setup.get("/"));
  setup.next.fault = Fault::kHang;
  const auto begin = steady_clock::now();
  const Result<HttpResponse> response = setup.get("/");
  CHECK(steady_clock::now() - begin < milliseconds(1000));
  REQUIRE(!response);
  CHECK(response.error().code == ErrorCode::kTimeout);
  CHECK(setup.server.accepted() == 1);
}

TEST_CASE("requests that overlap have each their own deadline") {
  Setup setup(milliseconds(200));
  setup.next.fault = Fault::kHang;
  std::vector<milliseconds> ended;
  std::list<std::optional<Result<HttpResponse>>> responses;
  const auto begin = steady_clock::now();
  const auto spawn = [&] {
    auto& slot = responses.emplace_back();
    co_spawn(
        setup.context, store(setup.client.request(HttpRequest(HttpMethod::kGet, "/")), slot),
        [&ended, begin](std::exception_ptr) {
          ended.push_back(std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin));
        });
  };
  spawn();
  boost::asio::steady_timer timer(setup.context, milliseconds(100));
  timer.async_wait([&spawn](const boost::system::error_code&) { spawn(); });
  setup.context.run();
  for (const auto& response : responses) {
    CHECK(response->error().code == ErrorCode::kTimeout);
  }
  REQUIRE(ended.size() == 2);
  CHECK(ended[0] >= milliseconds(200));
  CHECK(ended[0] < ended[1]);
  CHECK(ended[1] >= milliseconds(300));
  CHECK(ended[1] < milliseconds(1300));
}

TEST_CASE("an answer over the limit is refused, one of just that size is not") {
  Setup setup;
  HttpClientOptions options = options_with(milliseconds(5000));
  options.body_limit_bytes = 100000;
  HttpClient client(setup.context.get_executor(),
                    parse_prometheus_url(setup.server.url()).value.value(), options);
  for (const Fault fault : {Fault::kNone, Fault::kChunked}) {
    setup.next = FakeReply(std::string(100000, 'x'));
    setup.next.fault = fault;
    const Result<HttpResponse> fits =
        run_awaitable(setup.context, client.request(HttpRequest(HttpMethod::kGet, "/")));
    REQUIRE(fits);
    CHECK(fits->body.size() == 100000);
    setup.next.body += 'x';
    const Result<HttpResponse> large =
        run_awaitable(setup.context, client.request(HttpRequest(HttpMethod::kGet, "/")));
    REQUIRE(!large);
    CHECK(large.error().code == ErrorCode::kProtocol);
    CHECK_THAT(large.error().message, Catch::Contains("limit of 100000 bytes"));
  }
}

TEST_CASE("a header over its limit is refused, and told from a body that is") {
  Setup setup;
  setup.next.headers.emplace_back("X-Thing", std::string(20'000, 'x'));
  const Result<HttpResponse> response = setup.get("/");
  REQUIRE(!response);
  CHECK(response.error().code == ErrorCode::kProtocol);
  CHECK_THAT(response.error().message,
             Catch::Contains("sent a header over the limit of 16384 bytes: check the address"));
}

TEST_CASE("a name that is never resolved does not hold the caller, nor the end of the program") {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  HttpClientOptions options = options_with(milliseconds(100));
  options.lookup = [released](const std::string&, std::uint16_t) -> Result<TcpEndpoints> {
    released.wait();
    return TcpEndpoints();
  };
  const auto begin = steady_clock::now();
  {
    boost::asio::io_context context;
    HttpClient client(context.get_executor(),
                      parse_prometheus_url("http://stuck.example:9090").value.value(), options);
    for (int i = 0; i < 2; ++i) {
      const Result<HttpResponse> response =
          run_awaitable(context, client.request(HttpRequest(HttpMethod::kGet, "/")));
      REQUIRE(!response);
      CHECK(response.error().code == ErrorCode::kUnreachable);
      CHECK_THAT(response.error().message, Catch::Contains("stuck.example"));
    }
  }
  CHECK(steady_clock::now() - begin < milliseconds(1000));
  release.set_value();
}

TEST_CASE("a name is resolved, and an address that does not answer is passed over") {
  Setup setup;
  HttpClientOptions options = options_with(milliseconds(2000));
  const std::uint16_t port = setup.server.port();
  options.lookup = [port](const std::string& host, std::uint16_t) -> Result<TcpEndpoints> {
    if (host != "prometheus") return Error(ErrorCode::kUnreachable, "unknown name");
    TcpEndpoints endpoints;
    endpoints.emplace_back(boost::asio::ip::make_address("127.0.0.2"), port);
    endpoints.emplace_back(boost::asio::ip::make_address("127.0.0.1"), port);
    return endpoints;
  };
  HttpClient client(setup.context.get_executor(),
                    parse_prometheus_url("http://prometheus:9090").value.value(), options);
  const Result<HttpResponse> response =
      run_awaitable(setup.context, client.request(HttpRequest(HttpMethod::kGet, "/")));
  REQUIRE(response);
  CHECK(response->body == "hello");
}

TEST_CASE("a cancelled request ends at once") {
  const Fault fault = GENERATE(Fault::kHang, Fault::kSlowDrip, Fault::kWrongLength);
  Setup setup(milliseconds(10000));
  setup.next.fault = fault;
  boost::asio::cancellation_signal stop;
  std::optional<Result<HttpResponse>> response;
  const auto begin = steady_clock::now();
  co_spawn(setup.context, store(setup.client.request(HttpRequest(HttpMethod::kGet, "/")), response),
           boost::asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
  boost::asio::steady_timer timer(setup.context, milliseconds(100));
  timer.async_wait([&stop](const boost::system::error_code&) {
    stop.emit(boost::asio::cancellation_type::terminal);
  });
  setup.context.run();
  CHECK(steady_clock::now() - begin < milliseconds(1000));
  REQUIRE(response);
  REQUIRE(!*response);
  CHECK(response->error().code == ErrorCode::kCancelled);
}

TEST_CASE("a cancelled look-up of a name ends at once") {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  HttpClientOptions options = options_with(milliseconds(10000));
  options.lookup = [released](const std::string&, std::uint16_t) -> Result<TcpEndpoints> {
    released.wait();
    return TcpEndpoints();
  };
  boost::asio::io_context context;
  HttpClient client(context.get_executor(),
                    parse_prometheus_url("http://stuck.example:9090").value.value(), options);
  boost::asio::cancellation_signal stop;
  std::optional<Result<HttpResponse>> response;
  co_spawn(context, store(client.request(HttpRequest(HttpMethod::kGet, "/")), response),
           boost::asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
  boost::asio::steady_timer timer(context, milliseconds(50));
  timer.async_wait([&stop](const boost::system::error_code&) {
    stop.emit(boost::asio::cancellation_type::terminal);
  });
  const auto begin = steady_clock::now();
  context.run();
  CHECK(steady_clock::now() - begin < milliseconds(1000));
  REQUIRE(response);
  CHECK(response->error().code == ErrorCode::kCancelled);
  release.set_value();
}

TEST_CASE("a unix socket that is not there, or not for us, says what to do") {
  boost::asio::io_context context;
  HttpClient missing(context.get_executor(),
                     parse_docker_host("unix:///nonexistent/docker.sock").value.value());
  const Result<HttpResponse> response =
      run_awaitable(context, missing.request(HttpRequest(HttpMethod::kGet, "/")));
  REQUIRE(!response);
  CHECK(response.error().code == ErrorCode::kUnreachable);
  CHECK_THAT(response.error().message,
             Catch::Contains("/nonexistent/docker.sock") && Catch::Contains("no such socket"));
}

}  // namespace
}  // namespace skep::test
