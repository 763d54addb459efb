// What the demo application tells Prometheus about itself.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace skep::demo {

struct Limits {
  double cpu_cores = 0;     // what 100% CPU means; 0: not limited, no gauge
  double memory_bytes = 0;  // what 100% RAM means; 0: not limited, no gauge
};

class AppMetrics {
 public:
  explicit AppMetrics(Limits limits) : limits_(limits) {}

  // One answered /burn request and the time from its arrival to its answer. Thread-safe.
  void observe_served(std::chrono::duration<double> duration);

  // One /burn request refused because the queue was full. Thread-safe.
  void observe_refused();

  // The page for Prometheus (text format 0.0.4). Thread-safe.
  std::string text() const;

 private:
  static constexpr std::array<double, 10> kBucketSeconds = {0.005, 0.01, 0.025, 0.05, 0.1,
                                                            0.25,  0.5,  1,     2.5,  5};
  mutable std::mutex mutex_;
  Limits limits_;
  std::array<std::uint64_t, kBucketSeconds.size()> buckets_{};  // cumulative, as Prometheus wants
  std::uint64_t served_ = 0;
  std::uint64_t refused_ = 0;
  double seconds_sum_ = 0;
};

}  // namespace skep::demo
