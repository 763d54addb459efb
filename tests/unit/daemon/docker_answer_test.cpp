#include "daemon/docker_answer.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace skep {
namespace {

std::string service(const std::string& name, const std::string& mode,
                    const std::string& more = "") {
  return R"({"ID":"id-)" + name + R"(","Version":{"Index":18446744073709551615},"Spec":{"Name":")" +
         name + R"(","Mode":)" + mode + "}" + more + "}";
}

ServiceView only(const std::string& text) { return parse_services("[" + text + "]").value().at(0); }

TEST_CASE("a replicated service is read with status and update") {
  const ServiceView view =
      only(service("web", R"({"Replicated":{"Replicas":3}})",
                   R"(,"UpdateStatus":{"State":"rollback_paused","Message":"task \"x\" failed"})"
                   R"(,"ServiceStatus":{"RunningTasks":2,"DesiredTasks":3})"));
  CHECK(view.id == "id-web");
  CHECK(view.name == "web");
  CHECK(view.version_index == 18446744073709551615U);
  CHECK(view.mode == ServiceMode::kReplicated);
  CHECK(view.desired == 3);
  CHECK(view.running == 2);
  CHECK(view.update == UpdateState::kRollbackPaused);
  CHECK(view.spec.json == R"({"Name":"web","Mode":{"Replicated":{"Replicas":3}}})");
}

TEST_CASE("every mode and update state is known, and an unknown one is told to be unknown") {
  const struct {
    const char* mode;
    ServiceMode expected;
  } modes[] = {
      {R"({"Replicated":{"Replicas":0}})", ServiceMode::kReplicated},
      {R"({"Replicated":{}})", ServiceMode::kUnknown},
      {R"({"Global":{}})", ServiceMode::kGlobal},
      {R"({"ReplicatedJob":{"MaxConcurrent":1,"TotalCompletions":5}})",
       ServiceMode::kReplicatedJob},
      {R"({"GlobalJob":{}})", ServiceMode::kGlobalJob},
      {R"({"Quantum":{"Replicas":3}})", ServiceMode::kUnknown},
      {"null", ServiceMode::kUnknown},
  };
  for (const auto& one : modes) {
    INFO(one.mode);
    const ServiceView view = only(service("web", one.mode));
    CHECK(view.mode == one.expected);
    CHECK(view.desired == 0);
    CHECK_FALSE(view.running);
    CHECK(view.update == UpdateState::kNone);
  }
  const struct {
    const char* word;
    UpdateState expected;
  } states[] = {
      {"", UpdateState::kNone},
      {"updating", UpdateState::kUpdating},
      {"paused", UpdateState::kPaused},
      {"completed", UpdateState::kCompleted},
      {"rollback_started", UpdateState::kRollbackStarted},
      {"rollback_paused", UpdateState::kRollbackPaused},
      {"rollback_completed", UpdateState::kRollbackCompleted},
      {"dreaming", UpdateState::kUnknown},
  };
  for (const auto& one : states) {
    INFO(one.word);
    const std::string more = std::string(R"(,"UpdateStatus":{"State":")") + one.word + R"("})";
    CHECK(only(service("web", R"({"Global":{}})", more)).update == one.expected);
  }
}

TEST_CASE("a count beyond a million is none") {
  const auto counted = [](const std::string& count) {
    return only(service("web", R"({"Replicated":{"Replicas":)" + count + "}}",
                        R"(,"ServiceStatus":{"RunningTasks":)" + count + "}"));
  };
  CHECK(counted("1000000").mode == ServiceMode::kReplicated);
  CHECK(counted("1000000").desired == 1000000);
  CHECK(counted("1000000").running == 1000000);
  for (const char* count : {"1000001", "2147483647", "99999999999"}) {
    INFO(count);
    CHECK(counted(count).mode == ServiceMode::kUnknown);
    CHECK_FALSE(counted(count).running);
  }
}

TEST_CASE("a malformed list of services is an error") {
  const std::string good = service("web", R"({"Global":{}})");
  for (const std::string& body :
       {std::string(), std::string("{}"), std::string("null"), std::string("[1]"), "[" + good,
        "[" + good + "," + good.substr(0, 60) + "]", std::string("[{}]"),
        std::string(R"([{"ID":"a","Version":{"Index":1}}])"),
        std::string(R"([{"ID":"a","Version":{"Index":-1},"Spec":{"Name":"b"}}])"),
        std::string(R"([{"ID":"a","Spec":{"Name":"b"}}])"), std::string(1000000, '[')}) {
    INFO(body.substr(0, 100));
    const auto services = parse_services(body);
    REQUIRE(!services);
    CHECK(services.error().code == ErrorCode::kProtocol);
    CHECK(services.error().message.size() < 300);
  }
  CHECK(parse_services("[]")->empty());
}

TEST_CASE("only the replica count of the spec is changed, not a look-alike") {
  const std::string before =
      R"({ "Labels":{"Mode":"{\"Replicated\":{\"Replicas\":9}}"},"Replicas":8,)"
      R"("TaskTemplate":{"Mode":{"Replicated":{"Replicas":7}},"N":9007199254740993,"F":0.10},)"
      "\n\"Mode\" : {\"Replicated\" : {\"X\":1.0, \"Replicas\" : 3 } }, \"Z\":[1e2,\"\\u00e9\"]}";
  const std::size_t at = before.find("3 } }");
  const Result<std::string> after = spec_with_replicas(before, 125);
  REQUIRE(after);
  CHECK(*after == before.substr(0, at) + "125" + before.substr(at + 1));
  CHECK(*spec_with_replicas(*after, 3) == before);

  for (const char* spec : {R"({"Mode":{"Global":{}}})", R"({"Mode":{"Replicated":{}}})", "{}", "",
                           R"({"Mode":{"Replicated":{"Replicas":null}}})"}) {
    INFO(spec);
    const Result<std::string> changed = spec_with_replicas(spec, 2);
    REQUIRE(!changed);
    CHECK(changed.error().code == ErrorCode::kNotScalable);
  }
}

