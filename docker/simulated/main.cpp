// skep-simulated-swarm: a day of a simulated Swarm in a few seconds, for `docker/demo.sh
// --simulated`. Serves Docker and Prometheus, shows the daemon's decisions as they appear in its
// log, and sums up the day. Ends with status 0 when the service was scaled out while the load rose
// and in again while it fell, with 1 when not.
#include "docker/demo/options.hpp"
#include "docker/simulated/table.hpp"
#include "docker/simulated/world.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

namespace skep::demo {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view kUsage =
    "skep-simulated-swarm: serves a simulated Swarm and Prometheus to a skep that runs beside it.\n"
    "  --folder DIR    docker.sock is made here, and prometheus.url when all is ready; skep.log "
    "is\n"
    "                  the daemon's log\n"
    "  --tick-ms N     half a minute of the simulated day takes this long (21)\n";
constexpr Duration kTick = std::chrono::seconds(30);
constexpr Duration kScrape = std::chrono::seconds(15);
constexpr double kCpuLimitPercent = 80;

/// On a terminal a line is cut off at its right edge.
void print(const std::string& line) {
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  std::printf("%s\n", line.substr(0, known ? size.ws_col : std::string::npos).c_str());
  std::fflush(stdout);
}

int print_summary(const DayReport& day) {
  const double hours = to_seconds(day.passed) / 3600;
  std::printf(
      "\nFrom %d to %d replicas and down to %d: skep scaled out %d times and in %d times.\n"
      "CPU was over its limit of %.0f%% for %.1f%% of the day. %.0f replica-hours; %d replicas all "
      "day are %.0f.\n",
      day.first, day.most, day.last, day.scale_outs, day.scale_ins, kCpuLimitPercent,
      100 * to_seconds(day.over_limit) / to_seconds(day.passed), day.replica_hours, day.most,
      hours * day.most);
  if (!day.out_while_rising) {
    print("FAILED: skep did not scale out under load.");
    return 1;
  }
  if (!day.in_while_falling || day.last >= day.most) {
    print("FAILED: skep did not scale in after the load.");
    return 1;
  }
  print("OK: skep scaled out under load and in again after it.");
  return 0;
}

int run(int argc, char** argv) {
  const Options options(argc, argv, {{"folder", "."}, {"tick-ms", "21"}}, kUsage);
  const std::string& folder = options.text("folder");
  const double speed = to_seconds(kTick) * 1000 / options.number("tick-ms", 2, 10'000);

  const std::vector<double> load = make_day();
  const auto day = static_cast<Duration::rep>(load.size()) * Duration(std::chrono::minutes(1));
  World world(folder + "/docker.sock", load, kCpuLimitPercent);
  // Renamed when it is complete, because somebody waits for it.
  std::ofstream(folder + "/prometheus.url.new") << world.prometheus_url() << '\n';
  if (std::rename((folder + "/prometheus.url.new").c_str(), (folder + "/prometheus.url").c_str()) !=
      0) {
    throw std::runtime_error("cannot write to " + folder);
  }

  print(Table::header());
  Table table;
  LogTail log(folder + "/skep.log");
  const auto start = steady_clock::now();
  for (Duration now{0}; now < day; now += kScrape) {
    const std::chrono::duration<double> real(to_seconds(now) / speed);
    std::this_thread::sleep_until(start + std::chrono::duration_cast<Duration>(real));
    world.step(now);
    while (const std::optional<std::string> line = log.next()) {
      const std::string row = table.row(*line, now, world.load());
      if (!row.empty()) print(row);
    }
  }
  return print_summary(world.report());
}

}  // namespace
}  // namespace skep::demo

int main(int argc, char** argv) {
  try {
    return skep::demo::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "skep-simulated-swarm: %s\n", error.what());
    return 1;
  }
}
