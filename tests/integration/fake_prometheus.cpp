#include "tests/integration/fake_prometheus.hpp"

#include <cstdio>

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

FakeReply FakePrometheus::handle(const FakeRequest& request) {
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
