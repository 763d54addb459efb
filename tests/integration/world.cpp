#include "tests/integration/world.hpp"

#include <fstream>
#include <thread>

#include <catch2/catch.hpp>

namespace skep::test {

namespace {

/// The address of a fake engine as the configuration wants it.
std::string docker_host(const std::string& url) {
  return url.starts_with("http") ? "tcp" + url.substr(4) : url;
}

}  // namespace

World::World() : state_path(folder.path() / "state") {
  docker.add_service("web", 1);
  prometheus.set("cpu", 50);
  prometheus.set("ram", 40);
}

std::string World::config_file() const {
  const std::string file = folder.path() / "skep.yaml";
  std::ofstream(file) << "prometheus: {url: '" << prometheus.url() << "', timeout: " << timeout
                      << "}\ndocker: {host: '" << docker_host(docker.url())
                      << "', timeout: " << timeout << "}\ncontroller: {interval: " << interval
                      << ", cooldown: " << cooldown << ", random_seed: 7}\nstate: {path: '"
                      << state_path << "', interval: " << checkpoint_interval << "}\nlog: " << log
                      << "\nhttp: {listen: ''}\nservices:\n  - name: " << name
                      << "\n    match: " << match << "\n    replicas: " << replicas
                      << "\n    metrics:\n      cpu: {query: 'cpu{of=\"$service\"}[$window]'}\n"
                      << "      ram: {query: 'ram{of=\"$service\"}'}\n"
                      << more_metrics << service_lines << more_services;
  return file;
}

std::vector<std::string> World::run(const std::vector<std::string>& more) const {
  std::vector<std::string> arguments{"run", "--config", config_file()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

void eventually(const std::string& what, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) FAIL("waited in vain for " << what);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace skep::test
