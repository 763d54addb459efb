// The Docker client against a scripted engine.
#include "daemon/docker_client.hpp"

#include "tests/integration/fake_docker.hpp"
#include "tests/integration/run_awaitable.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

using std::chrono::milliseconds;

struct Setup {
  explicit Setup(milliseconds timeout = milliseconds(5000))
      : client(context.get_executor(), parse_docker_host(docker.url()).value.value(), timeout) {
    docker.add_service("web", 3);
  }

  Result<std::vector<ServiceView>> services() { return services({}); }
  Result<std::vector<ServiceView>> services(std::set<std::string> names) {
    return run_awaitable(context, client.services(std::move(names)));
  }
  ServiceView web() {
    const Result<std::vector<ServiceView>> all = services();
    return *find_service(all.value(), "web", NameMatch::kExact).value();
  }
  Result<ScaleAccepted> scale(const ServiceView& service, int to) {
    return run_awaitable(context,
                         client.scale(service.id, service.version_index, service.spec, to));
  }

  FakeDocker docker;
  boost::asio::io_context context;
  DockerClient client;
};

TEST_CASE("services are read at the engine's own API version") {
  Setup setup;
  setup.docker.set_api_version("1.47");
  setup.docker.set_running("web", 2);
  setup.docker.set_update_state("web", "paused");
  const ServiceView web = setup.web();
  CHECK(setup.client.api_version() == "1.47");
  CHECK(web.mode == ServiceMode::kReplicated);
  CHECK(web.desired == 3);
  CHECK(web.running == 2);
  CHECK(web.update == UpdateState::kPaused);
  CHECK(web.spec.json == setup.docker.spec("web"));
  CHECK(web.spec.api_version == "1.47");
  setup.web();
  CHECK(setup.docker.requests() ==
        std::vector<std::string>{"GET /_ping", "GET /v1.47/services", "GET /v1.47/services"});
}

TEST_CASE("an engine below 1.41 has its running tasks counted") {
  Setup setup;
  setup.docker.set_api_version("1.40");
  setup.docker.add_service("other", 5);
  setup.docker.set_running("web", 2);
  CHECK(setup.web().running == 2);
  CHECK(setup.docker.requests().back() == "GET /v1.40/tasks");
}

/// A spec that alone is more than the client takes in.
std::string huge_spec(const std::string& name) {
  const std::string note(9U * 1024 * 1024, 'x');
  return R"({"Name":")" + name + R"(","Labels":{"note":")" + note +
         R"("},"Mode":{"Replicated":{"Replicas":1}}})";
}

TEST_CASE("Docker is only asked for the services that are wanted, and for their tasks") {
  Setup setup;
  setup.docker.set_api_version(GENERATE("1.41", "1.40"));
  setup.docker.add_service("api", 5);
  setup.docker.add_service_spec("other", huge_spec("other"));
  setup.docker.set_running("other", 100000);
  const Result<std::vector<ServiceView>> some = setup.services({"web", "ap"});
  REQUIRE(some);
  CHECK(some->size() == 2);
  CHECK(find_service(*some, "web", NameMatch::kExact).value()->running == 3);
  CHECK(find_service(*some, "ap", NameMatch::kPrefix).value()->running == 5);

  const Result<std::vector<ServiceView>> all = setup.services({});
  REQUIRE(!all);
  CHECK(all.error().code == ErrorCode::kProtocol);
  CHECK_THAT(all.error().message, Catch::Contains("limit of 8388608 bytes: check docker.host"));
}

TEST_CASE("more names than fit into a request: Docker is asked for all services") {
  Setup setup;
  std::set<std::string> names;
  for (int i = 0; i < 1000; ++i) names.insert("name" + std::to_string(i));
  setup.docker.add_service("api", 1);
  const Result<std::vector<ServiceView>> services = setup.services(names);
  REQUIRE(services);
  CHECK(services->size() == 2);
}

TEST_CASE("scaling changes the replica count and no other byte of the spec") {
  Setup setup;
  const ServiceView web = setup.web();
  REQUIRE(setup.scale(web, 12));
  REQUIRE(setup.docker.updates().size() == 1);
  const FakeUpdate update = setup.docker.updates().front();
  CHECK(update.version == web.version_index);
  CHECK(update.body == rich_spec("web", 12));
  CHECK(setup.docker.requests().back() == "POST /v1.41/services/service1/update");
  const ServiceView after = setup.web();
  CHECK(after.desired == 12);
  CHECK(spec_fingerprint(after.spec.json) == spec_fingerprint(web.spec.json));
}

TEST_CASE("a lost race is a conflict, and nothing is sent again") {
  Setup setup;
  const ServiceView web = setup.web();
  setup.docker.conflict_next(1);
  const Result<ScaleAccepted> lost = setup.scale(web, 4);
  REQUIRE(!lost);
  CHECK(lost.error().code == ErrorCode::kConflict);
  CHECK_FALSE(outcome_unknown(lost.error().code));
  CHECK(setup.docker.updates().empty());
  CHECK(setup.scale(setup.web(), 4));
  CHECK(setup.docker.replicas("web") == 4);
}

