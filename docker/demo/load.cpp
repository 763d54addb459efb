// skep-demo-load: sends /burn requests along the curve of curve.hpp, in turn to every address that
// the target's name has (a Swarm's tasks.<service> names each replica), looked up anew each second.
//
// Bounded: at most --senders requests at once, none longer than 3 s; a request that finds no free
// sender is dropped and counted, so a slow application is not buried. Prints one JSON line a
// second.
#include "curve.hpp"
#include "http.hpp"
#include "options.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <iostream>
#include <netdb.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace skep::demo {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kUsage =
    "skep-demo-load: sends /burn requests along a curve that rises and falls.\n"
    "  --host NAME     all its addresses are used in turn (tasks.application)\n"
    "  --port N        (8080)\n"
    "  --burn-ms N     CPU time that each request asks for (10)\n"
    "  --seconds N     length of the whole curve (240)\n"
    "  --base N        requests a second at the start and the end (4)\n"
    "  --peak N        requests a second at the top (32)\n"
    "  --senders N     requests at once, at most (32)\n"
    "  --slow-ms N     an answer that takes longer than this counts as slow (500)\n";
constexpr milliseconds kRequestTimeout{3000};
constexpr milliseconds kStep{20};

// The addresses of the target, shared between the resolver and the senders.
class Targets {
 public:
  Targets(std::string host, std::string port) : host_(std::move(host)), port_(std::move(port)) {}

  // Blocks while the name server answers; an answer without addresses empties the list.
  void resolve() {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    std::vector<sockaddr_storage> addresses;
    if (getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found) == 0) {
      for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        std::copy_n(reinterpret_cast<const char*>(entry->ai_addr), entry->ai_addrlen,
                    reinterpret_cast<char*>(&addresses.emplace_back()));
      }
      freeaddrinfo(found);
    }
    const std::lock_guard lock(mutex_);
    addresses_ = std::move(addresses);
  }

  std::optional<sockaddr_storage> next() {
    const std::lock_guard lock(mutex_);
    if (addresses_.empty()) return std::nullopt;
    return addresses_[turn_++ % addresses_.size()];
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return addresses_.size();
  }

 private:
  std::string host_;
  std::string port_;
  mutable std::mutex mutex_;
  std::vector<sockaddr_storage> addresses_;
  std::size_t turn_ = 0;
};

// True when the target answered 200 in time.
bool send_request(const sockaddr_storage& address, const std::string& request) {
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  set_io_timeout(socket, kRequestTimeout);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(sockaddr_in)) !=
          0 ||
      ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
          static_cast<ssize_t>(request.size())) {
    return false;
  }
  char head[16];
  return ::recv(socket.get(), head, sizeof head, MSG_WAITALL) == sizeof head &&
         std::string_view(head, sizeof head).substr(8, 5) == " 200 ";
}

// The threads that send. Requests are handed over by number only: all are alike.
class Senders {
 public:
  Senders(std::size_t count, milliseconds slow_from, Targets& targets, std::string request)
      : idle_(count), slow_from_(slow_from), targets_(targets), request_(std::move(request)) {
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  }

  ~Senders() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void send_one() {
    const std::lock_guard lock(mutex_);
    if (due_ == idle_) {
      ++dropped;
      return;
    }
    ++due_;
    wake_.notify_one();
  }

  std::atomic<long> answered{0};
  std::atomic<long> slow{0};  // of those answered
  std::atomic<long> failed{0};
  std::atomic<long> dropped{0};

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return closed_ || due_ > 0; });
      if (closed_) return;
      --due_;
      --idle_;
      lock.unlock();
      const std::optional<sockaddr_storage> address = targets_.next();
      const auto sent = steady_clock::now();
      if (!address || !send_request(*address, request_)) {
        ++failed;
      } else {
        ++answered;
        if (steady_clock::now() - sent > slow_from_) ++slow;
      }
      lock.lock();
      ++idle_;
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::size_t due_ = 0;   // handed over, not yet taken
  std::size_t idle_ = 0;  // senders that wait; never less than due_
  bool closed_ = false;
  milliseconds slow_from_;
  Targets& targets_;
  std::string request_;
  std::vector<std::thread> threads_;
};

void print_state(double seconds, double rate, const Senders& senders, const Targets& targets) {
  std::printf(
      "{\"event\":\"load\",\"second\":%.0f,\"planned_rps\":%.1f,\"answered\":%ld,\"slow\":%ld,"
      "\"failed\":%ld,\"dropped\":%ld,\"targets\":%zu}\n",
      seconds, rate, senders.answered.load(), senders.slow.load(), senders.failed.load(),
      senders.dropped.load(), targets.size());
  std::fflush(stdout);
}

int run(int argc, char** argv) {
  const Options options(argc, argv,
                        {{"host", "tasks.application"},
                         {"port", "8080"},
                         {"burn-ms", "10"},
                         {"seconds", "240"},
                         {"base", "4"},
                         {"peak", "32"},
                         {"senders", "32"},
                         {"slow-ms", "500"}},
                        kUsage);
  const int burn_ms = static_cast<int>(options.number("burn-ms", 0, 10'000));
  const double length_s = options.number("seconds", 1, 86'400);
  const double base = options.number("base", 0, 1000);
  const double peak = options.number("peak", base, 1000);
  const auto count = static_cast<std::size_t>(options.number("senders", 1, 256));
  const milliseconds slow_from(static_cast<int>(options.number("slow-ms", 1, 60'000)));
  options.number("port", 1, 65535);

  const Fd signals = termination_signals();
  Targets targets(options.text("host"), options.text("port"));
  std::atomic<bool> done{false};
  std::thread resolver([&] {
    while (!done) {
      targets.resolve();
      for (int i = 0; i < 10 && !done; ++i) std::this_thread::sleep_for(milliseconds(100));
    }
  });
  {
    Senders senders(count, slow_from, targets,
                    "GET /burn?ms=" + std::to_string(burn_ms) + " HTTP/1.1\r\nHost: " +
                        options.text("host") + "\r\nConnection: close\r\n\r\n");
    const auto start = steady_clock::now();
    double passed_s = 0;
    double owed = 0;       // requests that the curve asks for and that are not sent yet
    double next_line = 0;  // second of the next line on standard output
    while (passed_s < length_s) {
      pollfd waiting{signals.get(), POLLIN, 0};
      if (poll(&waiting, 1, static_cast<int>(kStep.count())) > 0) break;
      const double now_s = duration<double>(steady_clock::now() - start).count();
      const double rate = planned_rate(now_s / length_s, base, peak);
      owed += rate * (now_s - passed_s);
      passed_s = now_s;
      for (; owed >= 1; owed -= 1) senders.send_one();
      if (now_s >= next_line) {
        print_state(now_s, rate, senders, targets);
        next_line += 1;
      }
    }
    print_state(passed_s, planned_rate(passed_s / length_s, base, peak), senders, targets);
  }
  done = true;
  resolver.join();
  return 0;
}

}  // namespace
}  // namespace skep::demo

int main(int argc, char** argv) { return skep::demo::run(argc, argv); }
