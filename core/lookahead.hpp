// Q-learning that looks one step ahead: the cost of the next tick comes from the load forecast, at
// the exact load of now, and only what follows after it is a table: U(load, class)[n], the costs to
// come of having n replicas before the next change. Q(load, n -> m) = price of the change +
// expected cost of m + discount * U(load, class)[m].
//
// A change with a cooldown costs more than its price: while it lasts, the next change has to wait.
// How much more is a table too, taught by the same steps; how long the cooldown still lasts is not
// part of its state, so that one of c ticks is taken to end with a chance of 1/c at each.
//
// Each step of the load teaches U for every n, in all rows near it.
#pragma once

#include "core/agent.hpp"
#include "core/imagined_service.hpp"
#include "core/load_bins.hpp"
#include "core/load_forecast.hpp"
#include "core/value_rows.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace skep {

class Lookahead {
 public:
  struct Settings {
    std::size_t window = 10;  ///< ticks that the class of a load looks back, 1 to 64
    double discount = 0.99;   ///< per tick
    double least_rate = 0.4;  ///< of learning. The forecast is an average already, so it is large
  };

  /// One table for each of `tables`, of which there is at least one.
  Lookahead(const ImaginedService& service, const std::vector<Settings>& tables);

  /// The load of the next tick, which `forecast` has seen.
  void see(double load, const LoadForecast& forecast);
  void interrupt();
  std::size_t tables() const { return tables_.size(); }
  /// The count that a table wants next, with `replicas` there now.
  int want(std::size_t table, int replicas) const;
  /// The costs to come by a table of going from `replicas` to 1 to max of them, the change
  /// included.
  std::vector<double> costs(std::size_t table, int replicas) const;
  /// The count that a table would want with `replicas`, had the load been `load` for a while.
  int want_at(std::size_t table, double load, int replicas, const LoadForecast& forecast) const;

  /// What the last see taught the first table of having `replicas` at the load of before; empty
  /// when nothing. As for an agent, values are rewards.
  std::optional<LearnedUpdate> learned(int replicas) const;

  void save(std::vector<float>& values) const;
  bool restore(std::span<const float>& values);

 private:
  /// By replicas less one.
  struct Costs {
    std::vector<double> kept;
    std::vector<double> moved;  ///< see CostsOfCounts
  };
  struct Table {
    Settings settings;
    VisitsRate rate;
    ValueRows rows;
    Costs costs;
    std::size_t row_class = 0;
  };

  void remember();
  void learn(Table& table, std::size_t next_class);
  /// From the step that the first `table` has just learned from, with its rates.
  void learn_held(const Table& table, const ValueRows::Rates& rates);
  struct Classes {
    std::size_t row;
    std::size_t held;
  };
  struct Situation {
    double place;  ///< of the load, among the bins
    double stays;  ///< the chance that it stays there
    Classes classes;
  };
  /// Into `costs`: those of the next tick, with these violations, and of what comes after it.
  void add_up(const Table& table, const Situation& now, std::span<const float> violations,
              Costs& costs) const;

  ImaginedService service_;
  LoadBins bins_;
  std::vector<Table> tables_;
  /// How much more is to come with n replicas while the cooldown after a change holds them; in the
  /// classes of the first table, for all.
  ValueRows held_;
  RecentLoads recent_;
  double load_ = 0;                      ///< of the last see
  std::vector<float> prices_;            ///< of the replicas
  std::vector<double> capacity_places_;  ///< among the bins, of what n replicas can bear
  NearRows near_;                        ///< the load of before
  std::vector<float> violations_now_;
  // By replicas and then by near row:
  std::vector<float> next_violations_;  ///< expected
  std::vector<float> values_;           ///< of what comes next
  std::vector<float> moved_;            ///< the same after a change
  std::vector<float> more_;             ///< of held_
  std::vector<float> best_;             ///< with the best change
  std::vector<float> untaught_;  ///< the row of the load of before, as it was; empty without one
  std::size_t taught_class_ = 0;
  std::size_t taught_bin_ = 0;
};

}  // namespace skep
