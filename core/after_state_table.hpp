// A Q-table over after-states. The load does not depend on the agent, so the value of a change
// splits: Q(load, n -> m) = price of the change + W(load bin, class)[m], and one observed step of
// the load teaches W for every m, scaled, in the rows near it (Q-learning for exogenous inputs:
// Sinclair et al. 2023).
#pragma once

#include "core/imagined_service.hpp"
#include "core/load_bins.hpp"
#include "core/value_rows.hpp"

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

namespace skep {

class AfterStateTable {
 public:
  struct Settings {
    std::size_t window = 10;  ///< ticks that the class of a load looks back, 1 to 64
    bool trend = false;       ///< the class also tells whether the load rises, stays or falls
    double discount = 0.99;   ///< per tick
  };

  AfterStateTable(const ImaginedService& service, const Settings& settings);

  void see(double load);
  void interrupt();
  /// The count that it wants next, with `replicas` there now.
  int want(int replicas) const;

  void save(std::vector<float>& values) const { rows_.save(values); }
  bool restore(std::span<const float>& values);

 private:
  struct Seen {
    double load;
    std::size_t row_class;
  };

  std::size_t class_of_now() const;
  void learn_newest();
  /// Of the row of what was seen.
  float visits(const Seen& seen) const;
  /// A step from `from` to `next`; `outcome` is the load that a count chosen at `from` met.
  void learn(const Seen& from, const Seen& next, double outcome);

  ImaginedService service_;
  Settings settings_;
  LoadBins bins_;
  ValueRows rows_;
  std::vector<float> per_capacity_;  ///< 1 / that of 1, 2, ... replicas
  std::vector<float> prices_;        ///< of the same
  RecentLoads recent_;
  double load_ = 0;           ///< of the last see
  std::deque<Seen> seen_;     ///< the last ones, the oldest first
  std::vector<float> costs_;  ///< of now
  // By replicas and then by row near the load of before:
  std::vector<float> values_;  ///< of what comes next
  std::vector<float> best_;    ///< with the best change
};

}  // namespace skep
