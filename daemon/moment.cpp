#include "daemon/moment.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>

namespace skep {
namespace {

std::string boot_id() {
  std::string id;
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::getline(file, id);
  return id;
}

Duration since_boot() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Moment moment_now() {
  static const std::string boot = boot_id();
  return Moment(wall_now(), boot, since_boot());
}

Duration elapsed(const Moment& earlier, const Moment& later) {
  const bool same_boot = !earlier.boot_id.empty() && earlier.boot_id == later.boot_id;
  const Duration time =
      same_boot ? later.since_boot - earlier.since_boot : later.wall - earlier.wall;
  return std::max(time, Duration::zero());
}

}  // namespace skep
