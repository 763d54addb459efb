#include "tests/integration/fake_prometheus.hpp"

#include <cmath>
#include <cstdio>
#include <utility>

namespace skep::test {

std::string vector_answer(const std::vector<std::string>& values) {
  std::string series;
  for (const std::string& value : values) {
    if (!series.empty()) series += ',';
    series += R"({"metric":{"instance":"i)" + std::to_string(series.size()) +
              R"("},"value":[1700000000.123,")" + value + R"("]})";
  }
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + series + "]}}";
}

void FakePrometheus::set(const std::string& part_of_query, const std::string& value) {
  set_reply(part_of_query, FakeReply(vector_answer({value})));
}

void FakePrometheus::set(const std::string& part_of_query, double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  set(part_of_query, std::string(text));
}

void FakePrometheus::set_reply(const std::string& part_of_query, const FakeReply& reply) {
  set_handler(part_of_query, [reply] { return reply; });
}

void FakePrometheus::set_handler(const std::string& part_of_query,
                                 std::function<FakeReply()> make) {
  const std::lock_guard lock(mutex_);
  rules_.emplace_back(part_of_query, std::move(make));
}

void FakePrometheus::set_fault(Fault fault) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
}

std::vector<std::string> FakePrometheus::queries() const {
  const std::lock_guard lock(mutex_);
  return queries_;
}

void FakePrometheus::set_history(const std::string& part_of_query,
                                 std::function<std::string(double)> value) {
  const std::lock_guard lock(mutex_);
  histories_.emplace_back(part_of_query, std::move(value));
}

int FakePrometheus::ranges() const {
  const std::lock_guard lock(mutex_);
  return ranges_;
}

FakeReply FakePrometheus::range(const std::string& form) {
  const std::lock_guard lock(mutex_);
  ++ranges_;
  const std::string query = form_value(form, "query");
  const double start = std::stod(form_value(form, "start"));
  const double step = std::stod(form_value(form, "step"));
  const double points = std::floor((std::stod(form_value(form, "end")) - start) / step + 1e-6) + 1;
  if (points > 11'000) {
    return FakeReply(R"({"status":"error","errorType":"bad_data","error":"exceeded maximum )"
                     R"(resolution of 11,000 points per timeseries"})",
                     400);
  }
  std::string series;
  for (const auto& [part, value_at] : histories_) {
    if (query.find(part) == std::string::npos) continue;
    std::string values;
    for (double i = 0; i < points; ++i) {
      const double time = start + i * step;
      const std::string value = value_at(time);
      if (value.empty()) continue;
      char stamp[32];
      std::snprintf(stamp, sizeof stamp, "%.3f", time);
      values += std::string(values.empty() ? "[" : ",[") + stamp + ",\"" + value + "\"]";
    }
    if (values.empty()) continue;
    if (!series.empty()) series += ',';
    series += R"({"metric":{},"values":[)" + values + "]}";
  }
  FakeReply reply(R"({"status":"success","data":{"resultType":"matrix","result":[)" + series +
                  "]}}");
  reply.fault = fault_;
  return reply;
}

FakeReply FakePrometheus::handle(const FakeRequest& request) {
  if (request.path == "/api/v1/query_range") {
    return range(request.method == "POST" ? request.body : request.query);
  }
  if (request.path != "/api/v1/query") return FakeReply("404 page not found\n", 404);
  const std::string query =
      form_value(request.method == "POST" ? request.body : request.query, "query");
  const std::lock_guard lock(mutex_);
  queries_.push_back(request.method + " " + query);
  FakeReply reply(vector_answer({}));
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (query.find(rule->first) != std::string::npos) {
      reply = rule->second();
      break;
    }
  }
  if (fault_ != Fault::kNone) reply.fault = fault_;
  return reply;
}

}  // namespace skep::test
