#include "core/lookahead.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kBinWidth = LoadForecast::kRowWidth;
constexpr double kPooling = 0.15;   // log load at which a row learns 1/e of what is seen
constexpr double kPriorLoad = 1.1;  // the prior: the load stays at so much of now

/// The column at a place between its bins; the first or last bin when it is outside.
float between(std::span<const float> column, double place) {
  const double within = std::clamp(place, 0.0, static_cast<double>(column.size() - 1));
  const std::size_t bin = std::min(static_cast<std::size_t>(within), column.size() - 2);
  const auto part = static_cast<float>(within - static_cast<double>(bin));
  return column[bin] + part * (column[bin + 1] - column[bin]);
}

}  // namespace

Lookahead::Lookahead(const ImaginedService& service, const std::vector<Settings>& tables)
    : service_(service),
      bins_(service.max_replicas, kBinWidth),
      violations_now_(static_cast<std::size_t>(service.max_replicas)) {
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
    const std::vector<float> prior =
        steady_values(service, bins_.centres(kPriorLoad), settings.discount);
    std::vector<float> best(prior.size());
    best_after_change(prior, service.weights.adaptation, service.max_step, bins_.count(), best);
    table.rows.begin_with(best);
  }
}

void Lookahead::see(double load, const LoadForecast& forecast) {
  const bool follows = !recent_.empty();
  const double before = follows ? recent_.before(0) : load;
  recent_.add(load);
  untaught_.clear();
  if (follows) {
    imagine(before, load, forecast);
    remember(before);
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
  constexpr double kLeast = LoadBins::kLowest;  // a load near 0 must not make huge ratios
  next_place_ = first + std::log(std::max(load, kLeast) / std::max(before, kLeast)) / kBinWidth;
  const std::size_t count = violations_now_.size();
  next_violations_.resize(count * rows);
  forecast.violations_of_rows(std::log(LoadBins::kLowest) + next_place_ * kBinWidth, rows,
                              next_violations_);
  values_.resize(count * rows);
  best_.resize(count * rows);
  rates_.resize(rows);
  nearness_.resize(rows);
  constexpr double kFalling = kBinWidth / kPooling;
  const double step = std::exp(kFalling);
  double rising = std::exp((first - place) * kFalling);
  double falling = 1 / rising;
  for (float& near : nearness_) {
    near = static_cast<float>(std::min(rising, falling));
    rising *= step;
    falling *= 1 / step;
  }
}

void Lookahead::remember(double before) {
  const Table& table = tables_.front();
  taught_class_ = table.row_class;
  taught_bin_ = std::min(static_cast<std::size_t>(bins_.place(before) + 0.5), bins_.count() - 1);
  for (std::size_t n = 0; n < table.rows.width(); ++n) {
    untaught_.push_back(table.rows.column(taught_class_, n)[taught_bin_]);
  }
}

std::optional<LearnedUpdate> Lookahead::learned(int replicas) const {
  if (untaught_.empty()) {
    return std::nullopt;
  }
  const ValueRows& rows = tables_.front().rows;
  const auto n = static_cast<std::size_t>(replicas - 1);
  LearnedUpdate update;
  update.state = taught_class_ * bins_.count() + taught_bin_;
  update.before = -static_cast<double>(untaught_[n]);
  update.after = -static_cast<double>(rows.column(taught_class_, n)[taught_bin_]);
  update.visits = static_cast<double>(rows.visits(taught_class_)[taught_bin_]);
  update.ticks = 1;
  return update;
}

void Lookahead::learn(Table& table, std::size_t next_class) {
  const std::size_t rows = nearness_.size();
  const auto weight = static_cast<float>(service_.weights.performance);
  const auto discount = static_cast<float>(table.settings.discount);
  const double whole = std::floor(next_place_);
  const auto part = static_cast<float>(next_place_ - whole);
  const bool within =
      whole >= 0 && whole + static_cast<double>(rows) < static_cast<double>(bins_.count());
  for (std::size_t n = 0; n < table.rows.width(); ++n) {
    const std::span<const float> column = table.rows.column(next_class, n);
    float* const values = &values_[n * rows];
    const float* const violations = &next_violations_[n * rows];
    const float price = prices_[n];
    if (within) {
      const float* const after = &column[static_cast<std::size_t>(whole)];
      for (std::size_t i = 0; i < rows; ++i) {
        values[i] = weight * violations[i] + price +
                    discount * (after[i] + part * (after[i + 1] - after[i]));
      }
      continue;
    }
    for (std::size_t i = 0; i < rows; ++i) {
      values[i] = weight * violations[i] + price +
                  discount * between(column, next_place_ + static_cast<double>(i));
    }
  }
  best_after_change(values_, service_.weights.adaptation, service_.max_step, rows, best_);
  const std::span<float> visits = table.rows.visits(table.row_class).subspan(first_, rows);
  for (std::size_t i = 0; i < rows; ++i) {
    rates_[i] = nearness_[i] * static_cast<float>(table.rate.at(visits[i]));
    visits[i] += nearness_[i];
  }
  table.rows.teach(table.row_class, first_, rates_, best_);
}

void Lookahead::add_up(const Table& table, double place, std::size_t row_class,
                       std::span<const float> violations, std::span<double> costs) const {
  for (std::size_t n = 0; n < costs.size(); ++n) {
    const auto after = static_cast<double>(between(table.rows.column(row_class, n), place));
    costs[n] = service_.weights.performance * static_cast<double>(violations[n]) +
               static_cast<double>(prices_[n]) + table.settings.discount * after;
  }
}

std::vector<double> Lookahead::costs_at(std::size_t table, double load,
                                        const LoadForecast& forecast) const {
  const double bounded = std::max(load, LoadBins::kLowest);
  std::vector<float> violations(prices_.size());
  std::vector<double> costs(prices_.size());
  forecast.violations(bounded, violations);
  add_up(tables_[table], bins_.place(bounded), 0, violations, costs);
  return costs;
}

void Lookahead::interrupt() {
  recent_.clear();
  untaught_.clear();
}

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
