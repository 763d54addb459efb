// A Swarm with one service and a Prometheus that measures it, simulated: the Docker API on a unix
// socket and the Prometheus API on a loopback port, so that the real daemon can be run against it.
// Time comes in from outside, so it may pass as fast as the daemon can follow.
#pragma once

#include "core/simulator.hpp"
#include "tests/integration/fake_docker.hpp"
#include "tests/integration/fake_prometheus.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace skep::demo {

inline constexpr const char* kService = "mystack_application";

/// What the world saw of a day, whatever the daemon says of itself.
struct DayReport {
  int first = 1;  ///< replicas at the beginning
  int most = 1;
  int last = 1;
  int scale_outs = 0;
  int scale_ins = 0;
  bool out_while_rising = false;  ///< a scale-out before the middle of the day
  bool in_while_falling = false;  ///< a scale-in after it
  Duration passed{0};
  Duration over_limit{0};  ///< with CPU above the limit
  double replica_hours = 0;
};

class World {
 public:
  /// The service runs with one replica. `load`: one value a minute, in units of one replica at
  /// 100%, not empty. `cpu_limit_percent`: what DayReport::over_limit judges. Throws
  /// std::runtime_error when the socket cannot be made.
  World(const std::string& socket_path, std::vector<double> load, double cpu_limit_percent);

  std::string prometheus_url() const { return prometheus_.url(); }
  test::FakeDocker& docker() { return docker_; }

  /// Lets the time pass up to `now` since the beginning, which must not go back; later than the
  /// load is long, its last value holds.
  void step(Duration now);

  double load() const { return load_now_; }
  const DayReport& report() const { return report_; }

 private:
  void serve(const std::string& part_of_query, std::function<double(const TickInput&)> value);
  void note_change(int from, int to, Duration now);

  std::vector<double> load_;
  double cpu_limit_percent_;
  SimulatedService service_;
  int desired_ = 1;
  double load_now_ = 0;
  DayReport report_;
  mutable std::mutex mutex_;  // guards seen_
  TickInput seen_;
  test::FakeDocker docker_;
  test::FakePrometheus prometheus_;
};

/// A day of traffic, one value a minute: low at night, most at noon, with a few bursts. The same
/// every day.
std::vector<double> make_day();

}  // namespace skep::demo
