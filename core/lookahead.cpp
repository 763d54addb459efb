#include "core/lookahead.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kBinWidth = LoadForecast::kRowWidth;
constexpr double kPooling = 0.15;   // log load at which a row learns 1/e of what is seen
constexpr double kPriorLoad = 1.1;  // the prior: the load stays at so much of now

}  // namespace

Lookahead::Lookahead(const ImaginedService& service, const std::vector<Settings>& tables)
    : service_(service),
      bins_(service.max_replicas, kBinWidth),
      violations_now_(static_cast<std::size_t>(service.max_replicas)),
      values_(static_cast<std::size_t>(service.max_replicas)),
      best_(static_cast<std::size_t>(service.max_replicas)) {
  for (int n = 1; n <= service.max_replicas; ++n) {
    prices_.push_back(static_cast<float>(service.price_of_replicas(n)));
  }
  for (const Settings& settings : tables) {
    Table& table = tables_.emplace_back(
        Table{settings, VisitsRate(settings.least_rate),
              ValueRows(bins_, kDropClasses, service.max_replicas),
              std::vector<double>(static_cast<std::size_t>(service.max_replicas)), 0});
    const Table& first = tables_.front();
    if (tables_.size() > 1 && settings.discount == first.settings.discount) {
      table.rows = first.rows;
      continue;
    }
    for (std::size_t bin = 0; bin < bins_.count(); ++bin) {
      const std::vector<float> prior =
          steady_values(service, kPriorLoad * bins_.centre(bin), settings.discount);
      best_after_change(std::span<const float>(prior), service.weights.adaptation, service.max_step,
                        std::span(best_));
      for (std::size_t c = 0; c < kDropClasses; ++c) {
        std::copy(best_.begin(), best_.end(), table.rows.row(table.rows.index(bin, c)).begin());
      }
    }
  }
}

void Lookahead::see(double load, const LoadForecast& forecast) {
  const bool follows = !recent_.empty();
  const double before = follows ? recent_.before(0) : load;
  recent_.add(load);
  if (follows) {
    imagine(before, load, forecast);
  }
  forecast.violations(std::max(load, LoadBins::kLowest), violations_now_);
  const double place = bins_.place(load);
  for (Table& table : tables_) {
    const std::size_t next_class = drop_class(recent_, table.settings.window);
    if (follows) {
      learn(table, next_class);
    }
    table.row_class = next_class;
    add_up(table, place, next_class, violations_now_, table.costs);
  }
}

void Lookahead::imagine(double before, double load, const LoadForecast& forecast) {
  constexpr double kReach = 2 * kPooling / kBinWidth + 1e-9;
  const double place = bins_.place(before);
  const double first = std::ceil(std::max(0.0, place - kReach));
  const double last = std::floor(std::min(place + kReach, static_cast<double>(bins_.count() - 1)));
  const auto rows = static_cast<std::size_t>(last - first + 1);
  first_ = static_cast<std::size_t>(first);
  // All rows move by the same ratio, and they lie as far apart as the forecast's.
  constexpr double kLeast = 1e-6;
  next_place_ = first + std::log(std::max(load, kLeast) / std::max(before, kLeast)) / kBinWidth;
  next_costs_.resize(rows * best_.size());
  forecast.violations_of_rows(std::log(LoadBins::kLowest) + next_place_ * kBinWidth, rows,
                              next_costs_);
  const auto weight = static_cast<float>(service_.weights.performance);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t n = 0; n < best_.size(); ++n) {
      float& cost = next_costs_[i * best_.size() + n];
      cost = weight * cost + prices_[n];
    }
  }
  nearness_.resize(rows);
  constexpr double kFalling = kBinWidth / kPooling;
  const double step = std::exp(-kFalling);
  double near = std::exp((first - place) * kFalling);
  for (std::size_t i = 0; i < rows; ++i) {
    // Growing up to the load of before, then falling.
    nearness_[i] = static_cast<float>(std::min(near, 1 / near));
    near /= step;
  }
}

void Lookahead::learn(Table& table, std::size_t next_class) {
  const std::size_t count = best_.size();
  const auto discount = static_cast<float>(table.settings.discount);
  const auto most = static_cast<double>(bins_.count() - 1);
  for (std::size_t i = 0; i < nearness_.size(); ++i) {
    const double place = std::clamp(next_place_ + static_cast<double>(i), 0.0, most);
    const auto bin = std::min(static_cast<std::size_t>(place), bins_.count() - 2);
    const auto part = static_cast<float>(place - static_cast<double>(bin));
    const float* const lower = table.rows.row(table.rows.index(bin, next_class)).data();
    const float* const upper = table.rows.row(table.rows.index(bin + 1, next_class)).data();
    const float* const next_cost = &next_costs_[i * count];
    for (std::size_t n = 0; n < count; ++n) {
      values_[n] = next_cost[n] + discount * (lower[n] + part * (upper[n] - lower[n]));
    }
    best_after_change(std::span<const float>(values_), service_.weights.adaptation,
                      service_.max_step, std::span(best_));
    const std::size_t index = table.rows.index(first_ + i, table.row_class);
    float& visits = table.rows.visits(index);
    const auto rate = nearness_[i] * static_cast<float>(table.rate.at(visits));
    visits += nearness_[i];
    float* const row = table.rows.row(index).data();
    for (std::size_t n = 0; n < count; ++n) {
      row[n] += rate * (best_[n] - row[n]);
    }
  }
}

void Lookahead::add_up(const Table& table, double place, std::size_t row_class,
                       std::span<const float> violations, std::span<double> costs) const {
  const auto bin = std::min(static_cast<std::size_t>(place), bins_.count() - 2);
  const double part = place - static_cast<double>(bin);
  const std::span<const float> lower = table.rows.row(table.rows.index(bin, row_class));
  const std::span<const float> upper = table.rows.row(table.rows.index(bin + 1, row_class));
  for (std::size_t n = 0; n < costs.size(); ++n) {
    const double after =
        static_cast<double>(lower[n]) * (1 - part) + static_cast<double>(upper[n]) * part;
    costs[n] = service_.weights.performance * static_cast<double>(violations[n]) +
               static_cast<double>(prices_[n]) + table.settings.discount * after;
  }
}

std::vector<double> Lookahead::costs_at(std::size_t table, double load,
                                        const LoadForecast& forecast) const {
  const double bounded = std::max(load, LoadBins::kLowest);
  std::vector<float> violations(best_.size());
  std::vector<double> costs(best_.size());
  forecast.violations(bounded, violations);
  add_up(tables_[table], bins_.place(bounded), 0, violations, costs);
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
