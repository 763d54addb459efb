#include "daemon/docker_answer.hpp"

#include "daemon/excerpt.hpp"
#include "daemon/json_scan.hpp"

#include <utility>

namespace skep {
namespace {

Error not_docker(std::string_view body) {
  return Error(ErrorCode::kProtocol, "This is not an answer of the Docker engine: \"" +
                                         excerpt(body, 80) + "\"; check docker.host.");
}

std::string string_at(std::string_view object, std::initializer_list<std::string_view> path) {
  const auto value = json_find(object, path);
  return value ? json_string(*value).value_or("") : "";
}

/// Nothing for a count that no Swarm can have: the sums of a decision must not overflow.
std::optional<int> count_at(std::string_view object, std::initializer_list<std::string_view> path) {
  constexpr std::uint64_t kMost = 1'000'000;
  const auto value = json_find(object, path);
  const auto number = value ? json_uint(*value) : std::nullopt;
  if (!number || *number > kMost) return std::nullopt;
  return static_cast<int>(*number);
}

void read_mode(std::string_view spec, ServiceView& service) {
  JsonItems modes = JsonItems::of_object(json_find(spec, {"Mode"}).value_or("{}"));
  while (modes.next()) {
    if (modes.key() == "Replicated") {
      const std::optional<int> replicas = count_at(modes.value(), {"Replicas"});
      if (!replicas) continue;
      service.mode = ServiceMode::kReplicated;
      service.desired = *replicas;
    } else if (modes.key() == "Global") {
      service.mode = ServiceMode::kGlobal;
    } else if (modes.key() == "ReplicatedJob") {
      service.mode = ServiceMode::kReplicatedJob;
    } else if (modes.key() == "GlobalJob") {
      service.mode = ServiceMode::kGlobalJob;
    }
  }
}

UpdateState update_state(std::string_view word) {
  constexpr std::pair<std::string_view, UpdateState> kWords[] = {
      {"", UpdateState::kNone},
      {"updating", UpdateState::kUpdating},
      {"paused", UpdateState::kPaused},
      {"completed", UpdateState::kCompleted},
      {"rollback_started", UpdateState::kRollbackStarted},
      {"rollback_paused", UpdateState::kRollbackPaused},
      {"rollback_completed", UpdateState::kRollbackCompleted},
  };
  for (const auto& [known, state] : kWords) {
    if (word == known) return state;
  }
  return UpdateState::kUnknown;
}

std::optional<ServiceView> parse_service(std::string_view text) {
  ServiceView service;
  bool has_version = false;
  JsonItems fields = JsonItems::of_object(text);
  while (fields.next()) {
    const std::string_view value = fields.value();
    if (fields.key() == "ID") {
      service.id = json_string(value).value_or("");
    } else if (fields.key() == "Version") {
      const auto index = json_find(value, {"Index"});
      const auto number = index ? json_uint(*index) : std::nullopt;
      has_version = number.has_value();
      service.version_index = number.value_or(0);
    } else if (fields.key() == "Spec") {
      service.spec.json = std::string(value);
      service.name = string_at(value, {"Name"});
      read_mode(value, service);
    } else if (fields.key() == "UpdateStatus") {
      service.update = update_state(string_at(value, {"State"}));
    } else if (fields.key() == "ServiceStatus") {
      service.running = count_at(value, {"RunningTasks"});
    }
  }
  if (fields.failed() || service.id.empty() || service.name.empty() || !has_version) {
    return std::nullopt;
  }
  return service;
}

}  // namespace

Result<std::vector<ServiceView>> parse_services(std::string_view body) {
  std::vector<ServiceView> services;
  JsonItems items = JsonItems::of_array(body);
  while (items.next()) {
    std::optional<ServiceView> service = parse_service(items.value());
    if (!service) return not_docker(items.value());
    services.push_back(std::move(*service));
  }
  if (items.failed()) return not_docker(body);
  return services;
}

Result<SwarmInfo> parse_info(std::string_view body) {
  const auto swarm = json_find(body, {"Swarm"});
  if (!swarm) return not_docker(body);
  SwarmInfo info;
  info.node_id = string_at(*swarm, {"NodeID"});
  info.local_state = string_at(*swarm, {"LocalNodeState"});
  info.control_available = json_find(*swarm, {"ControlAvailable"}) == "true";
  info.error = string_at(*swarm, {"Error"});
  info.engine_version = string_at(body, {"ServerVersion"});
  return info;
}

Result<std::map<std::string, int>> parse_running_tasks(std::string_view body) {
  std::map<std::string, int> running;
  JsonItems tasks = JsonItems::of_array(body);
  while (tasks.next()) {
    if (json_find(tasks.value(), {"Status", "State"}) == "\"running\"") {
      ++running[string_at(tasks.value(), {"ServiceID"})];
    }
  }
  if (tasks.failed()) return not_docker(body);
  return running;
}

Result<UnplacedTasks> parse_unplaced_tasks(std::string_view body) {
  UnplacedTasks unplaced;
  JsonItems tasks = JsonItems::of_array(body);
  while (tasks.next()) {
    if (json_find(tasks.value(), {"Status", "State"}) != "\"pending\"") continue;
    const std::string reason = string_at(tasks.value(), {"Status", "Err"});
    if (reason.empty()) continue;  // the scheduler has not come to it yet
    ++unplaced.count;
    unplaced.reason = reason;
  }
  if (tasks.failed()) return not_docker(body);
  return unplaced;
}

std::vector<std::string> parse_update_warnings(std::string_view body) {
  const auto warnings = json_find(body, {"Warnings"});
  return warnings ? json_strings(*warnings) : std::vector<std::string>();
}

Result<std::string> spec_with_replicas(std::string_view spec, int replicas) {
  const auto value = json_find(spec, {"Mode", "Replicated", "Replicas"});
  if (!value || !json_uint(*value)) {
    return Error(ErrorCode::kNotScalable,
                 "The service has no replica count: only replicated services can be scaled.");
  }
  const auto begin = static_cast<std::size_t>(value->data() - spec.data());
  std::string changed;
  changed.reserve(spec.size() + 8);
  changed += spec.substr(0, begin);
  changed += std::to_string(replicas);
  changed += spec.substr(begin + value->size());
  return changed;
}

std::uint64_t spec_fingerprint(std::string_view spec) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  };
  const auto value = json_find(spec, {"Mode", "Replicated", "Replicas"});
  if (!value) {
    add(spec);
    return hash;
  }
  const auto begin = static_cast<std::size_t>(value->data() - spec.data());
  add(spec.substr(0, begin));
  add(spec.substr(begin + value->size()));
  return hash;
}

Result<const ServiceView*> find_service(const std::vector<ServiceView>& services,
                                        std::string_view name, NameMatch match) {
  std::vector<const ServiceView*> candidates;
  for (const ServiceView& service : services) {
    if (service.name == name) return &service;
    if (match == NameMatch::kPrefix && service.name.starts_with(name))
      candidates.push_back(&service);
  }
  if (candidates.size() == 1) return candidates.front();
  if (candidates.empty()) {
    return Error(ErrorCode::kNotFound,
                 "There is no service " +
                     std::string(match == NameMatch::kPrefix ? "whose name begins with \"" : "\"") +
                     excerpt(name) + "\": check the name with \"docker service ls\".");
  }
  std::string names;
  for (const ServiceView* service : candidates)
    names += (names.empty() ? "" : ", ") + service->name;
  return Error(ErrorCode::kAmbiguous, "The prefix \"" + excerpt(name) + "\" fits " +
                                          std::to_string(candidates.size()) + " services (" +
                                          excerpt(names, 1000) + "): give the full name of one.");
}

}  // namespace skep