TEST_CASE("the fingerprint is the same as long as only the replica count changes") {
  const std::string spec = R"({"Name":"a","Mode":{"Replicated":{"Replicas":3}},"F":0})";
  const std::uint64_t fingerprint = spec_fingerprint(spec);
  CHECK(spec_fingerprint(*spec_with_replicas(spec, 1000)) == fingerprint);
  CHECK(spec_fingerprint(R"({"Name":"a","Mode":{"Replicated":{"Replicas":3}},"F":1})") !=
        fingerprint);
  CHECK(spec_fingerprint(R"({"Name":"a","Mode":{"Global":{}}})") !=
        spec_fingerprint(R"({"Name":"b","Mode":{"Global":{}}})"));
  // FNV-1a of "" and "a" by its definition: saved fingerprints must keep their meaning.
  CHECK(spec_fingerprint("") == 0xcbf29ce484222325U);
  CHECK(spec_fingerprint("a") == 0xaf63dc4c8601ec8cU);
}

TEST_CASE("services are found by exact name or unique prefix") {
  std::vector<ServiceView> services(4);
  services[0].name = "app_db";
  services[1].name = "app";
  services[2].name = "my_app";
  services[3].name = "other_one";
  const auto name = [&](const char* text, NameMatch match) {
    const auto found = find_service(services, text, match);
    return found ? (*found)->name : "";
  };
  CHECK(name("app", NameMatch::kExact) == "app");
  CHECK(name("app", NameMatch::kPrefix) == "app");
  CHECK(name("oth", NameMatch::kPrefix) == "other_one");
  CHECK(name("my", NameMatch::kPrefix) == "my_app");

  const auto missing = find_service(services, "oth", NameMatch::kExact);
  REQUIRE(!missing);
  CHECK(missing.error().code == ErrorCode::kNotFound);
  CHECK_THAT(missing.error().message, Catch::Contains("\"oth\""));
  CHECK(find_service(services, "pp", NameMatch::kPrefix).error().code == ErrorCode::kNotFound);

  services[1].name = "app_web";
  const auto ambiguous = find_service(services, "app", NameMatch::kPrefix);
  REQUIRE(!ambiguous);
  CHECK(ambiguous.error().code == ErrorCode::kAmbiguous);
  CHECK_THAT(ambiguous.error().message, Catch::Contains("2 services (app_db, app_web)"));
}

TEST_CASE("tasks are counted") {
  const std::string body =
      R"([{"ServiceID":"a","Status":{"State":"running"}},)"
      R"({"ServiceID":"a","Status":{"State":"running"}},)"
      R"({"ServiceID":"b","Status":{"State":"starting"}},)"
      R"({"ServiceID":"b","Status":{"State":"pending","Message":"pending task scheduling"}},)"
      R"({"ServiceID":"b","Status":{"State":"pending","Err":"no suitable node x"}},)"
      R"({"ServiceID":"b","Status":{"State":"rejected","Err":"no such image"}},)"
      R"({"ServiceID":"b","Status":{"State":"pending","Err":"no suitable node y"}}])";
  const auto running = parse_running_tasks(body);
  REQUIRE(running);
  CHECK(*running == std::map<std::string, int>{{"a", 2}});
  const auto unplaced = parse_unplaced_tasks(body);
  REQUIRE(unplaced);
  CHECK(unplaced->count == 2);
  CHECK(unplaced->reason == "no suitable node y");
  CHECK_FALSE(parse_running_tasks("{}"));
  CHECK_FALSE(parse_unplaced_tasks("[1,"));
}

