// The Prometheus client against a server that answers, and one that misbehaves.
#include "daemon/prometheus_client.hpp"

#include "tests/integration/fake_prometheus.hpp"
#include "tests/integration/run_awaitable.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Setup {
  explicit Setup(milliseconds timeout = milliseconds(5000))
      : client(context.get_executor(), parse_prometheus_url(prometheus.url()).value.value(),
               timeout) {}

  Result<Sample> query(const std::string& text) {
    return run_awaitable(context, client.query(text));
  }

  FakePrometheus prometheus;
  boost::asio::io_context context;
  PrometheusClient client;
};

TEST_CASE("a query brings its value over one kept connection") {
  Setup setup;
  setup.prometheus.set("up", 0.5);
  for (int i = 0; i < 3; ++i) {
    const Result<Sample> sample = setup.query("sum(up{job=\"a&b\"}) + 1");
    REQUIRE(sample);
    CHECK(sample->value == 0.5);
    CHECK(sample->time_seconds == Approx(1700000000.123));
  }
  CHECK(setup.prometheus.server().accepted() == 1);
  CHECK(setup.prometheus.queries() == std::vector<std::string>(3, "GET sum(up{job=\"a&b\"}) + 1"));
}

TEST_CASE("a long query is sent as a form") {
  Setup setup;
  const std::string text = "up + " + std::string(3000, '1') + " - \"\xCE\xB1\"";
  setup.prometheus.set("up", 3);
  const Result<Sample> sample = setup.query(text);
  REQUIRE(sample);
  CHECK(sample->value == 3);
  CHECK(setup.prometheus.queries() == std::vector<std::string>{"POST " + text});
}

TEST_CASE("a chunked answer is read") {
  Setup setup;
  setup.prometheus.set("up", 7);
  setup.prometheus.set_fault(Fault::kChunked);
  REQUIRE(setup.query("up"));
  CHECK(setup.query("up")->value == 7);
}

TEST_CASE("answers of Prometheus that hold no single number are errors that name the query") {
  Setup setup;
  setup.prometheus.set_reply("many", FakeReply(vector_answer({"1", "2", "3"})));
  setup.prometheus.set("nan", "NaN");
  setup.prometheus.set_reply(
      "bad", FakeReply(R"({"status":"error","errorType":"bad_data","error":"parse error"})", 400));
  setup.prometheus.set_reply(
      "busy", FakeReply(R"({"status":"error","errorType":"timeout","error":"too slow"})", 503));
  FakeReply html("<html><body><h1>502 Bad Gateway</h1></body></html>", 502);
  html.content_type = "text/html";
  setup.prometheus.set_reply("html", html);

  const struct {
    const char* query;
    ErrorCode code;
    const char* text;
  } cases[] = {
      {"many", ErrorCode::kSeveralSeries, "3 series"}, {"none", ErrorCode::kEmpty, "0 series"},
      {"nan", ErrorCode::kNotFinite, "NaN"},           {"bad", ErrorCode::kRefused, "parse error"},
      {"busy", ErrorCode::kRefused, "too slow"},       {"html", ErrorCode::kRefused, "502"},
  };
  for (const auto& one : cases) {
    INFO(one.query);
    const Result<Sample> sample = setup.query(one.query);
    REQUIRE(!sample);
    CHECK(sample.error().code == one.code);
    CHECK_THAT(sample.error().message, Catch::Contains(std::string("\"") + one.query + "\""));
    CHECK_THAT(sample.error().message, Catch::Contains(one.text));
  }
}

TEST_CASE("a server that misbehaves gives an error before the deadline, and the next query works") {
  const struct {
    Fault fault;
    ErrorCode code;
  } cases[] = {
      {Fault::kHang, ErrorCode::kTimeout},           {Fault::kSlowDrip, ErrorCode::kTimeout},
      {Fault::kCloseBeforeAnswer, ErrorCode::kLost}, {Fault::kCloseMidBody, ErrorCode::kLost},
      {Fault::kGarbage, ErrorCode::kProtocol},       {Fault::kOversize, ErrorCode::kProtocol},
      {Fault::kWrongLength, ErrorCode::kTimeout},
  };
  for (const auto& one : cases) {
    INFO(static_cast<int>(one.fault));
    Setup setup(milliseconds(300));
    setup.prometheus.set("up", 1);
    setup.prometheus.set_fault(one.fault);
    const auto begin = steady_clock::now();
    const Result<Sample> sample = setup.query("up");
    CHECK(steady_clock::now() - begin < milliseconds(1500));
    REQUIRE(!sample);
    CHECK(sample.error().code == one.code);
    setup.prometheus.set_fault(Fault::kNone);
    CHECK(setup.query("up"));
  }
}

TEST_CASE("an answer over 8 MiB is refused as such") {
  Setup setup;
  setup.prometheus.set("up", 1);
  setup.prometheus.set_fault(Fault::kOversize);
  const Result<Sample> sample = setup.query("up");
  REQUIRE(!sample);
  CHECK_THAT(sample.error().message,
             Catch::Contains("limit of 8388608 bytes") && Catch::Contains("query"));
}

TEST_CASE("a Prometheus that is down and comes back is used again") {
  Setup setup;
  setup.prometheus.set("up", 1);
  REQUIRE(setup.query("up"));
  setup.prometheus.server().stop();
  const Result<Sample> down = setup.query("up");
  REQUIRE(!down);
  CHECK(down.error().code == ErrorCode::kUnreachable);
  CHECK_THAT(down.error().message, Catch::Contains("nothing listens"));
  setup.prometheus.server().start();
  CHECK(setup.query("up"));
}

TEST_CASE("the user and password of the address are sent and never shown") {
  std::string seen;
  FakeServer server([&seen](const FakeRequest& request) {
    const auto found = request.headers.find("authorization");
    if (found != request.headers.end()) seen = found->second;
    return FakeReply("no", 401);
  });
  const std::string url = "http://anna:s3cret%21@127.0.0.1:" + std::to_string(server.port());
  boost::asio::io_context context;
  PrometheusClient client(context.get_executor(), parse_prometheus_url(url).value.value(),
                          milliseconds(2000));
  const Result<Sample> sample = run_awaitable(context, client.query("up"));
  REQUIRE(!sample);
  CHECK(seen == "Basic YW5uYTpzM2NyZXQh");
  CHECK_THAT(sample.error().message, Catch::Contains("user and password"));
  CHECK_THAT(sample.error().message, !Catch::Contains("s3cret"));
}

}  // namespace
}  // namespace skep::test
