// The whole configuration as typed values. Names follow the keys of the file; defaults are those of
// config/skep.yaml. The loader (config/loader.hpp) fills it and guarantees the ranges given here.
#pragma once

#include "config/address.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace skep {

struct PrometheusSettings {
  /// Of url or url_file, with username and password_file.
  Endpoint endpoint = parse_prometheus_url("http://prometheus:9090").value.value();
  Duration timeout{5s};  ///< of one query, above 0

  bool operator==(const PrometheusSettings&) const = default;
};

struct DockerSettings {
  /// Of host or DOCKER_HOST.
  Endpoint endpoint = parse_docker_host("unix:///var/run/docker.sock").value.value();
  Duration timeout{10s};  ///< of one request, above 0

  bool operator==(const DockerSettings&) const = default;
};

/// What holds for every service. The loader has copied it into each service's ControllerSettings
/// already.
struct CommonSettings {
  Duration interval{15s};         ///< one tick, at least 1 ms
  Duration cooldown{30s};         ///< of a service that does not set its own, >= 0
  bool dry_run = false;           ///< everything but the scale command
  std::uint64_t random_seed = 0;  ///< 0: the daemon draws one for each service

  bool operator==(const CommonSettings&) const = default;
};

enum class NameMatch {
  kExact,
  kPrefix,  ///< the name must be the beginning of exactly one service's name
};

enum class QueryScope {
  kReplica,  ///< the mean of a replica in percent of its limit, 0-100
  kService,  ///< the sum over the replicas, 100 = one replica's limit
};

/// A query for a usage in percent. $service and $window are still in the text.
struct UsageQuery {
  std::string query;
  QueryScope of = QueryScope::kReplica;

  bool operator==(const UsageQuery&) const = default;
};

/// PromQL with $service and $window still in it.
struct MetricsSettings {
  UsageQuery cpu;
  UsageQuery ram;
  std::optional<std::string> uptime;  ///< 0 or no value: not up, no decision
  std::optional<std::string>
      load;  ///< demand that is not cut off at saturation, such as requests per second
  std::optional<std::string> latency;   ///< seconds
  std::optional<std::string> targets;   ///< how many replicas report
  std::optional<std::string> replicas;  ///< how many run; only the history of it is asked for

  bool operator==(const MetricsSettings&) const = default;
};

struct ServiceSettings {
  std::string name;  ///< a possible name of a Swarm service, unique in the configuration
  NameMatch match = NameMatch::kExact;
  MetricsSettings metrics;
  ControllerSettings
      controller;  ///< complete: interval, cooldown, dry_run and random_seed are filled in

  bool operator==(const ServiceSettings&) const = default;
};

struct StateSettings {
  std::string path = "/var/lib/skep";  ///< a folder
  Duration interval{60s};              ///< between two saves, above 0

  bool operator==(const StateSettings&) const = default;
};

enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };
enum class LogFormat { kJson, kText };

struct LogSettings {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kJson;

  bool operator==(const LogSettings&) const = default;
};

struct HttpSettings {
  std::string listen = "127.0.0.1:9188";  ///< ADDRESS:PORT, empty: off
  std::string token;  ///< the content of token_file; empty: none. Never to be shown

  bool operator==(const HttpSettings&) const = default;
};

struct Settings {
  PrometheusSettings prometheus;
  DockerSettings docker;
  CommonSettings controller;
  std::vector<ServiceSettings> services;  ///< at least one
  StateSettings state;
  LogSettings log;
  HttpSettings http;

  bool operator==(const Settings&) const = default;
};

}  // namespace skep
