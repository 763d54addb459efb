#include "core/after_state_table.hpp"

#include "core/best_change.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kBinWidth = 0.05;  // of the log load
constexpr double kPooling = 0.15;   // log load at which a row learns 1/e of its neighbour's step
constexpr double kLeastRate = 0.003;
constexpr double kPriorLoad = 1.2;  // the prior: the load stays at so much of now
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
      centres_(bins_.centres(1)),
      rows_(bins_, kDropClasses * (settings.trend ? kTrends : 1), service.max_replicas),
      rate_(kLeastRate),
      costs_(static_cast<std::size_t>(service.max_replicas)) {
  for (int n = 1; n <= service.max_replicas; ++n) {
    per_capacity_.push_back(static_cast<float>(1 / (n * service.utilization_limit)));
    prices_.push_back(static_cast<float>(service.price_of_replicas(n)));
  }
  for (int d = 0; d * kBinWidth <= 3 * kPooling + 1e-9; ++d) {
    nearness_.push_back(static_cast<float>(std::exp(-d * kBinWidth / kPooling)));
  }
  rows_.begin_with(steady_values(service, bins_.centres(kPriorLoad), settings.discount));
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
  load_ = load;
  const Seen now{load, class_of_now()};
  open_.push_back(now);
  if (open_.size() > static_cast<std::size_t>(service_.horizon())) {
    learn(open_[0], open_[1], load);
    open_.pop_front();
  }
  const std::size_t bin = nearest(bins_, load);
  for (std::size_t n = 0; n < costs_.size(); ++n) {
    costs_[n] = rows_.column(now.row_class, n)[bin];
  }
}

void AfterStateTable::interrupt() {
  open_.clear();
  recent_.clear();
}

void AfterStateTable::learn(const Seen& from, const Seen& next, double outcome) {
  constexpr double kLeast = LoadBins::kLowest;  // a load near 0 must not make huge ratios
  const double outcome_ratio = outcome / std::max(from.load, kLeast);
  const double next_ratio = std::max(next.load, kLeast) / std::max(from.load, kLeast);
  const int own = static_cast<int>(nearest(bins_, from.load));
  const int reach = static_cast<int>(nearness_.size()) - 1;
  const int most = static_cast<int>(bins_.count()) - 1;
  const int first = std::max(0, own - reach);
  const auto rows = static_cast<std::size_t>(std::min(own + reach, most) - first + 1);
  const auto own_row = static_cast<std::size_t>(own - first);
  // All rows move by the same ratio; the own one begins at the very load.
  const int shift = static_cast<int>(std::lround(std::log(next_ratio) / kBinWidth));
  const bool within = first + shift >= 0 && first + shift + static_cast<int>(rows) <= most + 1;
  const std::size_t own_next = nearest(bins_, next.load);
  met_.resize(rows);
  next_.resize(rows);
  rates_.resize(rows);
  values_.resize(rows * costs_.size());
  best_.resize(values_.size());
  const std::span<float> visits =
      rows_.visits(from.row_class).subspan(static_cast<std::size_t>(first), rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const int bin = first + static_cast<int>(i);
    const auto centre = centres_[static_cast<std::size_t>(bin)];
    met_[i] = static_cast<float>(outcome_ratio * centre);
    next_[i] = static_cast<float>(next_ratio * centre);
    const float near = nearness_[static_cast<std::size_t>(std::abs(bin - own))];
    rates_[i] = near * static_cast<float>(rate_.at(visits[i]));
    visits[i] += near;
  }
  met_[own_row] = static_cast<float>(outcome);
  for (std::size_t n = 0; n < costs_.size(); ++n) {
    const std::span<const float> column = rows_.column(next.row_class, n);
    float* const values = &values_[n * rows];
    if (within) {
      std::copy_n(&column[static_cast<std::size_t>(first + shift)], rows, values);
    } else {
      for (std::size_t i = 0; i < rows; ++i) {
        const int bin = std::clamp(first + static_cast<int>(i) + shift, 0, most);
        values[i] = column[static_cast<std::size_t>(bin)];
      }
    }
    values[own_row] = column[own_next];
  }
  const RewardWeights& weights = service_.weights;
  best_after_change(service_, next_, {values_, values_}, best_);
  const auto weight = static_cast<float>(weights.performance);
  const auto discount = static_cast<float>(settings_.discount);
  for (std::size_t n = 0; n < costs_.size(); ++n) {
    float* const targets = &best_[n * rows];
    const float per_capacity = per_capacity_[n];
    const float price = prices_[n];
    for (std::size_t i = 0; i < rows; ++i) {
      const float ratio = met_[i] * per_capacity;
      const float counted = service_.graded ? ratio : 1;
      const float violation = ratio <= kLargestWithin ? 0 : counted;
      targets[i] = weight * violation + price + discount * targets[i];
    }
  }
  rows_.teach(from.row_class, static_cast<std::size_t>(first), rates_, best_);
}

int AfterStateTable::want(int replicas) const {
  const std::span<const float> costs(costs_);
  return cheapest(service_, load_, costs, costs, replicas);
}

bool AfterStateTable::restore(std::span<const float>& values) {
  interrupt();
  return rows_.restore(values);
}

}  // namespace skep
