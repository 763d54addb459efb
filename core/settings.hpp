// What can be configured of one service's controller. Plain values; config/ reads and validates
// them, so the core may rely on the ranges given here. Defaults are those of config/skep.yaml.
#pragma once

#include "core/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace skep {

using namespace std::chrono_literals;

/// Bounds of the replica count. 1 <= min <= max <= 1000; 1 <= max_step <= max.
struct ReplicaSettings {
  int min = 1;
  int max = 10;
  int max_step = 1;  ///< the largest change of one scale command

  bool operator==(const ReplicaSettings&) const = default;
};

enum class ActionKind { kScaleIn = -1, kHold = 0, kScaleOut = 1 };

/// What a state is made of. CPU and RAM are what the limits or thresholds judge (see AutoscaleEnv).
enum class Feature { kReplicas, kLoad, kCpu, kRam };

struct BinSettings {
  int cpu = 10;  ///< bins of equal width over 0-100%, 1 to 1000
  int ram = 5;   ///< bins of equal width over 0-100%, 1 to 1000
  double load_ratio =
      1.07;  ///< one load bin is this much larger than the one before, above 1 and at most 10

  bool operator==(const BinSettings&) const = default;
};

enum class RewardType {
  kSlo,         ///< a cost with three weights; both too few and too many replicas cost something
  kThresholds,  ///< the seed's rule: thresholds that grow with the replicas, rewards from -15 to
                ///< +20
};

/// Weights of the slo cost, each >= 0 and not all 0.
struct RewardWeights {
  double performance = 0.90;  ///< an objective is violated
  double resources = 0.09;    ///< replicas / max
  double adaptation = 0.01;   ///< the replica count was changed

  bool operator==(const RewardWeights&) const = default;
};

/// Intervals that `startup` and `lag` may last: learners step through each of these ticks.
constexpr int kMostDelayTicks = 1000;

/// Objectives of the slo reward, and the CPU limit of the guard.
struct Limits {
  double cpu_percent = 80;  ///< above 0, at most 100, mean of a replica
  double ram_percent = 90;  ///< above 0, at most 100, mean of a replica
  Duration latency{0};      ///< 0: not used

  bool operator==(const Limits&) const = default;
};

/// Whether `value` (>= 0) is over its `limit`; by less than rounding it is not: a load of 12.8 on
/// 16 replicas is 80% of them, however that was computed.
inline bool over(double value, double limit) { return value > limit * (1 + 1e-9); }
inline bool over(float value, float limit) { return value > limit * (1 + 1e-6F); }

/// The seed's thresholds in percent of the whole service: base + per_replica (n - 1) up to n =
/// last, then beyond. The defaults are its newer version; the older one is 20, 20, 10, 6, 90 and
/// 10, 20 for an unknown count.
struct ThresholdSettings {
  double cpu_base = 1;
  double ram_base = 10;
  double per_replica = 8;
  int last = 10;
  double beyond = 100;
  double cpu_unknown = 0;   ///< CPU threshold while the replica count is unknown
  double ram_unknown = 10;  ///< RAM threshold while the replica count is unknown

  bool operator==(const ThresholdSettings&) const = default;
};

struct RewardSettings {
  RewardType type = RewardType::kSlo;
  RewardWeights weights;
  Limits limits;
  bool graded = true;  ///< slo: a violation counts value / limit, or else 1, however large
  ThresholdSettings thresholds;

  bool operator==(const RewardSettings&) const = default;
};

struct EpisodeSettings {
  Duration duration{0};  ///< 0: one endless episode
  bool reset = false;    ///< go back to one replica (or min) when an episode ends

  bool operator==(const EpisodeSettings&) const = default;
};

struct EnvironmentSettings {
  std::vector<ActionKind> actions{ActionKind::kScaleIn, ActionKind::kHold, ActionKind::kScaleOut};
  std::vector<Feature> state{Feature::kReplicas, Feature::kLoad, Feature::kRam};
  BinSettings bins;
  RewardSettings reward;
  EpisodeSettings episode;
  Duration startup{0};  ///< until a new replica serves, >= 0
  Duration lag{0};      ///< how old the metrics are when they are read, >= 0

  bool operator==(const EnvironmentSettings&) const = default;
};

