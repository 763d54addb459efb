#include "tests/integration/skep_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    read = ends[0];
    write = ends[1];
  }
  int read;
  int write;
};

template <class Take>
void read_all(int descriptor, Take take) {
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t length = ::read(descriptor, buffer.data(), buffer.size());
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) break;
    take(std::string(buffer.data(), static_cast<std::size_t>(length)));
  }
  ::close(descriptor);
}

}  // namespace

SkepProcess::SkepProcess(std::vector<std::string> arguments, Output what) {
  const Pipe output;
  const Pipe errors;
  arguments.insert(arguments.begin(), SKEP_PROGRAM);
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  if (what == Output::kClosed) ::close(output.read);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ == 0) {
    // Root could read what is forbidden to other users.
    ::prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE);
    ::prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH);
    const int full = what == Output::kFull ? ::open("/dev/full", O_WRONLY | O_CLOEXEC) : -1;
    ::dup2(full >= 0 ? full : output.write, STDOUT_FILENO);
    ::dup2(errors.write, STDERR_FILENO);
    ::execv(SKEP_PROGRAM, words.data());
    ::_exit(127);
  }
  ::close(output.write);
  ::close(errors.write);
  error_reader_ = std::thread([this, end = errors.read] { read_errors(end); });
  if (what == Output::kRead) {
    output_reader_ = std::thread([this, end = output.read] { read_output(end); });
  } else if (what != Output::kClosed) {
    unread_output_ = output.read;
  }
}

SkepProcess::~SkepProcess() {
  if (!status_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (output_reader_.joinable()) output_reader_.join();
  if (error_reader_.joinable()) error_reader_.join();
  if (unread_output_ >= 0) ::close(unread_output_);
}

void SkepProcess::read_output(int descriptor) {
  std::string rest;
  read_all(descriptor, [this, &rest](const std::string& text) {
    rest += text;
    const std::lock_guard lock(mutex_);
    for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      const std::string line = rest.substr(0, end);
      rest.erase(0, end + 1);
      const Json event = Json::parse(line, nullptr, false);
      if (event.is_object()) {
        log_.push_back(event);
      } else {
        plain_ += line + "\n";
      }
    }
    changed_.notify_all();
  });
}

void SkepProcess::read_errors(int descriptor) {
  read_all(descriptor, [this](const std::string& text) {
    const std::lock_guard lock(mutex_);
    errors_ += text;
  });
}

Json SkepProcess::wait_for(const std::string& what, const Match& match, std::size_t from) {
  std::unique_lock lock(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (std::size_t next = from;;) {
    for (; next < log_.size(); ++next) {
      if (match(log_[next])) return log_[next];
    }
    if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) break;
  }
  std::string tail;
  for (std::size_t i = log_.size() < 12 ? 0 : log_.size() - 12; i < log_.size(); ++i) {
    tail += log_[i].dump() + "\n";
  }
  FAIL("waited in vain for " << what << "; the log ends with\n" << tail << errors_);
  return {};
}

Json SkepProcess::wait_for(const std::string& event, std::size_t from) {
  return wait_for(
      event, [&event](const Json& one) { return one.at("event") == event; }, from);
}

void SkepProcess::wait_for_decisions(int count) {
  std::size_t from = position();
  for (int seen = 0; seen < count;) {
    wait_for(
        "a decision",
        [&](const Json& event) {
          ++from;
          return event.at("event") == "decision";
        },
        from);
    ++seen;
  }
}

std::size_t SkepProcess::position() const {
  const std::lock_guard lock(mutex_);
  return log_.size();
}

std::vector<Json> SkepProcess::events(const std::string& event) const {
  const std::lock_guard lock(mutex_);
  std::vector<Json> found;
  for (const Json& one : log_) {
    if (one.at("event") == event) found.push_back(one);
  }
  return found;
}

std::string SkepProcess::plain_output() const {
  const std::lock_guard lock(mutex_);
  return plain_;
}

std::string SkepProcess::errors() const {
  const std::lock_guard lock(mutex_);
  return errors_;
}

void SkepProcess::signal(int number) { ::kill(pid_, number); }

int SkepProcess::wait_exit() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!status_) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    } else if (std::chrono::steady_clock::now() > deadline) {
      FAIL("skep does not end");
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
  if (output_reader_.joinable()) output_reader_.join();
  if (error_reader_.joinable()) error_reader_.join();
  return *status_;
}

}  // namespace skep::test
