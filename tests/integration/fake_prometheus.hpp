// A Prometheus that answers instant queries and range queries with what the test says.
#pragma once

#include "tests/integration/fake_server.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace skep::test {

/// The body of an answer with one series for each of the values, as Prometheus writes it.
std::string vector_answer(const std::vector<std::string>& values);

/// Every query is answered by the rule set last whose text occurs in it; without one it finds no
/// series. Safe to change from the test's thread while it runs.
class FakePrometheus {
 public:
  FakePrometheus() = default;

  /// One series with this value, e.g. "0.5" or "NaN".
  void set(const std::string& part_of_query, const std::string& value);
  void set(const std::string& part_of_query, double value);
  /// Any answer at all, faults included.
  void set_reply(const std::string& part_of_query, const FakeReply& reply);
  /// The same, made anew for each query.
  void set_handler(const std::string& part_of_query, std::function<FakeReply()> make);
  /// One series over time, for range queries: the value at a Unix time, or "" for none. Ranges of
  /// more than 11,000 points are refused, as the real one does.
  void set_history(const std::string& part_of_query, std::function<std::string(double)> value);
  /// While it is not kNone, every query meets this fault.
  void set_fault(Fault fault);

  /// The decoded queries in the order in which they came, with the method: "GET up".
  std::vector<std::string> queries() const;

  /// How many range queries came.
  int ranges() const;

  FakeServer& server() { return server_; }
  std::string url() const { return server_.url(); }

 private:
  FakeReply handle(const FakeRequest& request);
  FakeReply range(const std::string& form);

  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, std::function<FakeReply()>>> rules_;
  std::vector<std::pair<std::string, std::function<std::string(double)>>> histories_;
  int ranges_ = 0;
  Fault fault_ = Fault::kNone;
  std::vector<std::string> queries_;
  FakeServer server_{[this](const FakeRequest& request) { return handle(request); }};
};

}  // namespace skep::test
