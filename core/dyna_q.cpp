#include "core/dyna_q.hpp"

#include <cmath>

namespace skep {
namespace {

constexpr std::size_t kFields = 6;  // of a saved outcome: state, action, next, ticks, reward, count

}  // namespace

DynaModel::Pair& DynaModel::pair(std::size_t state, std::size_t action) {
  constexpr unsigned kActionBits = 16;  // at most 2,001 changes
  const std::uint64_t key = (static_cast<std::uint64_t>(state) << kActionBits) | action;
  const auto [found, is_new] = index_.try_emplace(key, pairs_.size());
  if (is_new) {
    pairs_.push_back({state, action, 0, {}});
  }
  return pairs_[found->second];
}

void DynaModel::add(Pair& pair, const Outcome& outcome, double count) {
  pair.count += count;
  for (Seen& seen : pair.seen) {
    if (seen.outcome.next == outcome.next && seen.outcome.ticks == outcome.ticks) {
      seen.count += count;
      seen.outcome.reward += count / seen.count * (outcome.reward - seen.outcome.reward);
      return;
    }
  }
  pair.seen.push_back({outcome, count});
}

void DynaModel::remember(std::size_t state, std::size_t action, const Outcome& outcome) {
  add(pair(state, action), outcome, 1);
}

void DynaModel::plan(QTable& table, int steps, const LearningRateSettings& alpha,
                     const ValueOf& value, Random& random) const {
  for (int step = 0; step < steps && !pairs_.empty(); ++step) {
    const Pair& pair = pairs_[random.below(pairs_.size())];
    double rest = random.uniform() * pair.count;
    std::size_t drawn = 0;
    while (drawn + 1 < pair.seen.size() && rest >= pair.seen[drawn].count) {
      rest -= pair.seen[drawn].count;
      ++drawn;
    }
    const Outcome& outcome = pair.seen[drawn].outcome;
    const double target = outcome.reward + std::pow(gamma_, outcome.ticks) * value(outcome.next);
    const double visits = table.at(pair.state, pair.action).visits;
    table.update(pair.state, pair.action, target, learning_rate(alpha, visits));
  }
}

std::vector<float> DynaModel::saved() const {
  std::vector<float> numbers;
  for (const Pair& pair : pairs_) {
    for (const Seen& seen : pair.seen) {
      const Outcome& outcome = seen.outcome;
      numbers.insert(numbers.end(),
                     {static_cast<float>(pair.state), static_cast<float>(pair.action),
                      static_cast<float>(outcome.next), static_cast<float>(outcome.ticks),
                      static_cast<float>(outcome.reward), static_cast<float>(seen.count)});
    }
  }
  return numbers;
}

bool DynaModel::restore(const std::vector<float>& saved, const QTable& table) {
  const auto below = [](float number, std::size_t end) {
    return number >= 0 && number < static_cast<float>(end);
  };
  constexpr std::size_t kMostTicks = 1'000'000;
  if (saved.size() % kFields != 0) {
    return false;
  }
  for (auto at = saved.begin(); at != saved.end(); at += kFields) {
    const bool good = below(at[0], table.states()) && below(at[1], table.actions()) &&
                      below(at[2], table.states()) && at[3] >= 1 && below(at[3], kMostTicks) &&
                      std::isfinite(at[4]) && at[5] > 0 && std::isfinite(at[5]);
    if (!good) {
      return false;
    }
  }
  pairs_.clear();
  index_.clear();
  for (auto at = saved.begin(); at != saved.end(); at += kFields) {
    Outcome outcome;
    outcome.next = static_cast<std::size_t>(at[2]);
    outcome.ticks = static_cast<int>(at[3]);
    outcome.reward = at[4];
    add(pair(static_cast<std::size_t>(at[0]), static_cast<std::size_t>(at[1])), outcome, at[5]);
  }
  return true;
}

}  // namespace skep
