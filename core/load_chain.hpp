// A learned Markov chain of a service's load. The load is not caused by the agent, so every
// observed step of it teaches, whatever the replicas were.
//
// A state is a bin of the load (bins of equal ratio, 5% wide) and how far the load is below the
// largest of the last ticks. What is learned for a state is the distribution of the increment of
// log load, and of the feature that comes with it. A step is counted in the states near its own as
// well, with a weight that falls with the distance: it is that which teaches rare states.
#pragma once

#include "core/load_bins.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace skep {

class LoadChain {
 public:
  static constexpr double kSmallestLoad = 0.03;           ///< loads below it count as this
  static constexpr double kBinWidth = 0.05;               ///< of log load
  static constexpr std::size_t kFeatures = kDropClasses;  ///< the classes of drop_class
  /// Increments of log load are counted in bins with these middles: fine where they are small.
  static constexpr std::array<double, 33> kIncrements{
      -4.5,   -3,    -2.1,   -1.5,  -1.0,  -0.7, -0.45, -0.3, -0.2,  -0.15, -0.1,
      -0.075, -0.05, -0.035, -0.02, -0.01, 0,    0.01,  0.02, 0.035, 0.05,  0.075,
      0.1,    0.15,  0.2,    0.3,   0.45,  0.7,  1.0,   1.5,  2.1,   3,     4.5};

  struct Settings {
    int lag = 0;          ///< ticks that an observation is old, 0 to 100
    double pooled = 1.5;  ///< all states together count at most so much in each, >= 0
    double prior = 3;     ///< so much counts a step of either sign, mostly small, >= 0
  };
  /// The probability of each increment and next feature.
  using Steps = std::array<std::array<float, kFeatures>, kIncrements.size()>;
  /// The probability of each increment until what is decided now can be seen: lag + 1 ticks.
  using Ahead = std::array<float, kIncrements.size()>;

  /// For loads up to `largest` (> 0).
  LoadChain(double largest, const Settings& settings);

  std::size_t bins() const { return bins_; }
  std::size_t states() const { return bins_ * kFeatures; }
  std::size_t state(std::size_t bin, std::size_t feature) const {
    return bin * kFeatures + feature;
  }
  /// Where a load lies among the bins, from 0 to bins - 1: a whole number in the middle of a bin.
  double position(double load) const;
  std::size_t bin(double load) const { return static_cast<std::size_t>(position(load) + 0.5); }
  /// In the middle of a bin.
  static double load(std::size_t bin);

  /// From `state` the log of the load changed by `increment` in one tick, to a state with that
  /// feature.
  void learn_step(std::size_t state, double increment, std::size_t next_feature);
  /// ... and by `increment` in lag + 1 ticks.
  void learn_ahead(std::size_t state, double increment);

  /// Each sums to 1.
  Steps steps(std::size_t state) const;
  Ahead ahead(std::size_t state) const;
  /// How many steps from there or near there were seen, by weight.
  double visits(std::size_t state) const;

  /// What was learned: pairs of a position and a count. restore() of what cannot have been saved
  /// returns false and changes nothing.
  std::vector<float> saved() const;
  bool restore(const std::vector<float>& saved);

 private:
  template <class Add>
  void for_neighbours(std::size_t state, Add add) const;
  /// Every count, in the order in which they are saved.
  template <class Self, class Visit>
  static void each_count(Self& self, Visit visit);

  Settings settings_;
  std::size_t bins_;
  std::vector<Steps> counts_;              ///< of a state
  std::vector<Ahead> ahead_counts_;        ///< of a state
  std::array<Steps, kFeatures> pooled_{};  ///< over all bins
  std::array<Ahead, kFeatures> pooled_ahead_{};
  std::array<Steps, kFeatures> prior_{};
  Ahead prior_ahead_{};
};

}  // namespace skep