TEST_CASE("the state of the Swarm is read") {
  const auto info =
      parse_info(R"({"ServerVersion":"20.10.24","Swarm":{"NodeID":"n","LocalNodeState":"locked",)"
                 R"("ControlAvailable":true,"Error":"encrypted"}})");
  REQUIRE(info);
  CHECK(info->node_id == "n");
  CHECK(info->local_state == "locked");
  CHECK(info->control_available);
  CHECK(info->error == "encrypted");
  CHECK(info->engine_version == "20.10.24");
  CHECK_FALSE(parse_info("[]"));
  CHECK(parse_update_warnings(R"({"Warnings":["a","b"]})") == std::vector<std::string>{"a", "b"});
  CHECK(parse_update_warnings(R"({"Warnings":null})").empty());
  CHECK(parse_update_warnings("").empty());
}

TEST_CASE("every refusal of Docker has its meaning and remedy") {
  const auto engine = [](const char* text) {
    return std::string(R"({"message":")") + text + R"("})";
  };
  const std::string html = "<html><body><h1>403 Forbidden</h1>\n</body></html>";
  const struct {
    DockerRequest request;
    unsigned status;
    std::string body;
    ErrorCode code;
    const char* text;
  } cases[] = {
      {DockerRequest::kUpdate, 500,
       engine("rpc error: code = Unknown desc = update out of sequence"), ErrorCode::kConflict,
       "decides again"},
      {DockerRequest::kUpdate, 409, engine("conflict"), ErrorCode::kConflict, "conflict"},
      {DockerRequest::kServices, 503, engine("This node is not a swarm manager."),
       ErrorCode::kNotManager, "node.role == manager"},
      {DockerRequest::kServices, 406, engine("This node is not a swarm manager."),
       ErrorCode::kNotManager, "not a swarm manager"},
      {DockerRequest::kServices, 500, engine("The swarm does not have a leader."),
       ErrorCode::kNotManager, "leader"},
      {DockerRequest::kUpdate, 500, engine("rpc error: code = DeadlineExceeded desc = context"),
       ErrorCode::kTimeout, "did not agree"},
      {DockerRequest::kUpdate, 503,
       engine("rpc error: code = Unavailable desc = transport is closing"), ErrorCode::kLost,
       "what came of it"},
      {DockerRequest::kUpdate, 500,
       engine("rpc error: code = Unknown desc = failed to process the request: node lost leader "
              "status"),
       ErrorCode::kLost, "lost leader status"},
      {DockerRequest::kUpdate, 500,
       engine("rpc error: code = Unknown desc = The swarm does not have a leader."),
       ErrorCode::kNotManager, "leader"},
      {DockerRequest::kUpdate, 503, engine("This node is not a swarm manager."),
       ErrorCode::kNotManager, "node.role == manager"},
      {DockerRequest::kUpdate, 503,
       engine("Swarm is encrypted and needs to be unlocked before it can be used."),
       ErrorCode::kNotManager, "unlocked"},
      {DockerRequest::kServices, 503,
       engine("rpc error: code = Unavailable desc = transport is closing"), ErrorCode::kNotManager,
       "transport is closing"},
      {DockerRequest::kUpdate, 404, engine("service x not found"), ErrorCode::kNotFound, "removed"},
      {DockerRequest::kServices, 404, engine("page not found"), ErrorCode::kRefused, "404"},
      {DockerRequest::kUpdate, 400, engine("invalid mount"), ErrorCode::kRefused, "invalid mount"},
      {DockerRequest::kPing, 403, html, ErrorCode::kRefused, "PING=1"},
      {DockerRequest::kInfo, 403, html, ErrorCode::kRefused, "INFO=1"},
      {DockerRequest::kServices, 403, html, ErrorCode::kRefused, "SERVICES=1"},
      {DockerRequest::kTasks, 403, html, ErrorCode::kRefused, "TASKS=1"},
      {DockerRequest::kUpdate, 403, html, ErrorCode::kRefused, "SERVICES=1 and POST=1"},
      {DockerRequest::kUpdate, 503, "<h1>503</h1>", ErrorCode::kLost, "proxy"},
      {DockerRequest::kServices, 404, "nothing here", ErrorCode::kRefused, "docker.host"},
  };
  for (const auto& one : cases) {
    INFO(one.body);
    const Error error = docker_error(one.request, one.status, one.body);
    CHECK(error.code == one.code);
    CHECK_THAT(error.message, Catch::Contains(one.text));
    CHECK(error.message.find('\n') == std::string::npos);
  }
  CHECK(is_version_refusal(400, engine("client version 1.99 is too new. Maximum ... 1.41")));
  CHECK_FALSE(is_version_refusal(400, engine("invalid mount")));
  CHECK_FALSE(is_version_refusal(500, engine("client version 1.99 is too new")));
}

}  // namespace
}  // namespace skep
