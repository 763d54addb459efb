#include "docker/simulated/world.hpp"

#include "core/load_generator.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace skep::demo {
namespace {

constexpr const char* kSpec =
    R"({"Name":"mystack_application","TaskTemplate":{"ContainerSpec":{"Image":"application"}},)"
    R"("Mode":{"Replicated":{"Replicas":1}},"EndpointSpec":{"Mode":"dnsrr"}})";

SimulatorSettings simulator_settings() {
  SimulatorSettings settings;
  settings.startup = std::chrono::seconds(20);
  settings.noise = 0.03;
  return settings;
}

}  // namespace

World::World(const std::string& socket_path, std::vector<double> load, double cpu_limit_percent)
    : load_(std::move(load)),
      cpu_limit_percent_(cpu_limit_percent),
      service_(simulator_settings(), 1),
      docker_(socket_path) {
  docker_.add_service_spec(kService, kSpec);
  // Named after the metrics in the queries of docker/demo-simulated.yaml.
  serve("process_cpu_seconds_total",
        [](const TickInput& seen) { return seen.metrics->cpu_service_percent; });
  serve("process_resident_memory_bytes",
        [](const TickInput& seen) { return seen.metrics->ram_percent; });
  serve("up{", [](const TickInput& seen) { return seen.service->replicas.running; });
  step(Duration::zero());
}

void World::serve(const std::string& part_of_query, std::function<double(const TickInput&)> value) {
  prometheus_.set_handler(part_of_query, [this, value = std::move(value)] {
    char text[32];
    const std::lock_guard lock(mutex_);
    std::snprintf(text, sizeof text, "%.17g", value(seen_));
    return test::FakeReply(test::vector_answer({text}));
  });
}

void World::step(Duration now) {
  const int desired = std::max(1, docker_.replicas(kService));
  const Duration passed = now - report_.passed;
  report_.passed = now;
  report_.replica_hours += desired_ * to_seconds(passed) / 3600;
  if (service_.truth().metrics.cpu_percent > cpu_limit_percent_) report_.over_limit += passed;
  if (desired != desired_) note_change(std::exchange(desired_, desired), desired, now);

  const auto row = static_cast<std::size_t>(now / std::chrono::minutes(1));
  load_now_ = load_[std::min(row, load_.size() - 1)];
  const TickInput& seen = service_.observe(load_now_, TimePoint(now));
  {
    const std::lock_guard lock(mutex_);
    seen_ = seen;
  }
  docker_.set_running(kService, seen.service->replicas.running);
}

void World::note_change(int from, int to, Duration now) {
  service_.scale(to, TimePoint(now));
  const bool morning =
      now < static_cast<Duration::rep>(load_.size()) * Duration(std::chrono::minutes(1)) / 2;
  ++(to > from ? report_.scale_outs : report_.scale_ins);
  report_.out_while_rising |= to > from && morning;
  report_.in_while_falling |= to < from && !morning;
  report_.most = std::max(report_.most, to);
  report_.last = to;
}

std::vector<double> make_day() {
  constexpr std::size_t kMinutes = 1440;
  BurstShape bursts;
  bursts.base = 0;
  bursts.peak = 2.5;
  bursts.chance = 4.0 / kMinutes;
  bursts.longest_rows = 20;
  std::vector<double> load = diurnal_load(0.5, 5.5, kMinutes, kMinutes);
  const std::vector<double> extra = burst_load(bursts, kMinutes, 4);
  std::transform(load.begin(), load.end(), extra.begin(), load.begin(), std::plus<>());
  return load;
}

}  // namespace skep::demo
