// The whole program: CPU time of a tick and resident memory after many, for one service with three
// queries, against loopback servers that speak Prometheus and Docker. Beside it, in the same run,
// the floor: the same four requests written by hand over bare sockets, without reading what the
// answers say.
//
//   bench_process [TICKS]     10,000 unless given
#include "tests/integration/fake_docker.hpp"
#include "tests/integration/fake_prometheus.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace {

using skep::test::FakeDocker;
using skep::test::FakePrometheus;

std::string configuration(const std::string& prometheus, const std::string& socket,
                          const std::string& state) {
  return "prometheus: {url: '" + prometheus + "'}\ndocker: {host: 'unix://" + socket +
         "'}\ncontroller: {interval: 2ms, cooldown: 30s}\nstate: {path: '" + state +
         "'}\nhttp: {listen: ''}\nservices:\n  - name: mystack_application\n    metrics:\n      "
         "cpu: {query: cpu}\n"
         "      ram: {query: ram}\n      uptime: {query: uptime}\n";
}

/// The value of a line such as "VmRSS:   8192 kB" of /proc/PID/status, in MiB.
double memory_mib(pid_t pid, const std::string& key) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(key + ":", 0) == 0) {
      return std::stod(line.substr(key.size() + 1)) / 1024;
    }
  }
  return 0;
}

struct Child {
  pid_t pid = 0;
  int output = -1;
};

Child start(const std::string& config) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::array<std::string, 4> words{SKEP_PROGRAM, "run", "--config", config};
  std::array<char*, 5> arguments{words[0].data(), words[1].data(), words[2].data(), words[3].data(),
                                 nullptr};
  Child child;
  if (posix_spawn(&child.pid, SKEP_PROGRAM, &actions, nullptr, arguments.data(), environ) != 0) {
    throw std::runtime_error("cannot start " SKEP_PROGRAM);
  }
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  child.output = ends[0];
  return child;
}

/// Reads the log until that many decisions were made.
void wait_for_decisions(int output, int ticks) {
  static const std::string kMark = "\"event\":\"decision\"";
  std::string tail;
  std::array<char, 65536> buffer{};
  for (int seen = 0; seen < ticks;) {
    const ssize_t length = read(output, buffer.data(), buffer.size());
    if (length <= 0) {
      throw std::runtime_error("skep ended before its time");
    }
    tail.append(buffer.data(), static_cast<std::size_t>(length));
    std::size_t at = 0;
    for (std::size_t found = 0; (found = tail.find(kMark, at)) != std::string::npos;
         at = found + kMark.size()) {
      ++seen;
    }
    tail.erase(0, std::max(at, tail.size() < kMark.size() ? 0 : tail.size() - kMark.size() + 1));
  }
}

int connect_tcp(int port) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect to the loopback Prometheus");
  }
  return socket_fd;
}

int connect_unix(const std::string& path) {
  const int socket_fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (connect(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect to the loopback Docker");
  }
  return socket_fd;
}

/// One request and the whole answer, whose length its header tells.
void round_trip(int socket_fd, const std::string& request) {
  if (write(socket_fd, request.data(), request.size()) != static_cast<ssize_t>(request.size())) {
    throw std::runtime_error("the loopback server does not read");
  }
  std::string answer;
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t length = read(socket_fd, buffer.data(), buffer.size());
    if (length <= 0) {
      throw std::runtime_error("the loopback server closed the connection");
    }
    answer.append(buffer.data(), static_cast<std::size_t>(length));
    const std::size_t end = answer.find("\r\n\r\n");
    const std::size_t key = answer.find("Content-Length: ");
    if (end != std::string::npos && key < end &&
        answer.size() >= end + 4 + std::stoul(answer.substr(key + 16))) {
      return;
    }
  }
}

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// CPU milliseconds of the four requests of a tick over bare sockets.
double floor_ms(int port, const std::string& socket_path, int rounds) {
  const int prometheus = connect_tcp(port);
  const int docker = connect_unix(socket_path);
  const double before = thread_cpu_seconds();
  for (int round = 0; round < rounds; ++round) {
    round_trip(docker, "GET /v1.41/services?status=true HTTP/1.1\r\nHost: docker\r\n\r\n");
    for (const char* query : {"cpu", "ram", "uptime"}) {
      round_trip(prometheus, std::string("GET /api/v1/query?query=") + query +
                                 " HTTP/1.1\r\nHost: prometheus\r\n\r\n");
    }
    usleep(2000);
  }
  const double used = thread_cpu_seconds() - before;
  close(prometheus);
  close(docker);
  return 1000 * used / rounds;
}

int measure(int ticks) {
  char folder[] = "/tmp/skep-bench-XXXXXX";
  if (mkdtemp(folder) == nullptr) {
    throw std::runtime_error("no temporary folder");
  }
  const std::string root = folder;
  const std::string socket_path = root + "/docker.sock";
  double cpu_ms = 0;
  double resident = 0;
  double floor = 0;
  {
    FakePrometheus prometheus;
    prometheus.set("cpu", "55");
    prometheus.set("ram", "40");
    prometheus.set("uptime", "1000");
    FakeDocker docker(socket_path);
    docker.add_service("mystack_application", 3);
    floor = floor_ms(prometheus.server().port(), socket_path, 2000);
    std::ofstream(root + "/skep.yaml")
        << configuration(prometheus.url(), socket_path, root + "/state");

    const Child child = start(root + "/skep.yaml");
    wait_for_decisions(child.output, ticks);
    resident = memory_mib(child.pid, "VmRSS");
    kill(child.pid, SIGTERM);
    close(child.output);
    rusage usage{};
    int status = 0;
    wait4(child.pid, &status, 0, &usage);
    const auto milliseconds = [](const timeval& time) {
      return 1000.0 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1000;
    };
    cpu_ms = (milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)) / ticks;
  }
  std::filesystem::remove_all(root);
  std::printf(
      "ticks %d\ncpu_ms_per_tick %.3f\nresident_mib %.1f\nfloor_ms_per_tick %.3f\nratio_to_floor "
      "%.2f\n",
      ticks, cpu_ms, resident, floor, cpu_ms / floor);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int ticks = argc > 1 ? std::atoi(argv[1]) : 10'000;
    if (ticks < 1) {
      std::fprintf(stderr, "usage: bench_process [TICKS], at least 1\n");
      return 2;
    }
    return measure(ticks);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_process: %s\n", error.what());
    return 1;
  }
}
