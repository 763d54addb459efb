#include "core/q_table.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace skep {

double learning_rate(const LearningRateSettings& settings, double visits) {
  return std::max(settings.min, settings.start * std::pow(1 + visits, -settings.visits_power));
}

double QTable::update(std::size_t state, std::size_t action, double target, double alpha) {
  Cell& cell = at(state, action);
  const double before = cell.value;
  cell.value += alpha * (target - cell.value);
  cell.visits += 1;
  return cell.value - before;
}

std::size_t QTable::best(std::size_t state, const std::vector<bool>& allowed,
                         const std::vector<std::size_t>& preference) const {
  std::size_t best = actions_;
  for (const std::size_t action : preference) {
    if (allowed[action] && (best == actions_ || at(state, action).value > at(state, best).value)) {
      best = action;
    }
  }
  assert(best < actions_);
  return best;
}

double QTable::max(std::size_t state, const std::vector<bool>& allowed) const {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t action = 0; action < actions_; ++action) {
    if (allowed[action]) {
      largest = std::max(largest, at(state, action).value);
    }
  }
  return largest;
}

}  // namespace skep
