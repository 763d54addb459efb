// What the load may be when a decision of now takes effect: a probability distribution, learned
// online from every observed step.
//
// It is a mixture of components. Each looks at the step from a location (the load of now, a linear
// prediction, the level of a smoothing, what the last seasons say) in units of a scale (a moving
// average), and keeps a histogram of such steps, so that it can take any shape; three more keep
// histograms of the load itself. The shares of the components follow the responsibilities (online
// expectation maximisation: Cappe and Moulines 2009), and so does what each component learns from a
// step.
#pragma once

#include "core/demand.hpp"
#include "core/expected_violations.hpp"
#include "core/fading_histogram.hpp"
#include "core/hidden_load.hpp"
#include "core/jump_chance.hpp"
#include "core/linear_prediction.hpp"
#include "core/repeat_chance.hpp"
#include "core/season_forecast.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <span>
#include <vector>

namespace skep {

class LoadForecast {
 public:
  /// Forecasts `horizon` (>= 1) ticks ahead. See ExpectedViolations and SeasonForecast for the
  /// others.
  LoadForecast(int horizon, int max_replicas, double utilization_limit, bool graded,
               std::size_t season_leads = 1);

  /// The load of the next tick. Returns it; of a hidden one, the mean of what the forecast for this
  /// tick held possible above what is seen, corrected by how far such guesses were off.
  double see(const SeenLoad& seen);
  /// The tick after this does not follow on the last one: `unseen` ticks lie between.
  void interrupt(std::size_t unseen);

  /// What each count of replicas would violate at the horizon.
  const ExpectedViolations& expected() const { return expected_; }
  /// The chance that the load is exactly the same at the next tick.
  double repeats() const { return repeats_.get(); }
  /// Lead 1 is the horizon.
  const SeasonForecast& season() const { return season_; }

  /// What was learned, and what is remembered for seasons; not the loads of the moment.
  void save(std::vector<float>& values) const;
  /// Takes as many values as save gave; false when there are less, or they are none.
  bool restore(std::span<const float>& values);

 private:
  static constexpr std::size_t kBins = FadingHistogram::kBins;  ///< the middle one is a step of 0
  static constexpr std::size_t kSmoothings = 2;
  static constexpr std::size_t kSeason = 2 + kSmoothings;  ///< location
  static constexpr std::size_t kLocations = kSeason + 1;
  static constexpr std::size_t kComponents = 18;

  enum class Kind { kRatio, kDifference, kLevel };
  struct Component {
    Kind kind;
    std::size_t location;
    double memory;  ///< of the scale, or of the level histogram
    double share;
    double scale;
    FadingHistogram histogram;
  };
  /// What was believed when a load was seen, to be compared with what came.
  struct Belief {
    double load;
    double log_load;
    std::array<double, kLocations> location;
    bool season;  ///< there was one; without, its components do not take part
    LinearPrediction::Lags lags;
    std::array<double, kComponents> per_width;  ///< 1 / the width of a bin of steps
  };
  struct Smoothing {
    double level_gain;
    double trend_gain;
    double level = 0;
    double trend = 0;
  };

  void add_component(Kind kind, std::size_t location, double memory, int kernel, double share);
  /// Of a load that was seen to be at least `seen`: the mean of what the forecast for this tick
  /// held possible, or where there is none, of the loads of all ticks.
  double guess_above(double seen) const;
  static bool takes_part(const Component& component, const Belief& then) {
    return component.location != kSeason || then.season;
  }
  /// The share of the components that take part: what they say counts per this.
  double share_of_parts(const Belief& then) const;
  bool foreseen() const { return open_.size() >= static_cast<std::size_t>(horizon_); }
  double load_of(const SeenLoad& seen);
  double step_of(const Component& component, const Belief& then, double load,
                 double log_load) const;
  void learn(const Belief& then, double load, double log_load);
  void learn_prediction(const Belief& then, double log_load);
  Belief believe(double load, double log_load);
  void tabulate(const Belief& now);

  int horizon_;
  double lowest_level_;  ///< log load in the middle of the first bin of a level histogram
  std::vector<Component> components_;
  std::array<Smoothing, kSmoothings> smoothings_{{{0.2, 0.02}, {0.08, 0.005}}};
  LinearPrediction prediction_;
  SeasonForecast season_;
  HiddenLoadCorrection hidden_;
  RepeatChance repeats_;
  JumpChance jumps_;
  std::deque<Belief> open_;  ///< the last `horizon` of them, the oldest first
  double steps_ = 0;
  ExpectedViolations expected_;
};

}  // namespace skep
