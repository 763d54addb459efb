// The model and the planning of Dyna-Q (Sutton & Barto 2018, section 8.2): what followed an action
// in a state is remembered, and after each real update some remembered ones are learned again.
// Transitions may have several outcomes; one is drawn as often as it was seen.
#pragma once

#include "core/q_table.hpp"
#include "core/random.hpp"
#include "core/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

namespace skep {

class DynaModel {
 public:
  struct Outcome {
    std::size_t next = 0;  ///< state at the end of the transition
    int ticks = 1;         ///< that it lasted, at least 1
    double reward = 0;     ///< discounted sum over its ticks
  };
  /// The value of going on from a state.
  using ValueOf = std::function<double(std::size_t state)>;

  /// `gamma` is the discount per tick, in [0, 1].
  explicit DynaModel(double gamma) : gamma_(gamma) {}

  void remember(std::size_t state, std::size_t action, const Outcome& outcome);
  /// Learns `steps` remembered transitions again, drawn evenly from the pairs of state and action
  /// that were seen.
  void plan(QTable& table, int steps, const LearningRateSettings& alpha, const ValueOf& value,
            Random& random) const;

  /// What is remembered, as numbers to be saved; restore() returns false and changes nothing when
  /// they cannot belong to a table of this size.
  std::vector<float> saved() const;
  bool restore(const std::vector<float>& saved, const QTable& table);

 private:
  /// An outcome with the mean of its rewards and how often it was seen.
  struct Seen {
    Outcome outcome;
    double count = 0;
  };
  struct Pair {
    std::size_t state = 0;
    std::size_t action = 0;
    double count = 0;
    std::vector<Seen> seen;
  };

  Pair& pair(std::size_t state, std::size_t action);
  void add(Pair& pair, const Outcome& outcome, double count);

  double gamma_;
  std::vector<Pair> pairs_;
  std::unordered_map<std::uint64_t, std::size_t> index_;  ///< into pairs_
};

}  // namespace skep
