#include "config/query_text.hpp"
#include "config/read_settings.hpp"
#include "config/suggest.hpp"

#include <algorithm>

namespace skep {
namespace {

constexpr int kMostReplicas = 1000;

// What Docker accepts as the name of a service.
bool is_service_name(const std::string& name) {
  constexpr std::size_t kLongest = 63;
  const auto is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return name.size() <= kLongest && is_alphanumeric(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_alphanumeric(c) || c == '_' || c == '-' || c == '.';
         });
}

void read_name(MapReader& service, ServiceSettings& settings) {
  service.require("name", "name: mystack_application");
  if (service.text("name", settings.name) && !is_service_name(settings.name)) {
    service.error("name", "is " + quoted(settings.name) +
                              ", which cannot be the name of a Swarm service; copy it from "
                              "\"docker service ls\" (letters, digits, '_', '-', '.', at most 63)");
    settings.name.clear();
  }
  service.choice("match", settings.match,
                 Words<NameMatch>{{"exact", NameMatch::kExact}, {"prefix", NameMatch::kPrefix}});
}

bool read_query(MapReader& metric, std::string& query) {
  metric.require("query", "{query: 'PROMQL'}");
  if (!metric.text("query", query)) {
    return false;
  }
  if (query.find_first_not_of(" \t\r\n") == std::string::npos) {
    metric.error("query", "is blank; write a PromQL expression");
    return false;
  }
  for (const std::string& name : unknown_variables(query)) {
    const std::optional<std::string> meant = nearest(name, {"service", "window"});
    metric.warning("query", "has " + quoted('$' + name) + ", which skep does not fill in" +
                                (meant ? "; did you mean $" + *meant + '?'
                                       : std::string("; it knows $service and $window")));
  }
  return true;
}

void read_usage(MapReader& metrics, std::string_view key, UsageQuery& usage) {
  MapReader metric =
      metrics.required_section(key, std::string(key) + ": {query: 'PROMQL', of: replica}");
  read_query(metric, usage.query);
  metric.choice(
      "of", usage.of,
      Words<QueryScope>{{"replica", QueryScope::kReplica}, {"service", QueryScope::kService}});
}

void read_optional(MapReader& metrics, std::string_view key, std::optional<std::string>& query) {
  MapReader metric = metrics.section(key);
  std::string text;
  if (read_query(metric, text)) {
    query = std::move(text);
  }
}

void read_metrics(MapReader metrics, MetricsSettings& settings) {
  read_usage(metrics, "cpu", settings.cpu);
  read_usage(metrics, "ram", settings.ram);
  read_optional(metrics, "uptime", settings.uptime);
  read_optional(metrics, "load", settings.load);
  read_optional(metrics, "latency", settings.latency);
  read_optional(metrics, "targets", settings.targets);
  read_optional(metrics, "replicas", settings.replicas);
}

void read_replicas(MapReader replicas, ReplicaSettings& settings) {
  replicas.integer("min", settings.min, 1, kMostReplicas);
  replicas.integer("max", settings.max, 1, kMostReplicas);
  replicas.integer("max_step", settings.max_step, 1, kMostReplicas);
  const bool max_written = replicas.has("max");
  if (settings.min > settings.max) {
    replicas.error("min", "is " + std::to_string(settings.min) + ", above max, which is " +
                              std::to_string(settings.max) + (max_written ? "" : " unless set") +
                              "; make min at most max");
  } else if (settings.max_step > settings.max) {
    replicas.error("max_step", "is " + std::to_string(settings.max_step) +
                                   ", above max, which is " + std::to_string(settings.max) +
                                   "; make it at most max");
  }
}

}  // namespace

ServiceSettings read_service(MapReader service, const CommonSettings& common) {
  ServiceSettings settings;
  ControllerSettings& controller = settings.controller;
  controller.interval = common.interval;
  controller.cooldown = common.cooldown;
  controller.dry_run = common.dry_run;
  controller.random_seed = common.random_seed;

  read_name(service, settings);
  service.duration("cooldown", controller.cooldown, 0s);
  read_replicas(service.section("replicas"), controller.replicas);
  read_metrics(service.required_section("metrics", "config/minimal.yaml: cpu and ram"),
               settings.metrics);
  MapReader environment = service.section("environment");
  read_environment(environment, controller);
  read_guard(service.section("guard"), controller);
  read_agent(service.section("agent"), controller);
  check_table_size(environment, controller);

  if (controller.environment.reward.limits.latency > 0s && !settings.metrics.latency) {
    environment.section("reward").section("limits").error(
        "latency", "is set, but metrics.latency is not; add its query, or set the limit to 0s");
  }
  return settings;
}

}  // namespace skep