struct GuardSettings {
  double panic_cpu_percent =
      95;  ///< at or above it, up to doubling is allowed and a scale-out is forced; 0: off
  double ram_limit_percent =
      0;  ///< at or above it, scale-in is forbidden and a scale-out forced; 0: off
  Duration scale_in_stabilization{
      0};  ///< scale in only to the largest count wished for in this window
  bool act_only_over_threshold =
      false;  ///< the seed: no action while CPU and RAM are within their limits
  bool scale_in_over_limit = false;  ///< scale in even while CPU is over its limit

  bool operator==(const GuardSettings&) const = default;
};

enum class PolicyType {
  kQLearning,
  kMixture,
  kDynaQ,
  kModelBased,
  kTargetTracking,
  kThresholds,
  kStatic,
};

/// What a Q-table learns from.
enum class Updates {
  kFactual,         ///< what was really done
  kCounterfactual,  ///< each observed step of the load, for every replica count and every change
};

/// alpha = max(min, start / (1 + visits)^visits_power). A constant rate has visits_power 0 and min
/// = start.
struct LearningRateSettings {
  double start = 0.1;         ///< in (0, 1]
  double min = 0.01;          ///< in (0, start]
  double visits_power = 0.7;  ///< in [0, 1]

  bool operator==(const LearningRateSettings&) const = default;
};

/// epsilon starts at start and is multiplied by decay at each choice, down to end. All in [0, 1],
/// end <= start.
struct ExplorationSettings {
  double start = 0;
  double end = 0;
  double decay = 1;

  bool operator==(const ExplorationSettings&) const = default;
};

enum class PriorType { kZero, kTargetTracking };

struct PriorSettings {
  PriorType type = PriorType::kTargetTracking;
  double visits = 10;  ///< the prior counts like this many visits, >= 0

  bool operator==(const PriorSettings&) const = default;
};

enum class RateType { kReplicas, kPercentage };

/// At most `value` replicas, or percent of those at the beginning of the period, within a period.
struct RatePolicy {
  RateType type = RateType::kReplicas;
  int value = 1;         ///< 1 to 1,000,000
  Duration period{15s};  ///< above 0

  bool operator==(const RatePolicy&) const = default;
};

/// Which of several rate policies holds.
enum class SelectPolicy {
  kMax,       ///< the one that allows the largest change
  kMin,       ///< the one that allows the smallest change
  kDisabled,  ///< none: no change in this direction
};

/// How fast target tracking may move in one direction.
struct ScalingRules {
  std::vector<RatePolicy> policies;  ///< at least one
  SelectPolicy select = SelectPolicy::kMax;

  bool operator==(const ScalingRules&) const = default;
};

/// Target tracking: the formula of the Kubernetes HPA, as a policy and as the prior.
struct TargetSettings {
  double cpu_percent = 60;  ///< above 0, at most 100, mean of a replica
  double tolerance = 0.1;   ///< no change while |cpu / target - 1| is within it; in [0, 1)
  Duration scale_out_stabilization{0};
  Duration scale_in_stabilization{300s};
  ScalingRules scale_out{{{RateType::kPercentage, 100, 15s}, {RateType::kReplicas, 4, 15s}}};
  ScalingRules scale_in{{{RateType::kPercentage, 100, 15s}}};

  bool operator==(const TargetSettings&) const = default;
};

struct AgentSettings {
  PolicyType policy = PolicyType::kMixture;
  Updates updates = Updates::kCounterfactual;
  LearningRateSettings alpha;
  double gamma = 0.99;  ///< discount per tick, in [0, 1)
  ExplorationSettings epsilon;
  int planning_steps = 25;  ///< of dyna_q, at each update of the table; 0 to 10,000
  PriorSettings prior;
  TargetSettings target;
  bool shadow = false;  ///< target tracking acts; the policy learns and says what it would do

  bool operator==(const AgentSettings&) const = default;
};

/// Everything that the controller of one service needs.
struct ControllerSettings {
  Duration interval{15s};  ///< one tick, at least 1 ms
  Duration cooldown{30s};  ///< after every scale command, >= 0
  bool dry_run = false;
  std::uint64_t random_seed =
      1;  ///< what makes a run repeatable; the daemon draws one when it is configured as 0
  ReplicaSettings replicas;
  EnvironmentSettings environment;
  GuardSettings guard;
  AgentSettings agent;

  bool operator==(const ControllerSettings&) const = default;
};

}  // namespace skep