TEST_CASE("an update without an answer has an unknown outcome and is not sent twice") {
  for (const Fault fault : {Fault::kHang, Fault::kCloseBeforeAnswer, Fault::kGarbage}) {
    INFO(static_cast<int>(fault));
    Setup setup(milliseconds(300));
    const ServiceView web = setup.web();
    setup.docker.set_update_fault(fault);
    const Result<ScaleAccepted> scaled = setup.scale(web, 4);
    REQUIRE(!scaled);
    CHECK(outcome_unknown(scaled.error().code));
    CHECK(setup.docker.updates().size() == 1);
    CHECK(setup.web().desired == 4);
  }
}

TEST_CASE("a service that is gone, a node that is no manager, a proxy that forbids") {
  Setup setup;
  const ServiceView web = setup.web();
  setup.docker.remove_service("web");
  CHECK(setup.scale(web, 4).error().code == ErrorCode::kNotFound);

  FakeReply forbidden("<html><body><h1>403 Forbidden</h1></body></html>", 403);
  forbidden.content_type = "text/html";
  setup.docker.override_reply("/update", forbidden);
  const Result<ScaleAccepted> refused = setup.scale(web, 4);
  CHECK(refused.error().code == ErrorCode::kRefused);
  CHECK_THAT(refused.error().message, Catch::Contains("POST=1"));

  setup.docker.set_manager(false);
  const Result<std::vector<ServiceView>> services = setup.services();
  REQUIRE(!services);
  CHECK(services.error().code == ErrorCode::kNotManager);
  CHECK_THAT(services.error().message, Catch::Contains("node.role == manager"));
  const Result<SwarmInfo> info = run_awaitable(setup.context, setup.client.info());
  REQUIRE(info);
  CHECK_FALSE(info->control_available);
  CHECK(info->local_state == "active");
}

TEST_CASE("an engine that was exchanged is asked at its own version, not the old one's") {
  const std::string other = GENERATE("1.52", "1.40");
  Setup setup;
  const ServiceView before = setup.web();
  setup.docker.server().stop();
  setup.docker.set_api_version(other);
  setup.docker.server().start();
  CHECK(setup.web().desired == 3);
  CHECK(setup.client.api_version() == other);
  const std::vector<std::string> requests = setup.docker.requests();
  CHECK(std::count(requests.begin(), requests.end(), "GET /v" + other + "/services") == 1);
}

TEST_CASE("a request that failed, maybe of another service, does not cost a command") {
  Setup setup;
  const ServiceView web = setup.web();
  setup.docker.server().stop();
  const Result<std::vector<ServiceView>> down = setup.services();
  REQUIRE(!down);
  CHECK(down.error().code == ErrorCode::kUnreachable);
  CHECK(setup.scale(web, 4).error().code == ErrorCode::kConflict);  // it is still down
  SECTION("the same engine knows by the version of the service whether it was read since") {
    setup.docker.server().start();
    CHECK(setup.scale(web, 4));
    CHECK(setup.docker.updates().size() == 1);
    CHECK(setup.scale(web, 5).error().code == ErrorCode::kConflict);
  }
  SECTION("another one is not told what the first one said") {
    setup.docker.set_api_version("1.40");
    setup.docker.server().start();
    CHECK(setup.scale(web, 4).error().code == ErrorCode::kConflict);
    CHECK(setup.docker.updates().empty());
  }
}

TEST_CASE("what was read before the engine was exchanged is not written at the new version") {
  const std::string other = GENERATE("1.52", "1.40");
  Setup setup;
  const ServiceView before = setup.web();
  setup.docker.set_api_version(other);
  const ServiceView after = setup.web();  // the question of another service
  const Result<ScaleAccepted> late = setup.scale(before, 4);
  REQUIRE(!late);
  CHECK(late.error().code == ErrorCode::kConflict);
  CHECK(setup.docker.updates().empty());
  CHECK(setup.scale(after, 4));
  CHECK(setup.docker.requests().back() == "POST /v" + other + "/services/service1/update");
}

TEST_CASE("tasks that find no node are counted for one service, with the reason") {
  Setup setup;
  setup.docker.add_service("other", 5);
  setup.docker.set_unplaced("other", 1);
  setup.docker.set_unplaced("web", 2);
  const Result<UnplacedTasks> unplaced =
      run_awaitable(setup.context, setup.client.unplaced_tasks(setup.web().id));
  REQUIRE(unplaced);
  CHECK(unplaced->count == 2);
  CHECK_THAT(unplaced->reason, Catch::Contains("no suitable node"));
}

TEST_CASE("the client speaks over a unix socket") {
  FakeDocker docker("/tmp/skep-docker-client-test.sock");
  docker.add_service("web", 1);
  boost::asio::io_context context;
  DockerClient client(context.get_executor(), parse_docker_host(docker.url()).value.value(),
                      milliseconds(2000));
  const Result<std::vector<ServiceView>> services = run_awaitable(context, client.services({}));
  REQUIRE(services);
  CHECK(services->size() == 1);
}

}  // namespace
}  // namespace skep::test
