#include "daemon/sd_notify.hpp"

#include "daemon/file_descriptor.hpp"
#include "tests/unit/daemon/temporary_folder.hpp"

#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>

namespace skep {
namespace {

/// Sets a variable of the environment for one test.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Environment() { ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

/// The other end: what systemd has.
class Listener {
 public:
  /// `name` as it is bound, an abstract one with a zero byte in front.
  explicit Listener(const std::string& name)
      : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(name.size() < sizeof(address.sun_path));
    std::memcpy(address.sun_path, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    REQUIRE(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  }

  /// The next datagram; "" when there is none.
  std::string receive() {
    char text[256];
    const ssize_t size = ::recv(fd_.get(), text, sizeof text, 0);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "";
  }

 private:
  FileDescriptor fd_;
};

TEST_CASE("A state reaches the socket of systemd as one datagram") {
  SECTION("a path") {
    const TemporaryFolder folder;
    const std::string path = folder.path() / "notify";
    Listener listener(path);
    const Environment variable("NOTIFY_SOCKET", path);
    CHECK(sd_notify("READY=1\nSTATUS=2 services"));
    CHECK(sd_notify("WATCHDOG=1"));
    CHECK(listener.receive() == "READY=1\nSTATUS=2 services");
    CHECK(listener.receive() == "WATCHDOG=1");
    CHECK(listener.receive().empty());
  }
  SECTION("an abstract name") {
    const std::string name = "skep-test-" + std::to_string(::getpid());
    Listener listener(std::string(1, '\0') + name);
    const Environment variable("NOTIFY_SOCKET", "@" + name);
    CHECK(sd_notify("STOPPING=1"));
    CHECK(listener.receive() == "STOPPING=1");
  }
}

TEST_CASE("Without a systemd that listens nothing happens") {
  SECTION("no variable") {
    ::unsetenv("NOTIFY_SOCKET");
    CHECK_FALSE(sd_notify("READY=1"));
  }
  SECTION("a variable that makes no sense") {
    const std::string value = GENERATE(as<std::string>(), "", "/", "@", "relative", "vsock:2:1234",
                                       "/nobody/listens/here", "/" + std::string(200, 'x'));
    const Environment variable("NOTIFY_SOCKET", value);
    CHECK_FALSE(sd_notify("READY=1"));
  }
}

TEST_CASE("The watchdog interval is taken only from a variable meant for this process") {
  ::unsetenv("WATCHDOG_USEC");
  ::unsetenv("WATCHDOG_PID");
  CHECK(watchdog_interval() == std::nullopt);
  {
    const Environment variable("WATCHDOG_USEC", "30000000");
    CHECK(watchdog_interval() == std::chrono::seconds(30));
    const Environment own("WATCHDOG_PID", std::to_string(::getpid()));
    CHECK(watchdog_interval() == std::chrono::seconds(30));
  }
  {
    const Environment variable("WATCHDOG_USEC", "30000000");
    const Environment other("WATCHDOG_PID", std::to_string(::getpid() + 1));
    CHECK(watchdog_interval() == std::nullopt);
  }
  for (const char* value : {"", "0", "-5", "soon", "30s", "18446744073709551615",
                            "9223372036854775807", "99999999999999999999999"}) {
    const Environment variable("WATCHDOG_USEC", value);
    CHECK(watchdog_interval() == std::nullopt);
  }
}

}  // namespace
}  // namespace skep
