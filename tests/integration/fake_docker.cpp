#include "tests/integration/fake_docker.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace skep::test {
namespace {

using nlohmann::ordered_json;

FakeReply message(int status, const std::string& text) {
  return FakeReply(ordered_json{{"message", text}}.dump() + "\n", status);
}

int replicas_of(const std::string& spec) {
  const ordered_json parsed = ordered_json::parse(spec);
  const auto mode = parsed.at("Mode").find("Replicated");
  return mode == parsed.at("Mode").end() ? 0 : mode->value("Replicas", 0);
}

std::string name_of(const std::string& spec) {
  return ordered_json::parse(spec).at("Name").get<std::string>();
}

double as_number(const std::string& api_version) {
  return std::stod(api_version.substr(api_version.find('.') + 1));
}

ordered_json filters_of(const std::string& query) {
  const std::string filters = form_value(query, "filters");
  return filters.empty() ? ordered_json::object() : ordered_json::parse(filters);
}

bool begins_with_one(const std::string& name, const ordered_json& filters) {
  const auto wanted = filters.value("name", std::vector<std::string>());
  return wanted.empty() ||
         std::any_of(wanted.begin(), wanted.end(),
                     [&name](const std::string& prefix) { return name.starts_with(prefix); });
}

int running_of(const FakeService& service) {
  return service.running.value_or(replicas_of(service.spec) - service.unplaced);
}

std::string service_text(const FakeService& service, bool with_status) {
  std::string text = R"({"ID":")" + service.id + R"(","Version":{"Index":)" +
                     std::to_string(service.version) +
                     R"(},"CreatedAt":"2026-01-01T00:00:00Z","Spec":)" + service.spec +
                     R"(,"PreviousSpec":)" + service.spec + R"(,"Endpoint":{"Spec":{}})";
  if (!service.update_state.empty()) {
    text += R"(,"UpdateStatus":{"State":")" + service.update_state + R"(","Message":"update )" +
            service.update_state + R"("})";
  }
  if (with_status) {
    const int desired = replicas_of(service.spec);
    text += R"(,"ServiceStatus":{"RunningTasks":)" + std::to_string(running_of(service)) +
            R"(,"DesiredTasks":)" + std::to_string(desired) + R"(,"CompletedTasks":0})";
  }
  return text + "}";
}

std::string task_text(const FakeService& service, bool placed) {
  const std::string status =
      placed ? R"({"State":"running","Message":"started"})"
             : std::string(R"({"State":"pending","Message":"pending task scheduling",)") +
                   R"("Err":)" + ordered_json(service.unplaced_reason).dump() + "}";
  return R"({"ID":"t","ServiceID":")" + service.id + R"(","Status":)" + status +
         R"(,"DesiredState":"running"})";
}

}  // namespace

std::string rich_spec(const std::string& name, int replicas) {
  return R"({"Name":")" + name +
         R"(","Labels":{"com.docker.stack.namespace":"mystack","note":"caf\u00e9 \"q\" \\ /"},)"
         R"("TaskTemplate":{"ContainerSpec":{"Image":"app:1","Env":["A=1","B=\u0000x"],)"
         R"("Healthcheck":{"Test":["CMD","true"],"Interval":9007199254740993}},)"
         R"("Resources":{"Limits":{"NanoCPUs":18446744073709551615,"MemoryBytes":67108864}},)"
         R"("Placement":{"Constraints":["node.role == worker"]},"ForceUpdate":0},)"
         R"("Mode":{"Replicated":{"Replicas":)" +
         std::to_string(replicas) +
         R"(}},"UpdateConfig":{"Parallelism":1,"MaxFailureRatio":0.10000000149011612},)"
         R"("FutureField":{"Deep":[1.0,1e3,null,{"Replicas":7}]},"EndpointSpec":{"Mode":"vip"}})";
}

FakeDocker::FakeDocker()
    : server_(std::make_unique<FakeServer>(
          [this](const FakeRequest& request) { return handle(request); })) {}

