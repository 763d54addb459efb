#include "daemon/prometheus_answer.hpp"

#include <cmath>
#include <string>

#include <catch2/catch.hpp>

namespace skep {
namespace {

std::string answer(const std::string& type, const std::string& result) {
  return R"({"status":"success","data":{"resultType":")" + type + R"(","result":)" + result + "}}";
}

std::string series(const std::string& value) {
  return answer("vector", R"([{"metric":{"a":"b"},"value":[1.5,")" + value + R"("]}])");
}

TEST_CASE("every type of result gives its one number") {
  const struct {
    std::string body;
    double value;
  } cases[] = {
      {answer("scalar", R"([1435781451.781,"1"])"), 1},
      {answer("string", R"([1,"2.5"])"), 2.5},
      {series("0.25"), 0.25},
      {series("+7"), 7},
      {series("-1e-3"), -1e-3},
      {series("1.7976931348623157e308"), 1.7976931348623157e308},
      {answer("matrix", R"([{"metric":{},"values":[[1,"1"],[2,"2"],[3,"3.5"]]}])"), 3.5},
  };
  for (const auto& one : cases) {
    INFO(one.body);
    const Result<Sample> sample = parse_instant_answer(one.body, 200, "up");
    REQUIRE(sample);
    CHECK(sample->value == one.value);
    CHECK(sample->warnings.empty());
  }
  CHECK(parse_instant_answer(series("1"), 200, "up")->time_seconds == 1.5);
}

TEST_CASE("a success may come with warnings") {
  const std::string body = R"({"status":"success","warnings":["slow \"x\"","old"],"data":)"
                           R"({"resultType":"scalar","result":[1,"1"]}})";
  const Result<Sample> sample = parse_instant_answer(body, 200, "up");
  REQUIRE(sample);
  CHECK(sample->warnings == std::vector<std::string>{"slow \"x\"", "old"});
}

TEST_CASE("no single finite number is an error that names the query") {
  const std::string two = R"({"metric":{},"value":[1,"1"]},{"metric":{},"value":[1,"2"]})";
  const struct {
    std::string body;
    ErrorCode code;
    const char* text;
  } cases[] = {
      {answer("vector", "[]"), ErrorCode::kEmpty, "0 series"},
      {answer("vector", "[" + two + "]"), ErrorCode::kSeveralSeries, "2 series"},
      {answer("matrix", "[" + two + "," + two + "]"), ErrorCode::kSeveralSeries, "4 series"},
      {answer("matrix", "[]"), ErrorCode::kEmpty, "0 series"},
      {answer("matrix", R"([{"metric":{},"values":[]}])"), ErrorCode::kEmpty, "nothing"},
      {series("NaN"), ErrorCode::kNotFinite, "NaN"},
      {series("+Inf"), ErrorCode::kNotFinite, "+Inf"},
      {series("-Inf"), ErrorCode::kNotFinite, "-Inf"},
      {series("1e400"), ErrorCode::kNotFinite, "1e400"},
      {series(""), ErrorCode::kNotFinite, "finite number"},
      {series("1 "), ErrorCode::kNotFinite, "finite number"},
      {series("0x10"), ErrorCode::kNotFinite, "0x10"},
      {series("\\u0661"), ErrorCode::kNotFinite, "finite number"},
      {answer("string", R"([1,"text"])"), ErrorCode::kNotFinite, "text"},
      {answer("vector", R"([{"metric":{},"histogram":[1,{}]}])"), ErrorCode::kNotFinite,
       "histogram"},
  };
  for (const auto& one : cases) {
    INFO(one.body);
    const Result<Sample> sample = parse_instant_answer(one.body, 200, "sum(\xCE\xB1)");
    REQUIRE(!sample);
    CHECK(sample.error().code == one.code);
    CHECK_THAT(sample.error().message,
               Catch::Contains("\"sum(\xCE\xB1)\"") && Catch::Contains(one.text));
  }
}

TEST_CASE("refusals of Prometheus and of proxies are told with their reason") {
  const struct {
    unsigned status;
    std::string body;
    const char* text;
  } cases[] = {
      {400, R"({"status":"error","errorType":"bad_data","error":"1:5: parse error"})",
       "bad_data: 1:5: parse error"},
      {422, R"({"status":"error","errorType":"execution","error":"many-to-many"})", "many-to-many"},
      {503, R"({"status":"error","errorType":"timeout","error":"query timed out"})", "overloaded"},
      {200, R"({"status":"error","errorType":"internal","error":"boom"})", "internal: boom"},
      {502, "<html>\r\n<h1>502 Bad Gateway</h1></html>", "502 Bad Gateway"},
      {401, "Unauthorized", "user and password"},
      {404, "404 page not found", "prometheus.url"},
      {302, "", "no explanation"},
      {500, R"({"error":7})", "7"},
  };
  for (const auto& one : cases) {
    INFO(one.body);
    const Result<Sample> sample = parse_instant_answer(one.body, one.status, "up");
    REQUIRE(!sample);
    CHECK(sample.error().code == ErrorCode::kRefused);
    CHECK_THAT(sample.error().message,
               Catch::Contains(one.text) && Catch::Contains(std::to_string(one.status)));
    CHECK(sample.error().message.find('\n') == std::string::npos);
  }
}

