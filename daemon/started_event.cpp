#include "daemon/started_event.hpp"

#include "config/duration.hpp"
#include "config/policy_name.hpp"
#include "daemon/version.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

namespace skep {
namespace {

using Json = nlohmann::ordered_json;

Json service_json(const ServiceSettings& service) {
  const ControllerSettings& controller = service.controller;
  Json fields = Json::object();
  fields["name"] = service.name;
  fields["match"] = service.match == NameMatch::kExact ? "exact" : "prefix";
  fields["min"] = controller.replicas.min;
  fields["max"] = controller.replicas.max;
  fields["max_step"] = controller.replicas.max_step;
  fields["cooldown"] = format_duration(controller.cooldown);
  fields["policy"] = policy_name(controller.agent.policy);
  if (controller.agent.shadow) fields["shadow"] = true;
  fields["random_seed"] = controller.random_seed;
  return fields;
}

Json summary(const Settings& settings) {
  Json fields = Json::object();
  fields["prometheus"] = settings.prometheus.endpoint.text;
  fields["docker"] = settings.docker.endpoint.text;
  fields["state"] = settings.state.path;
  fields["interval"] = format_duration(settings.controller.interval);
  Json services = Json::array();
  bool dry_run = false;
  for (const ServiceSettings& service : settings.services) {
    services.push_back(service_json(service));
    dry_run = dry_run || service.controller.dry_run;
  }
  fields["dry_run"] = dry_run;
  fields["services"] = std::move(services);
  return fields;
}

std::string count_text(const Settings& settings) {
  const std::size_t count = settings.services.size();
  return std::to_string(count) + (count == 1 ? " service" : " services");
}

}  // namespace

void log_started(EventLog& log, const Settings& settings, const RunOptions& options) {
  Json fields = Json::object();
  fields["version"] = version();
  fields["pid"] = getpid();
  fields["config"] = options.config_file;
  fields.update(summary(settings));
  log.write(LogLevel::kInfo, "started",
            "skep " + std::string(version()) + " watches " + count_text(settings), {}, fields);
}

void log_reloaded(EventLog& log, const Settings& settings,
                  const std::vector<std::string>& warnings) {
  Json fields = Json::object();
  fields["accepted"] = true;
  fields["warnings"] = warnings;
  fields.update(summary(settings));
  log.write(LogLevel::kInfo, "reloaded",
            "The new configuration is in use for " + count_text(settings), {}, fields);
}

}  // namespace skep
