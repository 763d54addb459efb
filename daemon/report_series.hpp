// A long run, thinned to what a chart can show: for each part of the time the least and the most of
// every value, so that no peak gets lost.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace skep {

class ReportSeries {
 public:
  struct Part {
    double least_load = std::numeric_limits<double>::infinity();  ///< in replicas at their limit
    double most_load = 0;
    int least_replicas = std::numeric_limits<int>::max();  ///< that run
    int most_replicas = 0;
    double replicas = 0;  ///< sum
    std::size_t ticks = 0;
    std::size_t violations = 0;
    double cost = 0;  ///< sum
  };

  /// For `ticks` >= 1, in at most `parts` >= 1 of nearly the same size; none when `parts` is 0.
  ReportSeries(std::size_t ticks, std::size_t parts);

  /// Adds to the part that `tick` (0 to ticks - 1) belongs to.
  void add(std::size_t tick, double load, int replicas, bool violated, double cost);
  /// A cost that is not of a tick, as the price of a change.
  void add_cost(std::size_t tick, double cost);
  const std::vector<Part>& parts() const { return parts_; }

 private:
  Part& part(std::size_t tick) { return parts_[tick * parts_.size() / ticks_]; }

  std::size_t ticks_;
  std::vector<Part> parts_;
};

}  // namespace skep
