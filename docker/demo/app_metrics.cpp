#include "app_metrics.hpp"

#include <fstream>
#include <sstream>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>

namespace skep::demo {
namespace {

double process_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total_pages = 0;
  double resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

const double kStartTimeSeconds =
    std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

void metric(std::ostream& out, std::string_view name, std::string_view type, double value) {
  out << "# TYPE " << name << ' ' << type << '\n' << name << ' ' << value << '\n';
}

}  // namespace

void AppMetrics::observe_served(std::chrono::duration<double> duration) {
  const std::lock_guard lock(mutex_);
  ++served_;
  seconds_sum_ += duration.count();
  for (std::size_t i = 0; i < kBucketSeconds.size(); ++i) {
    if (duration.count() <= kBucketSeconds[i]) ++buckets_[i];
  }
}

void AppMetrics::observe_refused() {
  const std::lock_guard lock(mutex_);
  ++refused_;
}

std::string AppMetrics::text() const {
  std::ostringstream out;
  out.precision(15);
  metric(out, "process_cpu_seconds_total", "counter", process_cpu_seconds());
  metric(out, "process_resident_memory_bytes", "gauge", resident_bytes());
  metric(out, "process_start_time_seconds", "gauge", kStartTimeSeconds);
  if (limits_.cpu_cores > 0) metric(out, "demo_cpu_limit_cores", "gauge", limits_.cpu_cores);
  if (limits_.memory_bytes > 0) {
    metric(out, "demo_memory_limit_bytes", "gauge", limits_.memory_bytes);
  }
  const std::lock_guard lock(mutex_);
  out << "# TYPE requests_total counter\n"
      << "requests_total{code=\"200\"} " << served_ << '\n'
      << "requests_total{code=\"503\"} " << refused_ << '\n'
      << "# TYPE request_duration_seconds histogram\n";
  for (std::size_t i = 0; i < kBucketSeconds.size(); ++i) {
    // Six digits, or the bound 0.005 would be written with all the noise of its binary form.
    std::ostringstream bound;
    bound << kBucketSeconds[i];
    out << "request_duration_seconds_bucket{le=\"" << bound.str() << "\"} " << buckets_[i] << '\n';
  }
  out << "request_duration_seconds_bucket{le=\"+Inf\"} " << served_ << '\n'
      << "request_duration_seconds_sum " << seconds_sum_ << '\n'
      << "request_duration_seconds_count " << served_ << '\n';
  return out.str();
}

}  // namespace skep::demo
