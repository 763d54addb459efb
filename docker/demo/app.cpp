// skep-demo-app: an HTTP server whose load is pure CPU time, for showing and testing autoscaling.
//
// The main thread accepts and answers /healthz and /metrics itself, so that Prometheus is served
// however busy the application is. /burn goes through a bounded queue to a few worker threads;
// a full queue is answered with 503.
#include "app_metrics.hpp"
#include "http.hpp"
#include "options.hpp"

#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <iostream>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace skep::demo {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::string_view kUsage =
    "skep-demo-app: serves /burn?ms=N (uses N ms of CPU time), /healthz and /metrics.\n"
    "  --port N                 (8080)\n"
    "  --workers N              threads that burn (2)\n"
    "  --queue N                requests that may wait; more are answered with 503 (32)\n"
    "  --burn-ms N              CPU time of a /burn without ms (10)\n"
    "  --ballast-mib N          memory held all the time (0)\n"
    "  --cpu-limit CORES        what 100% CPU means, for /metrics ($DEMO_CPU_LIMIT)\n"
    "  --memory-limit-bytes N   what 100% RAM means, for /metrics ($DEMO_MEMORY_LIMIT_BYTES)\n";
constexpr int kMaxBurnMs = 10'000;

std::chrono::nanoseconds thread_cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// CPU time of this thread, not wall time: a throttled container takes longer for the same work.
void burn(milliseconds amount) {
  const std::chrono::nanoseconds end = thread_cpu_time() + amount;
  while (thread_cpu_time() < end) {
  }
}

struct Job {
  Fd client;
  milliseconds cpu_time;
  steady_clock::time_point arrived;
};

class BurnPool {
 public:
  BurnPool(std::size_t workers, std::size_t max_waiting, AppMetrics& metrics)
      : max_waiting_(max_waiting), metrics_(metrics) {
    for (std::size_t i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  }

  // Lets the workers end the jobs they have begun; those that wait are dropped.
  ~BurnPool() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      jobs_.clear();
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  // False when too many wait already; then the job stays with the caller.
  bool offer(Job& job) {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= max_waiting_) return false;
    jobs_.push_back(std::move(job));
    wake_.notify_one();
    return true;
  }

 private:
  std::optional<Job> next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
    if (closed_) return std::nullopt;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }

  void work() {
    while (std::optional<Job> job = next()) {
      burn(job->cpu_time);
      metrics_.observe_served(steady_clock::now() - job->arrived);
      send_answer(job->client, 200, "done\n");
    }
  }

  std::size_t max_waiting_;
  AppMetrics& metrics_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

// The `ms` of a /burn target, or the default; nothing when it is not 0 to kMaxBurnMs.
std::optional<milliseconds> burn_time(std::string_view target, milliseconds standard) {
  const std::optional<std::string> text = query_value(target, "ms");
  if (!text) return standard;
  char* end = nullptr;
  const long value = std::strtol(text->c_str(), &end, 10);
  if (text->empty() || *end != '\0' || value < 0 || value > kMaxBurnMs) return std::nullopt;
  return milliseconds(value);
}

void serve(Fd client, BurnPool& pool, AppMetrics& metrics, milliseconds standard_burn) {
  const auto arrived = steady_clock::now();
  set_io_timeout(client, milliseconds(500));
  const std::optional<std::string> target = read_target(client);
  if (!target) return;
  const std::string path = target->substr(0, target->find('?'));
  if (path == "/healthz") {
    send_answer(client, 200, "ok\n");
  } else if (path == "/metrics") {
    send_answer(client, 200, metrics.text(), "text/plain; version=0.0.4");
  } else if (path != "/burn") {
    send_answer(client, 404, "There are /burn?ms=N, /healthz and /metrics.\n");
  } else if (const auto cpu_time = burn_time(*target, standard_burn); !cpu_time) {
    send_answer(client, 400, "ms must be a whole number from 0 to 10000.\n");
  } else {
    Job job{std::move(client), *cpu_time, arrived};
    if (!pool.offer(job)) {
      metrics.observe_refused();
      send_answer(job.client, 503, "Too many requests wait already.\n");
    }
  }
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : "0";
}

int run(int argc, char** argv) {
  const Options options(argc, argv,
                        {{"port", "8080"},
                         {"workers", "2"},
                         {"queue", "32"},
                         {"burn-ms", "10"},
                         {"ballast-mib", "0"},
                         {"cpu-limit", environment("DEMO_CPU_LIMIT")},
                         {"memory-limit-bytes", environment("DEMO_MEMORY_LIMIT_BYTES")}},
                        kUsage);
  const auto port = static_cast<std::uint16_t>(options.number("port", 1, 65535));
  const auto workers = static_cast<std::size_t>(options.number("workers", 1, 64));
  const auto queue = static_cast<std::size_t>(options.number("queue", 1, 10'000));
  const milliseconds burn_ms(static_cast<int>(options.number("burn-ms", 0, kMaxBurnMs)));
  const auto ballast_mib = static_cast<std::size_t>(options.number("ballast-mib", 0, 4096));
  AppMetrics metrics(
      Limits{options.number("cpu-limit", 0, 4096), options.number("memory-limit-bytes", 0, 1e15)});

  // Written to, so that every page is resident.
  const std::vector<char> ballast(ballast_mib * 1024 * 1024, 'x');
  const Fd signals = termination_signals();
  const Fd listener = listen_on(port, 128);
  if (!listener.valid()) {
    std::cerr << "Cannot listen on port " << port << ": choose another one with --port.\n";
    return 1;
  }
  BurnPool pool(workers, queue, metrics);
  while (true) {
    pollfd waiting[] = {{listener.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}};
    if (poll(waiting, 2, -1) < 0) continue;
    if (waiting[1].revents != 0) return 0;
    Fd client(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client.valid()) serve(std::move(client), pool, metrics, burn_ms);
  }
}

}  // namespace
}  // namespace skep::demo

int main(int argc, char** argv) { return skep::demo::run(argc, argv); }
