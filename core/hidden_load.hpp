// How far guesses of hidden loads are off. Nobody sees a load behind fully used CPU, so a forecast
// that takes its own guesses for what happened learns to go on guessing too little, or too much.
// When new replicas serve, the load can be seen again, and the guesses of the ticks just before are
// compared with it.
#pragma once

#include "core/demand.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace skep {

class HiddenLoadCorrection {
 public:
  /// A hidden load is at most so many times what is seen of it, or what all replicas can bear: a
  /// few of them see little of a peak.
  static constexpr double kMostHidden = 4;

  /// `bearable` (> 0): the load that all replicas can bear.
  explicit HiddenLoadCorrection(double bearable) : bearable_(bearable) {}
  /// The most that is behind `seen`.
  double most(double seen) const { return std::max(bearable_, kMostHidden * seen); }
  /// `guess` (> 0) of a load that is hidden, made better: within [seen, most(seen)].
  double correct(double guess, double seen);
  /// A load (>= 0) that can be seen. It says nothing of the hidden ones before it when it is less
  /// than what was seen of the last: then it has fallen in the meantime.
  void reveal(double load);
  /// What was guessed last does not belong to what comes next.
  void interrupt() { guesses_.clear(); }

  static constexpr std::size_t kSaved = 2;
  void save(std::vector<float>& values) const;
  /// Takes kSaved `values`.
  void restore(std::span<const float> values);

 private:
  struct Guess {
    double load;  ///< before it was corrected
    double seen;
  };
  double bearable_;
  std::vector<Guess> guesses_;  ///< since a load could last be seen, at most kMostGuesses
  double factor_ = 1;           ///< that corrects a guess
  double comparisons_ = 0;
};

}  // namespace skep
