#include "core/after_state_table.hpp"

#include "core/best_change.hpp"

#include <algorithm>

namespace skep {
namespace {

constexpr double kLeastRate = 0.003;
constexpr std::size_t kAgain = 3;   // steps before the newest that are learned from again
constexpr float kYoung = 30;        // visits of their row at which that ends
constexpr double kPriorLoad = 1.2;  // the prior: the load stays at so much of now
constexpr std::size_t kTrends = 3;
constexpr std::size_t kTrendTicks = 1;
constexpr double kTrend = 0.05;

/// Of all tables: it is large.
const VisitsRate& rate() {
  static const VisitsRate rate(kLeastRate);
  return rate;
}

}  // namespace

AfterStateTable::AfterStateTable(const ImaginedService& service, const Settings& settings)
    : service_(service),
      settings_(settings),
      bins_(service.max_replicas),
      rows_(bins_, kDropClasses * (settings.trend ? kTrends : 1), service.max_replicas),
      costs_(static_cast<std::size_t>(service.max_replicas)),
      values_(costs_.size() * NearRows::kCount),
      best_(values_.size()) {
  for (int n = 1; n <= service.max_replicas; ++n) {
    per_capacity_.push_back(static_cast<float>(1 / (n * service.utilization_limit)));
    prices_.push_back(static_cast<float>(service.price_of_replicas(n)));
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
  seen_.push_back(now);
  learn_newest();
  const ValueRows::Between place = rows_.between(bins_.place(load));
  for (std::size_t n = 0; n < costs_.size(); ++n) {
    costs_[n] = rows_.at(now.row_class, n, place);
  }
}

/// The newest step first: it tells the ones before at once what they led to (Lin 1992). When rows
/// have been visited often, that would only count the last steps more than the others.
void AfterStateTable::learn_newest() {
  const auto horizon = static_cast<std::size_t>(service_.horizon());
  for (std::size_t again = 0; again <= kAgain && again + horizon < seen_.size(); ++again) {
    const std::size_t from = seen_.size() - 1 - horizon - again;
    if (again == 0 || visits(seen_[from]) < kYoung) {
      learn(seen_[from], seen_[from + 1], seen_[from + horizon].load);
    }
  }
  if (seen_.size() > horizon + kAgain) {
    seen_.pop_front();
  }
}

float AfterStateTable::visits(const Seen& seen) const {
  return rows_.visits(seen.row_class)[static_cast<std::size_t>(bins_.place(seen.load) + 0.5)];
}

void AfterStateTable::interrupt() {
  seen_.clear();
  recent_.clear();
}

void AfterStateTable::learn(const Seen& from, const Seen& next, double outcome) {
  const NearRows near = near_rows(bins_, from.load, next.load);
  rows_.read_near(next.row_class, near.next_place, values_);
  best_after_change(service_, near.next_loads, {values_, values_}, best_);
  const auto met = static_cast<float>(outcome / std::max(next.load, LoadBins::kLowest));
  const auto weight = static_cast<float>(service_.weights.performance);
  const auto discount = static_cast<float>(settings_.discount);
  for (std::size_t n = 0; n < costs_.size(); ++n) {
    float* const targets = &best_[n * NearRows::kCount];
    const float per_capacity = met * per_capacity_[n];
    const float price = prices_[n];
    for (std::size_t i = 0; i < NearRows::kCount; ++i) {
      const float ratio = near.next_loads[i] * per_capacity;
      const float counted = service_.graded ? ratio : 1;
      const float violation = over(ratio, 1.0F) ? counted : 0;
      targets[i] = weight * violation + price + discount * targets[i];
    }
  }
  const ValueRows::Rates rates = rows_.visit(from.row_class, near, rate());
  rows_.teach(from.row_class, near.first, rates, best_);
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
