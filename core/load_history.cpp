#include "core/load_history.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace skep {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double at(const std::vector<double>& values, std::size_t i) {
  return values.empty() ? kUnknown : values[i];
}

/// How many ran; NaN when it is not known, or none did.
double replicas_at(const MeasuredHistory& measured, std::size_t i) {
  const double replicas = at(measured.replicas, i);
  return replicas >= 1 ? replicas : kUnknown;
}

/// A usage of one replica in percent; NaN when that cannot be told.
double of_replica(const std::vector<double>& percent, bool of_service,
                  const MeasuredHistory& measured, std::size_t i) {
  return of_service ? at(percent, i) / replicas_at(measured, i) : at(percent, i);
}

/// CPU of the whole service, in units of one replica's limit.
double used_load(const MeasuredHistory& measured, std::size_t i) {
  return measured.cpu_percent[i] / 100 * (measured.cpu_of_service ? 1 : replicas_at(measured, i));
}

bool saturated(const MeasuredHistory& measured, std::size_t i) {
  return of_replica(measured.cpu_percent, measured.cpu_of_service, measured, i) >=
         kSaturatedPercent;
}

/// CPU seconds of a unit of the demand, from the points whose demand was all served; 0: unknown.
double fit_service_seconds(const MeasuredHistory& measured) {
  double load_sum = 0;
  double demand_sum = 0;
  for (std::size_t i = 0; i < measured.demand.size(); ++i) {
    const double load = used_load(measured, i);
    if (std::isnan(load) || std::isnan(measured.demand[i]) || saturated(measured, i)) continue;
    load_sum += load;
    demand_sum += measured.demand[i];
  }
  return demand_sum > 0 ? load_sum / demand_sum : 0;
}

void fit_ram(const MeasuredHistory& measured, LoadHistory& history) {
  double count = 0;
  double mean_use = 0;
  double mean_ram = 0;
  double use_squares = 0;
  double products = 0;
  for (std::size_t i = 0; i < measured.ram_percent.size(); ++i) {
    const double use = of_replica(measured.cpu_percent, measured.cpu_of_service, measured, i) / 100;
    const double ram = of_replica(measured.ram_percent, measured.ram_of_service, measured, i);
    if (std::isnan(use) || std::isnan(ram)) continue;
    // Welford's update, which keeps its digits.
    ++count;
    const double use_before = use - mean_use;
    mean_use += use_before / count;
    mean_ram += (ram - mean_ram) / count;
    use_squares += use_before * (use - mean_use);
    products += use_before * (ram - mean_ram);
  }
  if (count == 0) return;
  history.ram_known = true;
  const double slope = use_squares > 0 ? std::max(0.0, products / use_squares) : 0;
  history.ram_base_percent = std::max(0.0, mean_ram - slope * mean_use);
  history.ram_per_load_percent = slope;
}

}  // namespace

LoadHistory load_history(const MeasuredHistory& measured) {
  LoadHistory history;
  const double service_seconds = fit_service_seconds(measured);
  history.service_time = std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(std::min(service_seconds, 1e6)));
  history.loads.reserve(measured.cpu_percent.size());
  for (std::size_t i = 0; i < measured.cpu_percent.size(); ++i) {
    double load = used_load(measured, i);
    if (saturated(measured, i)) {
      const double demanded = at(measured.demand, i) * service_seconds;
      if (demanded > 0) {
        load = std::max(load, demanded);
      } else {
        load = std::max(load, kHiddenDemand * replicas_at(measured, i));
        ++history.saturated;
      }
    }
    history.known += std::isnan(load) ? 0 : 1;
    history.loads.push_back(load);
  }
  fit_ram(measured, history);
  return history;
}

}  // namespace skep
