// A fake Docker, a fake Prometheus and a configuration for the real program, with a service called
// "web".
#pragma once

#include "tests/integration/fake_docker.hpp"
#include "tests/integration/fake_prometheus.hpp"
#include "tests/integration/skep_process.hpp"
#include "tests/unit/daemon/temporary_folder.hpp"

#include <functional>
#include <string>
#include <vector>

namespace skep::test {

struct World {
  /// `web` runs with one replica, 50% CPU and 40% RAM: nothing to do.
  World();

  /// Writes the configuration and gives its path.
  std::string config_file() const;
  /// "run --config FILE" and more.
  std::vector<std::string> run(const std::vector<std::string>& more = {}) const;

  TemporaryFolder folder;
  std::string cooldown = "300ms";
  std::string interval = "50ms";
  std::string timeout = "5s";  ///< of Docker and Prometheus
  std::string log = "{level: info}";
  std::string state_path;  ///< in the temporary folder unless set
  std::string checkpoint_interval = "200ms";
  std::string replicas = "{min: 1, max: 10}";
  /// Lines of the service behind name, replicas and metrics, indented by four blanks.
  std::string service_lines =
      "    agent: {policy: target_tracking, target: {cpu: 50, stabilization: {scale_in: 0s}}}\n";
  std::string name = "web";
  std::string match = "exact";
  std::string more_metrics;   ///< lines, indented by six blanks
  std::string more_services;  ///< list items, indented by two blanks

  FakeDocker docker;
  FakePrometheus prometheus;
};

/// Waits, looking again and again, until `condition` holds; fails the test when it never does.
void eventually(const std::string& what, const std::function<bool()>& condition);

}  // namespace skep::test
