#include "core/after_state_table.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kBinWidth = 0.05;  // of the log load
constexpr double kPooling = 0.15;   // log load at which a row learns 1/e of its neighbour's step
constexpr double kLeastRate = 0.003;
constexpr double kPriorLoad = 1.1;  // the prior: the load stays at so much of now
constexpr std::size_t kTrends = 3;
constexpr std::size_t kTrendTicks = 1;
constexpr double kTrend = 0.05;
constexpr float kLargestWithin = 1 + 1e-6F;  // a ratio that is over the limit by less is rounding

std::size_t nearest(const LoadBins& bins, double load) {
  return static_cast<std::size_t>(std::lround(bins.place(load)));
}

}  // namespace

AfterStateTable::AfterStateTable(const ImaginedService& service, const Settings& settings)
    : service_(service),
      settings_(settings),
      bins_(service.max_replicas, kBinWidth),
      rows_(bins_, kDropClasses * (settings.trend ? kTrends : 1), service.max_replicas),
      rate_(kLeastRate),
      best_(static_cast<std::size_t>(service.max_replicas)) {
  for (int n = 1; n <= service.max_replicas; ++n) {
    capacities_.push_back(static_cast<float>(n * service.utilization_limit));
    prices_.push_back(static_cast<float>(service.price_of_replicas(n)));
  }
  for (int d = 0; d * kBinWidth <= 3 * kPooling + 1e-9; ++d) {
    nearness_.push_back(std::exp(-d * kBinWidth / kPooling));
  }
  for (std::size_t bin = 0; bin < bins_.count(); ++bin) {
    const std::vector<float> prior =
        steady_values(service, kPriorLoad * bins_.centre(bin), settings.discount);
    for (std::size_t c = 0; c < rows_.classes(); ++c) {
      std::copy(prior.begin(), prior.end(), rows_.row(rows_.index(bin, c)).begin());
    }
  }
}

std::size_t AfterStateTable::class_of_now() const {
  const std::size_t drop = drop_class(recent_, settings_.window);
  if (!settings_.trend) {
    return drop;
  }
  const double ratio = recent_.before(0) / std::max(recent_.before(kTrendTicks), 1e-9);
  const std::size_t trend = ratio < 1 - kTrend ? 0 : ratio > 1 + kTrend ? 2 : 1;
  return drop * kTrends + trend;
}

void AfterStateTable::see(double load) {
  recent_.add(load);
  const Seen now{load, class_of_now()};
  open_.push_back(now);
  if (open_.size() > static_cast<std::size_t>(service_.horizon())) {
    learn(open_[0], open_[1], load);
    open_.pop_front();
  }
  row_ = rows_.index(nearest(bins_, load), now.row_class);
}

void AfterStateTable::interrupt() {
  open_.clear();
  recent_.clear();
}

void AfterStateTable::learn(const Seen& from, const Seen& next, double outcome) {
  const double least = 1e-6;
  const double outcome_ratio = outcome / std::max(from.load, least);
  const double next_ratio = next.load / std::max(from.load, least);
  const int own = static_cast<int>(nearest(bins_, from.load));
  const int reach = static_cast<int>(nearness_.size()) - 1;
  const int first = std::max(0, own - reach);
  const int last = std::min(own + reach, static_cast<int>(bins_.count()) - 1);
  const RewardWeights& weights = service_.weights;
  const auto weight = static_cast<float>(weights.performance);
  const auto discount = static_cast<float>(settings_.discount);
  const bool graded = service_.graded;
  for (int bin = first; bin <= last; ++bin) {
    const auto at = static_cast<std::size_t>(bin);
    const double load = bin == own ? from.load : bins_.centre(at);
    const std::size_t next_bin = nearest(bins_, bin == own ? next.load : load * next_ratio);
    best_after_change(std::span<const float>(rows_.row(rows_.index(next_bin, next.row_class))),
                      weights.adaptation, service_.max_step, std::span(best_));
    const std::size_t index = rows_.index(at, from.row_class);
    const double near = nearness_[static_cast<std::size_t>(std::abs(bin - own))];
    const auto rate = static_cast<float>(near * rate_.at(rows_.visits(index)));
    rows_.visits(index) += static_cast<float>(near);
    float* const values = rows_.row(index).data();
    const auto met = static_cast<float>(load * outcome_ratio);
    for (std::size_t i = 0; i < best_.size(); ++i) {
      const float ratio = met / capacities_[i];
      const float violation = ratio <= kLargestWithin ? 0 : graded ? ratio : 1;
      values[i] += rate * (weight * violation + prices_[i] + discount * best_[i] - values[i]);
    }
  }
}

int AfterStateTable::want(int replicas) const {
  return cheapest(service_, rows_.row(row_), replicas);
}

bool AfterStateTable::restore(std::span<const float>& values) {
  interrupt();
  return rows_.restore(values);
}

}  // namespace skep