FakeDocker::FakeDocker(std::string socket_path)
    : server_(std::make_unique<FakeServer>(
          [this](const FakeRequest& request) { return handle(request); }, std::move(socket_path))) {
}

void FakeDocker::add_service(const std::string& name, int replicas) {
  add_service_spec(name, rich_spec(name, replicas));
}

void FakeDocker::add_service_spec(const std::string& name, const std::string& spec) {
  const std::lock_guard lock(mutex_);
  FakeService service;
  service.id = "service" + std::to_string(++ids_given_);
  service.spec = spec;
  services_[name] = service;
}

void FakeDocker::remove_service(const std::string& name) {
  const std::lock_guard lock(mutex_);
  services_.erase(name);
}

void FakeDocker::set_replicas(const std::string& name, int replicas) {
  const std::lock_guard lock(mutex_);
  FakeService& service = services_.at(name);
  // Every other byte stays, as with a real engine, where it is another version of the count alone.
  const std::size_t colon = service.spec.find(':', service.spec.find("\"Replicas\""));
  const std::size_t begin = service.spec.find_first_of("0123456789", colon);
  const std::size_t end = service.spec.find_first_not_of("0123456789", begin);
  service.spec.replace(begin, end - begin, std::to_string(replicas));
  ++service.version;
}

void FakeDocker::set_spec(const std::string& name, const std::string& spec) {
  const std::lock_guard lock(mutex_);
  FakeService& service = services_.at(name);
  service.spec = spec;
  ++service.version;
}

void FakeDocker::set_running(const std::string& name, std::optional<int> running) {
  const std::lock_guard lock(mutex_);
  services_.at(name).running = running;
}

void FakeDocker::set_update_state(const std::string& name, const std::string& state) {
  const std::lock_guard lock(mutex_);
  services_.at(name).update_state = state;
}

void FakeDocker::set_unplaced(const std::string& name, int tasks, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  services_.at(name).unplaced = tasks;
  services_.at(name).unplaced_reason = reason;
}

void FakeDocker::conflict_next(int count) {
  const std::lock_guard lock(mutex_);
  conflicts_left_ = count;
}

void FakeDocker::set_manager(bool manager) {
  const std::lock_guard lock(mutex_);
  manager_ = manager;
}

void FakeDocker::set_api_version(const std::string& version) {
  const std::lock_guard lock(mutex_);
  api_version_ = version;
}

void FakeDocker::override_reply(const std::string& part_of_path, std::optional<FakeReply> reply) {
  const std::lock_guard lock(mutex_);
  overrides_.erase(part_of_path);
  if (reply) overrides_.emplace(part_of_path, std::move(*reply));
}

void FakeDocker::set_latency(std::chrono::milliseconds latency) {
  const std::lock_guard lock(mutex_);
  latency_ = latency;
}

void FakeDocker::set_update_fault(Fault fault) {
  const std::lock_guard lock(mutex_);
  update_fault_ = fault;
}

void FakeDocker::set_update_reply(std::optional<FakeReply> reply) {
  const std::lock_guard lock(mutex_);
  update_reply_ = std::move(reply);
}

int FakeDocker::replicas(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return replicas_of(services_.at(name).spec);
}

std::string FakeDocker::spec(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return services_.at(name).spec;
}

std::vector<FakeUpdate> FakeDocker::updates() const {
  const std::lock_guard lock(mutex_);
  return updates_;
}

std::vector<std::string> FakeDocker::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