TEST_CASE("what is no answer of Prometheus is told to be none") {
  const std::string deep = R"({"status":"success","data":)" + std::string(1000000, '[');
  for (const std::string& body : {std::string(),
                                  std::string("<html>hello</html>"),
                                  std::string("{}"),
                                  std::string("[]"),
                                  std::string(R"({"status":"success"})"),
                                  std::string(R"({"status":"success","data":{}})"),
                                  std::string(R"({"status":"success","data":null})"),
                                  answer("vector", "{}"),
                                  answer("vector", "[1]"),
                                  answer("vector", R"([{"value":[1,2]}])"),
                                  answer("vector", R"([{"value":[1]}])"),
                                  answer("vector", R"([{"value":"1"}])"),
                                  answer("scalar", "1"),
                                  answer("scalar", "null"),
                                  answer("other", R"([1,"1"])"),
                                  series("1").substr(0, 60),
                                  series("1") + "x",
                                  series("\xFF"),
                                  std::string("\0\0", 2),
                                  deep}) {
    INFO(body.substr(0, 100));
    const Result<Sample> sample = parse_instant_answer(body, 200, "up");
    REQUIRE(!sample);
    CHECK(sample.error().code == ErrorCode::kProtocol);
    CHECK(sample.error().message.size() < 300);
  }
}

std::string range_series(const std::string& values) {
  return R"({"metric":{"pod":"x"},"values":[)" + values + "]}";
}

TEST_CASE("a range brings its points in order of time, of series after series, NaN included") {
  const std::string body = answer("matrix", "[" + range_series(R"([30,"3"],[45.5,"NaN"])") + "," +
                                                range_series(R"([0,"1"],[15,"+Inf"])") + "]");
  const Result<RangeAnswer> range = parse_range_answer(body, 200, "up");
  REQUIRE(range);
  REQUIRE(range->points.size() == 4);
  CHECK(range->points[0].time_seconds == 0);
  CHECK(range->points[0].value == 1);
  CHECK(std::isinf(range->points[1].value));
  CHECK(range->points[2].value == 3);
  CHECK(range->points[3].time_seconds == 45.5);
  CHECK(std::isnan(range->points[3].value));

  CHECK(parse_range_answer(answer("matrix", "[]"), 200, "up")->points.empty());
  const std::string warned = R"({"status":"success","warnings":["old"],"data":)"
                             R"({"resultType":"matrix","result":[]}})";
  CHECK(parse_range_answer(warned, 200, "up")->warnings == std::vector<std::string>{"old"});
}

TEST_CASE("what is no range of one value at a time is an error") {
  const std::string point = range_series(R"([1,"1"])");
  const struct {
    std::string body;
    ErrorCode code;
    const char* text;
  } cases[] = {
      {answer("matrix", "[" + point + "," + point + "]"), ErrorCode::kSeveralSeries, "2 series"},
      {answer("matrix", "[" + range_series(R"([1,"1"],[1,"2"])") + "]"), ErrorCode::kProtocol,
       "not an answer"},
      {answer("vector", "[]"), ErrorCode::kProtocol, "not an answer"},
      {answer("matrix", R"([{"metric":{},"histograms":[]}])"), ErrorCode::kNotFinite, "histogram"},
      {answer("matrix", R"([{"metric":{}}])"), ErrorCode::kProtocol, "not an answer"},
      {answer("matrix", "[" + range_series(R"([1])") + "]"), ErrorCode::kProtocol, "not an answer"},
      {answer("matrix", "[" + range_series(R"([1,1])") + "]"), ErrorCode::kProtocol, "not an"},
      {answer("matrix", "[" + range_series(R"(["1","1"])") + "]"), ErrorCode::kProtocol, "not an"},
      {answer("matrix", "[" + range_series(R"([1,"one"])") + "]"), ErrorCode::kProtocol, "not an"},
      {answer("matrix", "[" + range_series(R"([1,"1"])") + "x"), ErrorCode::kProtocol, "not an"},
      {R"({"status":"success"})", ErrorCode::kProtocol, "not an answer"},
      {"", ErrorCode::kProtocol, "not an answer"},
      {R"({"status":"error","errorType":"bad_data","error":"exceeded maximum resolution"})",
       ErrorCode::kRefused, "exceeded maximum"},
  };
  for (const auto& one : cases) {
    INFO(one.body);
    const Result<RangeAnswer> range = parse_range_answer(one.body, 200, "up");
    REQUIRE_FALSE(range);
    CHECK(range.error().code == one.code);
    CHECK_THAT(range.error().message, Catch::Contains(one.text));
  }
}

}  // namespace
}  // namespace skep
