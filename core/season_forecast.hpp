// What the load will be some ticks on, by what it did after the same time of the last seasons. How
// much of that comes again, and how fast the load goes back to the level that it had then, is
// learned for some of the leads by ridge regression (Hoerl and Kennard 1970) while old ticks fade,
// and taken to lie between these for the others.
#pragma once

#include "core/season.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace skep {

class SeasonForecast {
 public:
  /// Lead 1 is `horizon` (>= 1) ticks ahead. No lead above `longest` (>= 1) is forecast.
  SeasonForecast(int horizon, std::size_t longest);

  /// The log load of the next tick.
  void see(double log_load);
  /// See Season.
  void skip(std::size_t ticks) { season_.skip(ticks); }

  /// In ticks; 0 while none is known, and then at must not be called.
  std::size_t period() const { return season_.period(); }
  struct Expected {
    double log_load;
    double error;  ///< mean of the absolute ones, in log load
  };
  std::size_t longest_lead() const { return leads_.back(); }
  /// For a lead in [1, longest_lead()].
  Expected at(std::size_t lead) const;

  void save(std::vector<float>& values) const;
  /// Takes as many values as save gave; false when there are less, or they are none of save's. What
  /// was learned for other leads than these is left out.
  bool restore(std::span<const float>& values);

 private:
  /// What the load did after a tick, in the mean of the last seasons,
  struct Before {
    double change;  ///< of the log load, over the lead
    double level;   ///< and how far above that of the tick it began
  };
  struct Learned {
    // Faded sums of products:
    double change_change = 0;
    double change_level = 0;
    double level_level = 0;
    double change_result = 0;
    double level_result = 0;
    // The change that comes is so much of the one before, and so much of the level:
    double of_change = 1;
    double of_level = 0;
    double error = 0.1;

    /// The normal equations, drawn towards weights of 1 and 0 (ridge regression).
    void solve();
    /// The sums and the error.
    void restore(std::span<const float> values);
  };

  std::size_t ticks_ahead(std::size_t lead) const { return horizon_ - 1 + lead; }
  /// Of the tick that was `ago` ticks ago, `ahead` ticks on from there.
  Before before(std::size_t ago, std::size_t ahead) const;
  void learn(Learned& learned, std::size_t ahead);

  std::size_t horizon_;
  Season season_;
  std::vector<std::size_t> leads_;  ///< that are learned, rising from 1
  std::vector<Learned> learned_;    ///< of these
};

}  // namespace skep