FakeReply FakeDocker::handle(const FakeRequest& request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(request.method + " " + request.path);
  FakeReply reply;
  bool overridden = false;
  for (const auto& [part, canned] : overrides_) {
    if (request.path.find(part) != std::string::npos) {
      reply = canned;
      overridden = true;
    }
  }
  if (!overridden) {
    std::string path = request.path;
    std::string refused;
    if (path.starts_with("/v")) {
      const std::size_t end = path.find('/', 2);
      const std::string version = path.substr(2, end - 2);
      path = path.substr(end);
      if (as_number(version) > as_number(api_version_)) {
        refused = "client version " + version + " is too new. Maximum supported API version is " +
                  api_version_;
      }
    }
    if (!refused.empty()) return message(400, refused);  // older engines do not name theirs here
    reply = route(request, path);
  }
  reply.headers.emplace_back("Api-Version", api_version_);
  reply.delay += latency_;
  return reply;
}

FakeReply FakeDocker::route(const FakeRequest& request, const std::string& path) {
  if (path == "/_ping") return FakeReply("OK");
  if (path == "/info") {
    return FakeReply(
        std::string(R"({"ID":"e","ServerVersion":"20.10.24","Swarm":{"NodeID":"n1",)") +
        R"("LocalNodeState":"active","ControlAvailable":)" + (manager_ ? "true" : "false") +
        R"(,"Error":""}})");
  }
  if (!manager_) {
    return message(503,
                   "This node is not a swarm manager. Worker nodes can't be used to view or modify "
                   "cluster state. Please run this command on a manager node.");
  }
  if (path == "/services") return services(request.query);
  if (path == "/tasks") return tasks(request.query);
  constexpr std::string_view kUpdateEnd = "/update";
  constexpr std::string_view kUpdateBegin = "/services/";
  if (request.method == "POST" && path.starts_with(kUpdateBegin) && path.ends_with(kUpdateEnd)) {
    return update(
        path.substr(kUpdateBegin.size(), path.size() - kUpdateBegin.size() - kUpdateEnd.size()),
        request);
  }
  return message(404, "page not found");
}

FakeReply FakeDocker::services(const std::string& query) const {
  const ordered_json filters = filters_of(query);
  const bool with_status = form_value(query, "status") == "true" && as_number(api_version_) >= 41;
  std::string list;
  for (const auto& [name, service] : services_) {
    if (!begins_with_one(name, filters)) continue;
    list += (list.empty() ? "" : ",") + service_text(service, with_status);
  }
  return FakeReply("[" + list + "]\n");
}

FakeReply FakeDocker::tasks(const std::string& query) const {
  const ordered_json filters = filters_of(query);
  const ordered_json wanted = filters.value("service", ordered_json::array());
  std::string list;
  for (const auto& [name, service] : services_) {
    if (!wanted.empty() && wanted.front() != service.id) continue;
    if (!begins_with_one(name, filters)) continue;
    const int running = running_of(service);
    for (int i = 0; i < running; ++i) list += (list.empty() ? "" : ",") + task_text(service, true);
    for (int i = 0; i < service.unplaced; ++i) {
      list += (list.empty() ? "" : ",") + task_text(service, false);
    }
  }
  return FakeReply("[" + list + "]\n");
}

FakeReply FakeDocker::update(const std::string& id, const FakeRequest& request) {
  for (auto& [name, service] : services_) {
    if (service.id != id) continue;
    if (conflicts_left_ > 0) {
      --conflicts_left_;
      ++service.version;
    }
    if (form_value(request.query, "version") != std::to_string(service.version)) {
      return message(500, "rpc error: code = Unknown desc = update out of sequence");
    }
    if (!ordered_json::accept(request.body) || name_of(request.body) != name) {
      return message(400, "invalid service specification");
    }
    FakeUpdate record;
    record.time = std::chrono::steady_clock::now();
    record.service = name;
    record.version = service.version;
    record.body = request.body;
    record.from = replicas_of(service.spec);
    record.to = replicas_of(request.body);
    updates_.push_back(record);
    service.spec = request.body;
    service.update_state.clear();
    ++service.version;
    if (update_reply_) return *update_reply_;
    FakeReply reply(R"({"Warnings":null})");
    reply.fault = update_fault_;
    return reply;
  }
  return message(404, "service " + id + " not found");
}

}  // namespace skep::test
