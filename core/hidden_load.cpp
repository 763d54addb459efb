#include "core/hidden_load.hpp"

#include <algorithm>

namespace skep {
namespace {

constexpr std::size_t kMostGuesses = 60;
constexpr double kRate = 0.3;  // of a comparison, when there were many
constexpr double kMostFactor = 2.7;

}  // namespace

double HiddenLoadCorrection::correct(double guess, double seen) {
  if (guesses_.size() < kMostGuesses) {
    guesses_.push_back({guess, seen});
  }
  return std::clamp(guess * factor_, seen, most(seen));
}

void HiddenLoadCorrection::reveal(double load) {
  if (!guesses_.empty() && load >= guesses_.back().seen) {
    double sum = 0;
    for (const Guess& guess : guesses_) {
      sum += std::max(load, guess.seen) / guess.load;
    }
    // Violations cost in proportion to the load, so it is the mean that has to be right.
    const double mean = sum / static_cast<double>(guesses_.size());
    comparisons_ += 1;
    const double rate = std::max(kRate, 1 / (comparisons_ + 1));
    factor_ += rate * (std::clamp(mean, 1 / kMostFactor, kMostFactor) - factor_);
  }
  guesses_.clear();
}

void HiddenLoadCorrection::save(std::vector<float>& values) const {
  values.push_back(static_cast<float>(factor_));
  values.push_back(static_cast<float>(comparisons_));
}

void HiddenLoadCorrection::restore(std::span<const float> values) {
  interrupt();
  factor_ = std::clamp(static_cast<double>(values[0]), 1 / kMostFactor, kMostFactor);
  comparisons_ = std::max(0.0, static_cast<double>(values[1]));
}

}  // namespace skep
