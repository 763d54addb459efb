#include "core/elasticity.hpp"

#include <algorithm>

namespace skep {
namespace {

int sign(int value) { return (value > 0) - (value < 0); }

}  // namespace

void Elasticity::add(int demand, int supply) {
  if (ticks_ > 0 && sign(demand - last_demand_) != sign(supply - last_supply_)) {
    ++steps_apart_;
  }
  ++ticks_;
  under_ += static_cast<double>(std::max(demand - supply, 0)) / demand;
  over_ += static_cast<double>(std::max(supply - demand, 0)) / demand;
  ticks_under_ += demand > supply ? 1 : 0;
  ticks_over_ += demand < supply ? 1 : 0;
  last_demand_ = demand;
  last_supply_ = supply;
}

double Elasticity::instability_percent() const {
  return ticks_ < 2 ? 0 : 100 * static_cast<double>(steps_apart_) / static_cast<double>(ticks_ - 1);
}

double Elasticity::percent(double sum) const {
  return ticks_ == 0 ? 0 : 100 * sum / static_cast<double>(ticks_);
}

}  // namespace skep
