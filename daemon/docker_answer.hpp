// Reads the answers of the Docker engine. Pure: text in, values out.
#pragma once

#include "config/settings.hpp"
#include "core/observation.hpp"
#include "daemon/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

/// What a service is to be. It must be written back at the version of the API that it was read at:
/// at an older one Docker drops the newer fields, and at a newer one it takes them for deleted.
struct ServiceSpec {
  std::string json;  ///< every byte as the engine sent it
  std::string api_version;
};

/// A service of the Swarm as one answer of the engine describes it.
struct ServiceView {
  std::string id;
  std::string name;
  std::uint64_t version_index = 0;  ///< goes up with every change; a write must name the newest
  ServiceMode mode = ServiceMode::kUnknown;
  int desired = 0;             ///< the replicas asked for, >= 0; 0 unless replicated
  std::optional<int> running;  ///< tasks that run; nothing when the engine did not say
  UpdateState update = UpdateState::kNone;
  ServiceSpec spec;
};

struct SwarmInfo {
  std::string node_id;
  std::string local_state;         ///< active, inactive, pending, error, locked
  bool control_available = false;  ///< this node is a manager
  std::string error;               ///< what Docker says of the state, if anything
  std::string engine_version;
};

/// Tasks that the scheduler finds no node for.
struct UnplacedTasks {
  int count = 0;
  std::string reason;  ///< of one of them, in the words of Docker
};

/// GET /services; the answer does not tell the version of the API. A service without id, name or
/// version makes the whole answer malformed. Error: kProtocol.
Result<std::vector<ServiceView>> parse_services(std::string_view body);
/// GET /info. Error: kProtocol.
Result<SwarmInfo> parse_info(std::string_view body);
/// GET /tasks: how many run, by service id. Error: kProtocol.
Result<std::map<std::string, int>> parse_running_tasks(std::string_view body);
/// GET /tasks of one service. Error: kProtocol.
Result<UnplacedTasks> parse_unplaced_tasks(std::string_view body);
/// The `Warnings` of an accepted update; none when there are none.
std::vector<std::string> parse_update_warnings(std::string_view body);

/// The spec with Mode.Replicated.Replicas set to `replicas` (>= 0) and every other byte as it was.
/// Error: kNotScalable (no such field, so not a replicated service).
Result<std::string> spec_with_replicas(std::string_view spec, int replicas);

/// A hash of the spec without the replica count (FNV-1a, 64 bit): equal as long as only the count
/// was changed. Stable over restarts, not over engine versions, which may add fields.
std::uint64_t spec_fingerprint(std::string_view spec);

/// The service called `name`; with kPrefix, if none has exactly that name, the only one whose name
/// begins with it. The pointer points into `services`. Errors: kNotFound, kAmbiguous (the message
/// names all that match).
Result<const ServiceView*> find_service(const std::vector<ServiceView>& services,
                                        std::string_view name, NameMatch match);

/// What a request was for: it decides which permission or remedy a refusal is about.
enum class DockerRequest { kPing, kInfo, kServices, kTasks, kUpdate };

/// What an answer with a status of 300 or more means. Codes: kConflict (somebody else wrote first),
/// kNotManager, kNotFound, kTimeout (the managers did not agree in time: the outcome is unknown),
/// kLost (nor is it known what came of an update), kRefused.
Error docker_error(DockerRequest request, unsigned status, std::string_view body);

/// True when the engine does not speak the version of the API that was asked for.
bool is_version_refusal(unsigned status, std::string_view body);

}  // namespace skep
