// What was seen of one service at one tick.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace skep {

struct ReplicaCount {
  int desired = 0;
  int running = 0;

  bool operator==(const ReplicaCount&) const = default;
};

/// No percentage, rate, latency or count of a service is larger: it would be a wrong query.
constexpr double kLargestMetric = 1e12;

/// The measurements of a tick, each from 0 to kLargestMetric for a replica. CPU and RAM are the
/// mean of a running replica in percent of its limit, and the same summed over the replicas (100 =
/// one replica's limit); each pair says the same for `running` replicas.
struct Metrics {
  double cpu_percent = 0;
  double cpu_service_percent = 0;
  double ram_percent = 0;
  double ram_service_percent = 0;
  std::optional<double> demand;  ///< the `load` query, e.g. requests per second
  std::optional<double> latency_seconds;
  std::optional<double> targets;  ///< how many replicas report

  /// CPU used by the whole service in units of one replica's limit.
  double load() const { return cpu_service_percent / 100; }
};

/// One measured value to mean and sum. `of_service` tells which of both `percent` is; running < 1
/// counts as 1.
struct MeanAndSum {
  double mean = 0;
  double sum = 0;
};
inline MeanAndSum mean_and_sum(double percent, bool of_service, int running) {
  const double n = running < 1 ? 1 : running;
  return of_service ? MeanAndSum{percent / n, percent} : MeanAndSum{percent, percent * n};
}

struct Observation {
  ReplicaCount replicas;
  Metrics metrics;
};

enum class ServiceMode { kReplicated, kGlobal, kReplicatedJob, kGlobalJob, kUnknown };

/// UpdateStatus.State of the Docker API; kNone when there is none, kUnknown for a word skep does
/// not know.
enum class UpdateState {
  kNone,
  kUpdating,
  kPaused,
  kCompleted,
  kRollbackStarted,
  kRollbackPaused,
  kRollbackCompleted,
  kUnknown,
};

/// A service as Docker describes it.
struct ServiceStatus {
  ServiceMode mode = ServiceMode::kReplicated;
  ReplicaCount replicas;
  UpdateState update = UpdateState::kNone;
  std::uint64_t spec_fingerprint =
      0;                        ///< changes when anything of the spec but the replica count changes
  int unplaced_tasks = 0;       ///< tasks that find no node
  std::string unplaced_detail;  ///< what the scheduler says of them
};

/// Why there is no status or no metrics.
enum class ProblemKind { kDockerUnreachable, kNotManager, kServiceMissing, kMetricsMissing };
struct TickProblem {
  ProblemKind kind = ProblemKind::kMetricsMissing;
  std::string message;  ///< one sentence, with what to do
};

/// All that a tick brings. `service` without `metrics` (or neither) comes with a problem that says
/// why.
struct TickInput {
  std::optional<ServiceStatus> service;
  std::optional<Metrics> metrics;
  std::optional<TickProblem> problem;
};

}  // namespace skep
