// The whole program under systemd: readiness, watchdog, reload and stop.
#include "tests/integration/world.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

/// The socket that systemd would listen at.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path) : descriptor_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    REQUIRE(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~NotifySocket() {
    ::unsetenv("NOTIFY_SOCKET");
    ::close(descriptor_);
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  /// Reads messages until one contains `what`; fails the test when none comes.
  void wait_for(const std::string& what) {
    pollfd ready{descriptor_, POLLIN, 0};
    const int patience_ms = static_cast<int>(std::chrono::milliseconds(kPatience).count());
    for (std::string message; message.find(what) == std::string::npos;) {
      if (::poll(&ready, 1, patience_ms) != 1) FAIL("systemd waited in vain for " << what);
      std::array<char, 4096> buffer{};
      const ssize_t length = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
      message.assign(buffer.data(), length < 0 ? 0 : static_cast<std::size_t>(length));
    }
  }

 private:
  int descriptor_;
};

}  // namespace

TEST_CASE("systemd is told of start, life, reload and stop") {
  World world;
  NotifySocket systemd(world.folder.path() / "notify");
  ::setenv("WATCHDOG_USEC", "100000", 1);
  SkepProcess skep(world.run());
  systemd.wait_for("READY=1\nSTATUS=Watching 1 service");
  systemd.wait_for("WATCHDOG=1");
  systemd.wait_for("WATCHDOG=1");
  skep.wait_for("decision");
  skep.signal(SIGHUP);
  systemd.wait_for("RELOADING=1");
  systemd.wait_for("READY=1");
  systemd.wait_for("WATCHDOG=1");
  skep.signal(SIGTERM);
  systemd.wait_for("STOPPING=1");
  ::unsetenv("WATCHDOG_USEC");
  CHECK(skep.wait_exit() == 0);
}

}  // namespace skep::test
