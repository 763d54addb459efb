// The Q-table, its update and the choice from it: tabular Q-learning (Watkins 1989; Sutton & Barto
// 2018, section 6.5).
#pragma once

#include "core/random.hpp"
#include "core/settings.hpp"

#include <cstddef>
#include <vector>

namespace skep {

/// The step size after `visits` updates (and the weight of the prior, which counts like visits), in
/// (0, 1].
double learning_rate(const LearningRateSettings& settings, double visits);

class QTable {
 public:
  struct Cell {
    double value = 0;
    double visits = 0;

    bool operator==(const Cell&) const = default;
  };

  /// Both counts >= 1; all values and visits 0.
  QTable(std::size_t states, std::size_t actions) : actions_(actions), cells_(states * actions) {}

  std::size_t states() const { return cells_.size() / actions_; }
  std::size_t actions() const { return actions_; }
  Cell& at(std::size_t state, std::size_t action) { return cells_[state * actions_ + action]; }
  const Cell& at(std::size_t state, std::size_t action) const {
    return cells_[state * actions_ + action];
  }

  /// Moves a value by alpha of its distance from `target` and counts the visit. Returns the change.
  double update(std::size_t state, std::size_t action, double target, double alpha);

  /// The allowed action with the largest value; of equal ones the first in `preference`, a
  /// permutation of the actions. At least one must be allowed.
  std::size_t best(std::size_t state, const std::vector<bool>& allowed,
                   const std::vector<std::size_t>& preference) const;
  /// The largest value over the allowed actions, of which there is at least one.
  double max(std::size_t state, const std::vector<bool>& allowed) const;

 private:
  std::size_t actions_;
  std::vector<Cell> cells_;
};

/// The target of a transition of k ticks with rewards r_1..r_k: r_1 + gamma r_2 + ... + gamma^(k-1)
/// r_k, to which gamma^k times the value of where it ended is added.
class DiscountedReturn {
 public:
  explicit DiscountedReturn(double gamma) : gamma_(gamma) {}
  void add(double reward) {
    sum_ += factor_ * reward;
    factor_ *= gamma_;
    ++ticks_;
  }
  double target(double value_at_end) const { return sum_ + factor_ * value_at_end; }
  int ticks() const { return ticks_; }

 private:
  double gamma_;
  double sum_ = 0;
  double factor_ = 1;
  int ticks_ = 0;
};

/// Exploration that fades: epsilon times `decay` at each choice, down to `end`.
class EpsilonSchedule {
 public:
  explicit EpsilonSchedule(const ExplorationSettings& settings)
      : settings_(settings), epsilon_(settings.start) {}
  double epsilon() const { return epsilon_; }
  void restore(double epsilon) { epsilon_ = epsilon; }
  /// True when this choice is to explore; decays afterwards.
  bool explore(Random& random) {
    const bool exploring = epsilon_ > 0 && random.uniform() < epsilon_;
    const double decayed = epsilon_ * settings_.decay;
    epsilon_ = decayed > settings_.end ? decayed : settings_.end;
    return exploring;
  }

 private:
  ExplorationSettings settings_;
  double epsilon_;
};

}  // namespace skep
