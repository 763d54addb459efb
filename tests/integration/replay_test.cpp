// The daemon decides as the simulator does: what the real program decided over real sockets is
// decided again by `simulate`, or by a controller fed by hand, from the same settings, seed and
// observations. Every field of every decision must be the same, and so must the learned values, to
// the last bit.
#include "config/environment.hpp"
#include "config/loader.hpp"
#include "core/load_generator.hpp"
#include "core/simulator.hpp"
#include "daemon/decision_json.hpp"
#include "daemon/state_store.hpp"
#include "tests/integration/world.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <mutex>
#include <tuple>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

/// Rises and falls between less than one replica and more than ten, with bursts.
std::vector<double> make_load() {
  constexpr std::size_t kRows = 3000;
  std::vector<double> load = diurnal_load(0.37, 7.9, 90, kRows);
  const std::vector<double> bursts = burst_load({0, 4.1, 0.05, 6}, kRows, 3);
  for (std::size_t row = 0; row < kRows; ++row) load[row] += bursts[row];
  return load;
}

/// What the program saw at one tick.
struct Seen {
  ReplicaCount replicas;
  double cpu_percent = 0;
  double ram_percent = 0;
};

/// Answers the queries of tick after tick, and remembers the answers. The numbers are those of a
/// SimulatedService without start-up time.
class Feed {
 public:
  /// With `slow_start`, at every fourth tick fewer replicas run than there should be, or those of
  /// before.
  Feed(World& world, bool slow_start) : docker_(world.docker), slow_start_(slow_start) {
    world.prometheus.set_handler("cpu", [this] { return cpu(); });
    world.prometheus.set_handler("ram", [this] { return ram(); });
  }

  std::vector<Seen> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  static FakeReply answer(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    return FakeReply(vector_answer({text}));
  }

  FakeReply cpu() {
    const std::lock_guard lock(mutex_);
    Seen& now = seen_.emplace_back();
    now.replicas.desired = docker_.replicas("web");
    now.replicas.running = running_.value_or(now.replicas.desired);
    now.cpu_percent = std::min(100.0, 100 * utilization());
    running_.reset();
    if (slow_start_ && seen_.size() % 4 == 0) running_ = std::max(1, now.replicas.desired - 1);
    docker_.set_running("web", running_);  // what the next tick will see
    return answer(now.cpu_percent);
  }

  FakeReply ram() {
    const std::lock_guard lock(mutex_);
    const SimulatorSettings defaults;
    seen_.back().ram_percent =
        defaults.ram_base_percent + defaults.ram_per_load_percent * std::min(1.0, utilization());
    return answer(seen_.back().ram_percent);
  }

  double utilization() const { return load_.at(seen_.size() - 1) / seen_.back().replicas.running; }

  FakeDocker& docker_;
  bool slow_start_;
  const std::vector<double> load_ = make_load();
  mutable std::mutex mutex_;  // guards all below
  std::vector<Seen> seen_;
  std::optional<int> running_;
};

/// What the daemon did: its decisions, when it took them, and what it had learned at the end.
struct Recording {
  std::vector<Json> decisions;
  std::vector<TimePoint> times;
  Snapshot learned;
};

Recording record(World& world, int decisions) {
  world.log = "{level: debug}";
  SkepProcess skep(world.run());
  skep.wait_for_decisions(decisions);
  skep.signal(SIGTERM);
  REQUIRE(skep.wait_exit() == 0);
  Recording recording;
  recording.decisions = skep.events("decision");
  for (const Json& event : skep.events("observed")) {
    recording.times.emplace_back(Duration(event.at("steady_ns").get<Duration::rep>()));
  }
  REQUIRE(recording.times.size() >= recording.decisions.size());
  recording.times.resize(recording.decisions.size());
  Result<StateStore> store = StateStore::open(world.state_path);
  REQUIRE(store);
  recording.learned = store->load("web", wall_now())->snapshot.value();
  return recording;
}

ControllerSettings settings_of(const World& world) {
  const LoadResult loaded = load_config_file(world.config_file(), process_environment());
  REQUIRE(loaded.settings);
  return loaded.settings->services.front().controller;
}

/// A decision in the words of the log, but for what the log adds to every event.
Json logged_fields(Json event) {
  for (const char* name : {"ts", "level", "event", "service", "message"}) event.erase(name);
  return event;
}

double cooldown_left(const Json& decision) {
  return decision.at("cooldown_left_seconds").get<double>();
}

/// The moment of Docker's answer is known only to lie before the tick that found the cooldown over,
/// so what is left of a cooldown is compared as "something" or "nothing".
std::string comparable(Json fields) {
  fields["cooldown_left_seconds"] = cooldown_left(fields) > 0;
  // A number before " s left" goes; std::regex would do, but g++ 12 warns of it under a sanitizer.
  const std::string_view left = " s left";
  std::string text = fields.dump();
  for (std::size_t at = text.find(left); at != std::string::npos; at = text.find(left, at + 1)) {
    const std::size_t before = text.find_last_not_of("0123456789.e-", at - 1);
    text.erase(before + 1, at - before - 1);
    at = before + 1;
  }
  return text;
}

