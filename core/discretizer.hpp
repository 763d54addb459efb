// From an observation to the number of a state.
#pragma once

#include "core/decision.hpp"
#include "core/settings.hpp"

#include <cstddef>
#include <vector>

namespace skep {

/// The values that a state is made of, in the units that the environment judges.
struct StateInput {
  int replicas = 0;
  double load = 0;  ///< units of one replica's limit, >= 0
  double cpu_percent = 0;
  double ram_percent = 0;
};

/// The observation space. Replicas are clamped to min..max; load bins are spaced by ratio from
/// kSmallestLoad up to max replicas at 100%; CPU and RAM bins have equal width over 0-100% and the
/// last one takes all above.
class Discretizer {
 public:
  /// Load below this is as good as none: 3% of one replica.
  static constexpr double kSmallestLoad = 0.03;

  Discretizer(const std::vector<Feature>& features, const BinSettings& bins,
              const ReplicaSettings& replicas);

  std::size_t size() const { return size_; }  ///< the number of states, >= 1
  std::size_t id(const StateInput& input) const;
  std::vector<NamedBin> bins(const StateInput& input) const;
  /// A value from the middle of each bin of state `id`; a feature that the state lacks keeps the
  /// value it has in `fallback`.
  StateInput representative(std::size_t id, StateInput fallback) const;
  bool has(Feature feature) const;

 private:
  struct Axis {
    Feature feature;
    int count;  ///< bins
  };
  int bin(const Axis& axis, const StateInput& input) const;

  std::vector<Axis> axes_;
  ReplicaSettings replicas_;
  double log_ratio_;
  std::size_t size_ = 1;
};

}  // namespace skep
