#include "core/lookahead.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kBinWidth = 0.03;  // of the log load
constexpr double kPooling = 0.15;   // log load at which a row learns 1/e of what is seen
constexpr double kPriorLoad = 1.1;  // the prior: the load stays at so much of now

}  // namespace

Lookahead::Lookahead(const ImaginedService& service, const std::vector<Settings>& tables)
    : service_(service),
      bins_(service.max_replicas, kBinWidth),
      violations_now_(static_cast<std::size_t>(service.max_replicas)),
      values_(static_cast<std::size_t>(service.max_replicas)),
      best_(static_cast<std::size_t>(service.max_replicas)) {
  for (const Settings& settings : tables) {
    Table& table = tables_.emplace_back(
        Table{settings, ValueRows(bins_, kDropClasses, service.max_replicas),
              std::vector<double>(static_cast<std::size_t>(service.max_replicas)), 0});
    for (std::size_t bin = 0; bin < bins_.count(); ++bin) {
      const std::vector<double> prior =
          steady_values(service, kPriorLoad * bins_.centre(bin), settings.discount);
      best_after_change(std::span<const double>(prior), service.weights.adaptation,
                        service.max_step, best_);
      for (std::size_t c = 0; c < kDropClasses; ++c) {
        std::transform(best_.begin(), best_.end(), table.rows.row(table.rows.index(bin, c)).begin(),
                       [](double value) { return static_cast<float>(value); });
      }
    }
  }
}

void Lookahead::see(double load, const LoadForecast& forecast) {
  const bool follows = !recent_.empty();
  const double before = follows ? recent_.before(0) : load;
  recent_.add(load);
  if (follows) {
    // What the rows near the load of before would have seen, had it been theirs.
    const double ratio = load / std::max(before, 1e-6);
    place_ = bins_.place(before);
    const double reach = 2 * kPooling / kBinWidth + 1e-9;
    first_ = std::ceil(std::max(0.0, place_ - reach));
    const double last =
        std::floor(std::min(place_ + reach, static_cast<double>(bins_.count() - 1)));
    const auto count = static_cast<std::size_t>(last - first_ + 1);
    next_places_.resize(count);
    nearness_.resize(count);
    violations_.resize(count * best_.size());
    for (std::size_t i = 0; i < count; ++i) {
      const double next =
          std::max(bins_.centre(static_cast<std::size_t>(first_) + i) * ratio, LoadBins::kLowest);
      next_places_[i] = bins_.place(next);
      nearness_[i] =
          std::exp(-std::abs(first_ + static_cast<double>(i) - place_) * kBinWidth / kPooling);
      forecast.violations(next, std::span(violations_).subspan(i * best_.size(), best_.size()));
    }
  }
  forecast.violations(std::max(load, LoadBins::kLowest), violations_now_);
  const double place = bins_.place(load);
  for (Table& table : tables_) {
    const std::size_t next_class = drop_class(recent_, table.settings.window);
    if (follows) {
      learn(table, next_class);
    }
    table.row_class = next_class;
    continuation(table, place, next_class, table.costs);
    add_next_tick(violations_now_, table.settings.discount, table.costs);
  }
}

void Lookahead::learn(Table& table, std::size_t next_class) {
  const std::size_t count = best_.size();
  for (std::size_t i = 0; i < next_places_.size(); ++i) {
    continuation(table, next_places_[i], next_class, values_);
    add_next_tick(std::span<const double>(violations_).subspan(i * count, count),
                  table.settings.discount, values_);
    best_after_change(std::span<const double>(values_), service_.weights.adaptation,
                      service_.max_step, best_);
    const double bin = first_ + static_cast<double>(i);
    const double near = nearness_[i];
    const std::size_t index = table.rows.index(static_cast<std::size_t>(bin), table.row_class);
    const double rate = near * visits_rate(table.rows.visits(index), table.settings.least_rate);
    table.rows.visits(index) += static_cast<float>(near);
    const std::span<float> row = table.rows.row(index);
    for (std::size_t n = 0; n < count; ++n) {
      row[n] += static_cast<float>(rate * (best_[n] - static_cast<double>(row[n])));
    }
  }
}

void Lookahead::continuation(const Table& table, double place, std::size_t row_class,
                             std::span<double> values) const {
  const auto bin = std::min(static_cast<std::size_t>(place), bins_.count() - 2);
  const double part = place - static_cast<double>(bin);
  const std::span<const float> lower = table.rows.row(table.rows.index(bin, row_class));
  const std::span<const float> upper = table.rows.row(table.rows.index(bin + 1, row_class));
  for (std::size_t n = 0; n < values.size(); ++n) {
    values[n] = static_cast<double>(lower[n]) * (1 - part) + static_cast<double>(upper[n]) * part;
  }
}

void Lookahead::add_next_tick(std::span<const double> violations, double discount,
                              std::span<double> values) const {
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = service_.weights.performance * violations[i] +
                service_.price_of_replicas(static_cast<int>(i) + 1) + discount * values[i];
  }
}

std::vector<double> Lookahead::costs_at(std::size_t table, double load,
                                        const LoadForecast& forecast) const {
  const double bounded = std::max(load, LoadBins::kLowest);
  std::vector<double> violations(best_.size());
  std::vector<double> costs(best_.size());
  forecast.violations(bounded, violations);
  continuation(tables_[table], bins_.place(bounded), 0, costs);
  add_next_tick(violations, tables_[table].settings.discount, costs);
  return costs;
}

void Lookahead::interrupt() { recent_.clear(); }

int Lookahead::want(std::size_t table, int replicas) const {
  return cheapest(service_, std::span<const double>(tables_[table].costs), replicas);
}

void Lookahead::save(std::vector<float>& values) const {
  for (const Table& table : tables_) {
    table.rows.save(values);
  }
}

bool Lookahead::restore(std::span<const float>& values) {
  interrupt();
  for (Table& table : tables_) {
    if (!table.rows.restore(values)) {
      return false;
    }
  }
  return true;
}

}  // namespace skep
