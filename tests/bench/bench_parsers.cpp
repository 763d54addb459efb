// What reading the answers and writing the log cost.
#include "daemon/decision_json.hpp"
#include "daemon/docker_answer.hpp"
#include "daemon/prometheus_answer.hpp"

#include <string>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

namespace {

using namespace skep;

void prometheus_answer(benchmark::State& state) {
  const std::string body =
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1764000000.123,"83.1"]}]}})";
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_instant_answer(body, 200, "up"));
  }
}
BENCHMARK(prometheus_answer);

std::string service(int number) {
  const std::string name = "mystack_service" + std::to_string(number);
  return R"({"ID":"id)" + std::to_string(number) + R"(","Version":{"Index":)" +
         std::to_string(1000 + number) +
         R"(},"CreatedAt":"2026-11-24T14:00:00.123456789Z","UpdatedAt":"2026-11-24T14:00:00.123456789Z","Spec":{"Name":")" +
         name +
         R"(","Labels":{"com.docker.stack.image":"app:1","com.docker.stack.namespace":"mystack"},"TaskTemplate":{"ContainerSpec":{"Image":"app:1","Env":["A=1","B=2"],"Mounts":[{"Type":"volume","Source":"data","Target":"/data"}],"Healthcheck":{"Test":["CMD","true"],"Interval":1000000000},"Isolation":"default"},"Resources":{"Limits":{"NanoCPUs":500000000,"MemoryBytes":134217728},"Reservations":{}},"Placement":{"Constraints":["node.role==worker"]},"Networks":[{"Target":"net","Aliases":["app"]}],"ForceUpdate":0,"Runtime":"container"},"Mode":{"Replicated":{"Replicas":3}},"UpdateConfig":{"Parallelism":1,"FailureAction":"pause","MaxFailureRatio":0,"Order":"stop-first"},"EndpointSpec":{"Mode":"dnsrr"}},"Endpoint":{"Spec":{"Mode":"dnsrr"}},"ServiceStatus":{"RunningTasks":3,"DesiredTasks":3,"CompletedTasks":0}})";
}

void docker_services(benchmark::State& state) {
  std::string body = "[";
  for (int number = 0; number < state.range(0); ++number) {
    body += (number == 0 ? "" : ",") + service(number);
  }
  body += "]";
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_services(body));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(body.size()));
}
BENCHMARK(docker_services)->Arg(1)->Arg(100);

void decision_line(benchmark::State& state) {
  Decision decision;
  decision.state = {{"replicas", 3}, {"load", 61}, {"ram", 2}};
  decision.q = {{-1, -9.1}, {0, -4.0}, {1, -1.2}};
  decision.guard = {{"cooldown", 1, 0, "12.3 s left of 30 s"}};
  decision.reason =
      "CPU 83% is over its limit of 80%: one more replica is wanted, held back by the cooldown.";
  for (auto _ : state) {
    benchmark::DoNotOptimize(decision_json(decision).dump());
  }
}
BENCHMARK(decision_line);

}  // namespace