/// A moment at which a cooldown that began at `tick` may have ended: that of the first tick that
/// found it over.
TimePoint end_of_cooldown(const Recording& daemon, std::size_t tick) {
  do ++tick;
  while (tick < daemon.decisions.size() && cooldown_left(daemon.decisions[tick]) > 0);
  return tick < daemon.decisions.size() ? daemon.times[tick]
                                        : daemon.times.back() + std::chrono::hours(1);
}

void check_learned(const Snapshot& daemon, const Snapshot& replayed) {
  CHECK(daemon.layout == replayed.layout);
  CHECK(daemon.cells == replayed.cells);
  CHECK(daemon.arrays == replayed.arrays);
  CHECK(daemon.epsilon == replayed.epsilon);
  CHECK(daemon.ticks == replayed.ticks);
  CHECK(daemon.own_target == replayed.own_target);
}

int count_of(const std::vector<Json>& decisions, const char* action) {
  return static_cast<int>(
      std::count_if(decisions.begin(), decisions.end(), [action](const Json& decision) {
        return decision.at("action") == action && decision.at("applied") == true;
      }));
}

}  // namespace

TEST_CASE("the daemon decides what simulate decides, and learns the same") {
  World world;
  world.interval = "4ms";
  world.cooldown = "0s";
  std::tie(world.replicas, world.service_lines) = GENERATE(table<std::string, std::string>(
      {{"{min: 1, max: 10}", "    agent: {policy: q_learning, updates: factual, epsilon: 0.2}\n"},
       {"{min: 2, max: 12, max_step: 3}", "    agent: {policy: q_learning, epsilon: 0.2}\n"},
       {"{min: 1, max: 10}",
        "    agent: {policy: target_tracking, target: {stabilization: {scale_in: 0s}}}\n"},
       {"{min: 1, max: 10}", "    agent: {prior: {visits: 3}}\n"}}));
  CAPTURE(world.replicas, world.service_lines);
  Feed feed(world, false);
  const Recording daemon = record(world, 250);
  REQUIRE(count_of(daemon.decisions, "scale_out") > 5);
  REQUIRE(count_of(daemon.decisions, "scale_in") > 5);

  Controller controller(settings_of(world));
  SimulatedService service(SimulatorSettings{}, 1);
  std::vector<double> load = make_load();
  load.resize(daemon.decisions.size());
  std::vector<Json> replayed;
  simulate(controller, service, load, controller.settings().interval,
           [&replayed](const SimulatedDecision& step) {
             replayed.push_back(decision_json(step.decision));
           });
  REQUIRE(replayed.size() == daemon.decisions.size());
  for (std::size_t tick = 1; tick < daemon.times.size(); ++tick) {
    if (daemon.times[tick] - daemon.times[tick - 1] > std::chrono::milliseconds(900)) {
      std::cout << "SKIPPED: the machine stood still for a second, as virtual time never does, so "
                   "nothing was compared\n";
      return;
    }
  }
  for (std::size_t tick = 0; tick < replayed.size(); ++tick) {
    REQUIRE(logged_fields(daemon.decisions[tick]).dump() == replayed[tick].dump());
  }
  check_learned(daemon.learned, controller.snapshot(TimePoint{}, std::nullopt));
}

TEST_CASE("the daemon feeds the controller what it sees, cooldown and slow starts included") {
  World world;
  world.interval = "7ms";
  world.cooldown = "60ms";  // several ticks, also of a busy machine
  world.service_lines = GENERATE(
      as<std::string>(), "    agent: {policy: q_learning, updates: factual, epsilon: 0.2}\n",
      "    agent: {prior: {visits: 3}}\n");
  CAPTURE(world.service_lines);
  Feed feed(world, true);
  const Recording daemon = record(world, 750);  // in a cooldown there is no change
  REQUIRE(count_of(daemon.decisions, "scale_out") > 5);
  REQUIRE(count_of(daemon.decisions, "scale_in") > 5);

  const std::vector<Seen> seen = feed.seen();
  REQUIRE(seen.size() >= daemon.decisions.size());
  Controller controller(settings_of(world));
  int cooling = 0;
  for (std::size_t tick = 0; tick < daemon.decisions.size(); ++tick) {
    const Json logged = logged_fields(daemon.decisions[tick]);
    cooling += cooldown_left(logged) > 0 ? 1 : 0;
    const Seen& one = seen[tick];
    TickInput input;
    input.service.emplace().replicas = one.replicas;
    const MeanAndSum cpu = mean_and_sum(one.cpu_percent, false, one.replicas.running);
    const MeanAndSum ram = mean_and_sum(one.ram_percent, false, one.replicas.running);
    Metrics& metrics = input.metrics.emplace();
    metrics.cpu_percent = cpu.mean;
    metrics.cpu_service_percent = cpu.sum;
    metrics.ram_percent = ram.mean;
    metrics.ram_service_percent = ram.sum;

    TickResult result = controller.tick(input, daemon.times[tick]);
    REQUIRE(result.decision);
    if (result.command) {
      controller.scale_finished(ScaleOutcome::kAccepted, {}, *result.decision,
                                end_of_cooldown(daemon, tick) - controller.settings().cooldown);
    }
    REQUIRE(comparable(logged) == comparable(decision_json(*result.decision)));
  }
  CHECK(cooling > 20);
  check_learned(daemon.learned, controller.snapshot(daemon.times.back(), std::nullopt));
}

}  // namespace skep::test
