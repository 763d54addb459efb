#include "daemon/report_series.hpp"

#include <algorithm>

namespace skep {

ReportSeries::ReportSeries(std::size_t ticks, std::size_t parts)
    : ticks_(ticks), parts_(std::min(ticks, parts)) {}

void ReportSeries::add(std::size_t tick, double load, int replicas, bool violated, double cost) {
  if (parts_.empty()) return;
  Part& at = part(tick);
  at.least_load = std::min(at.least_load, load);
  at.most_load = std::max(at.most_load, load);
  at.least_replicas = std::min(at.least_replicas, replicas);
  at.most_replicas = std::max(at.most_replicas, replicas);
  at.replicas += replicas;
  ++at.ticks;
  at.violations += violated ? 1 : 0;
  at.cost += cost;
}

void ReportSeries::add_cost(std::size_t tick, double cost) {
  if (!parts_.empty()) part(tick).cost += cost;
}

}  // namespace skep
