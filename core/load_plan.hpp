// What having so many replicas is worth in each state of a LoadChain: value iteration (Sutton &
// Barto 2018, section 4.4) over after-states. The load does not depend on the replicas, so the
// value of a change is its price and the value of what it leads to.
//
// A change is followed by a cooldown in which nothing can be changed, and what it adds serves only
// after the start-up. All values are costs: the smaller the better.
#pragma once

#include "core/load_chain.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace skep {

class LoadPlan {
 public:
  struct Settings {
    int min = 1;  ///< replicas, 1 <= min <= max
    int max = 10;
    int max_step = 1;
    double gamma = 0.99;     ///< per tick, in [0, 1)
    double price = 0.01;     ///< of a change, >= 0
    int cooldown_ticks = 1;  ///< from a change to the next one, at least 1
    int startup_ticks = 0;   ///< until what was added serves, beyond the next one
  };
  /// The cost of one tick with a load (units of one replica) and so many replicas.
  using Cost = std::function<double(double load, int replicas)>;

  /// `chain` must outlive it. Starts as if each load rose by 10% and then stayed.
  LoadPlan(const LoadChain& chain, const Settings& settings, Cost cost);

  /// Value iteration in one state.
  void back_up(std::size_t state);
  /// The value of going from `replicas` to `next`, with this load and feature exactly.
  double value(double load, std::size_t feature, int replicas, int next) const;
  /// Of having `replicas` in a state, with free hands.
  double value(std::size_t state, int replicas) const { return free_[cell(state, replicas)]; }

  std::vector<float> saved() const;
  bool restore(const std::vector<float>& saved);

 private:
  using Table = std::vector<float>;

  std::size_t width() const { return static_cast<std::size_t>(settings_.max - settings_.min + 1); }
  std::size_t cell(std::size_t state, int replicas) const {
    return state * width() + static_cast<std::size_t>(replicas - settings_.min);
  }
  void assume_it_stays(std::size_t bin);
  /// Calls `row(state, probability)` for the states that the steps lead to from a position among
  /// the bins, between two bins for both of them by their nearness.
  template <class Row>
  void for_next(const LoadChain::Steps& steps, double position, Row row) const;
  void choose(std::size_t state);
  /// What it costs that added replicas serve only after the start-up: the costs are those of the
  /// next tick with `replicas` and with `next`.
  double startup_penalty(double cost, double next_cost, int replicas, int next) const;

  const LoadChain& chain_;
  Settings settings_;
  Cost cost_;
  Table costs_;              ///< of a tick, by a fine grid of loads and replicas
  std::vector<float> idle_;  ///< cost of a tick without load, by replicas
  Table expected_;           ///< cost of the next tick, by state and replicas
  /// bound_[j]: the value of having so many with j + 1 ticks to go until the next change is
  /// possible.
  std::vector<Table> bound_;
  Table free_;  ///< now, with the best change
  std::vector<float> scratch_;
  double startup_factor_ = 0;
};

}  // namespace skep
