#include "core/scorecard.hpp"

#include <algorithm>

namespace skep {

Scorecard::Scorecard(const ControllerSettings& settings, const SimulatorSettings& simulator,
                     Duration length, std::size_t windows)
    : replicas_(settings.replicas),
      limits_(settings.environment.reward.limits),
      simulator_(simulator),
      interval_(settings.interval),
      length_(length),
      price_of_change_(AutoscaleEnv(settings).price_of_change()),
      windows_(windows),
      last_demand_(replicas_.min) {}

void Scorecard::add(const SimulatedTick& tick) {
  replica_seconds_ += supply_ * to_seconds(tick.time - last_time_);
  last_time_ = tick.time;
  supply_ = tick.truth.replicas.desired + tick.change;
  const double part = to_seconds(tick.time) / to_seconds(length_);
  Window& window = windows_[std::min(
      static_cast<std::size_t>(part * static_cast<double>(windows_.size())), windows_.size() - 1)];
  if (tick.change != 0) {
    const int direction = tick.change > 0 ? 1 : -1;
    window.cost += price_of_change_;
    ++changes_;
    reversals_ += direction == -direction_ ? 1 : 0;
    direction_ = direction;
  }
  if (tick.time % interval_ != Duration::zero()) {
    return;
  }
  ++ticks_;
  ++window.ticks;
  window.cost += tick.cost;
  violations_ += violates(tick.truth.metrics, limits_) ? 1 : 0;
  elasticity_.add(demand(tick.load), tick.truth.replicas.running);
}

int Scorecard::demand(double load) {
  if (load == last_load_) {
    return last_demand_;
  }
  last_load_ = load;
  const auto enough = [&](int replicas) {
    return !violates(true_metrics(simulator_, load, replicas), limits_);
  };
  while (last_demand_ < replicas_.max && !enough(last_demand_)) {
    ++last_demand_;
  }
  while (last_demand_ > replicas_.min && enough(last_demand_ - 1)) {
    --last_demand_;
  }
  return last_demand_;
}

double Scorecard::cost() const {
  double sum = 0;
  for (const Window& window : windows_) {
    sum += window.cost;
  }
  return ticks_ == 0 ? 0 : sum / static_cast<double>(ticks_);
}

std::vector<double> Scorecard::window_costs() const {
  std::vector<double> costs;
  for (const Window& window : windows_) {
    costs.push_back(window.ticks == 0 ? 0 : window.cost / window.ticks);
  }
  return costs;
}

double Scorecard::violations_percent() const {
  return ticks_ == 0 ? 0 : 100 * static_cast<double>(violations_) / static_cast<double>(ticks_);
}

double Scorecard::replica_hours() const {
  return (replica_seconds_ + supply_ * to_seconds(length_ - last_time_)) / 3600;
}

double Scorecard::mean_replicas() const { return replica_hours() * 3600 / to_seconds(length_); }

}  // namespace skep
