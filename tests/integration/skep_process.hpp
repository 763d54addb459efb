// The real program as a child process, and its log as events.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

namespace skep::test {

using Json = nlohmann::ordered_json;

/// Long enough for a busy machine under sanitizers; a test that passes never waits for it.
constexpr std::chrono::seconds kPatience{120};

enum class Output {
  kRead,
  kClosed,  ///< the reader has gone
  kUnread,  ///< the reader has stopped reading
  kFull,    ///< a disk without space
};

class SkepProcess {
 public:
  explicit SkepProcess(std::vector<std::string> arguments, Output output = Output::kRead);
  /// Kills it if it still runs.
  ~SkepProcess();
  SkepProcess(const SkepProcess&) = delete;
  SkepProcess& operator=(const SkepProcess&) = delete;

  using Match = std::function<bool(const Json& event)>;

  /// The first event that matches, at or after position `from` of the log. Fails the test when none
  /// comes in time.
  Json wait_for(const std::string& what, const Match& match, std::size_t from = 0);
  /// The first event with this name, likewise.
  Json wait_for(const std::string& event, std::size_t from = 0);
  /// `count` more decisions.
  void wait_for_decisions(int count);

  /// How many lines the log has.
  std::size_t position() const;
  /// All events with this name so far.
  std::vector<Json> events(const std::string& event) const;
  /// Lines of standard output that are not JSON.
  std::string plain_output() const;
  /// All of standard error; complete after wait_exit.
  std::string errors() const;

  void signal(int number);
  /// The exit status, or minus the signal that killed it. Fails the test when it does not end in
  /// time.
  int wait_exit();
  pid_t pid() const { return pid_; }

 private:
  void read_output(int descriptor);
  void read_errors(int descriptor);

  pid_t pid_ = -1;
  int unread_output_ = -1;
  std::optional<int> status_;
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<Json> log_;
  std::string plain_;
  std::string errors_;
  std::thread output_reader_;
  std::thread error_reader_;
};

}  // namespace skep::test
