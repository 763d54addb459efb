#include "core/lookahead.hpp"

#include "core/best_change.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace skep {
namespace {

constexpr double kPriorLoad = 1.1;  // the prior: the load stays at so much of now
constexpr int kStays = 4;           // a load that is the same for so many ticks stays
constexpr double kRounding = 1e-6;  // of a load that is just what replicas can bear

double stays(const LoadForecast& forecast) { return std::pow(forecast.repeats(), kStays); }

}  // namespace

Lookahead::Lookahead(const ImaginedService& service, const std::vector<Settings>& tables)
    : service_(service),
      bins_(service.max_replicas),
      held_(bins_, kDropClasses, service.max_replicas),
      violations_now_(static_cast<std::size_t>(service.max_replicas)),
      next_violations_(violations_now_.size() * NearRows::kCount),
      values_(next_violations_.size()),
      moved_(service.cooldown > 0 ? values_.size() : 0),
      more_(moved_.size()),
      best_(values_.size()) {
  for (int n = 1; n <= service.max_replicas; ++n) {
    prices_.push_back(static_cast<float>(service.price_of_replicas(n)));
    capacity_places_.push_back(bins_.place(n * service.utilization_limit * (1 + kRounding)));
  }
  const std::vector<double> costs(static_cast<std::size_t>(service.max_replicas));
  for (const Settings& settings : tables) {
    Table& table = tables_.emplace_back(Table{settings,
                                              VisitsRate(settings.least_rate),
                                              ValueRows(bins_, kDropClasses, service.max_replicas),
                                              {costs, costs},
                                              0});
    const Table& first = tables_.front();
    if (tables_.size() > 1 && settings.discount == first.settings.discount) {
      table.rows = first.rows;
      continue;
    }
    const std::vector<double> loads = bins_.centres(kPriorLoad);
    std::vector<float> prior = steady_values(service, loads, settings.discount);
    std::vector<float> best(prior.size());
    best_after_change(service, std::vector<float>(loads.begin(), loads.end()), {prior, prior},
                      best);
    table.rows.begin_with(best);
    if (tables_.size() == 1) {
      std::transform(prior.begin(), prior.end(), best.begin(), prior.begin(), std::minus<>());
      held_.begin_with(prior);
    }
  }
}

void Lookahead::see(double load, const LoadForecast& forecast) {
  const bool follows = !recent_.empty();
  recent_.add(load);
  const std::size_t held_class = drop_class(recent_, tables_.front().settings.window);
  untaught_.clear();
  if (follows) {
    near_ = near_rows(bins_, load_, load);
    forecast.expected().of_rows(near_, next_violations_);
    if (service_.cooldown > 0) {
      held_.read_near(held_class, near_.next_place, more_);
    }
    remember();
  }
  load_ = load;
  forecast.expected().of(std::max(load, LoadBins::kLowest), violations_now_);
  const double place = bins_.place(load);
  const double still = stays(forecast);
  for (Table& table : tables_) {
    const std::size_t next_class = drop_class(recent_, table.settings.window);
    if (follows) {
      learn(table, next_class);
    }
    table.row_class = next_class;
    add_up(table, {place, still, {next_class, held_class}}, violations_now_, table.costs);
  }
}

void Lookahead::remember() {
  const Table& table = tables_.front();
  taught_class_ = table.row_class;
  taught_bin_ = std::min(static_cast<std::size_t>(near_.place + 0.5), bins_.count() - 1);
  untaught_.resize(table.rows.width());
  for (std::size_t n = 0; n < untaught_.size(); ++n) {
    untaught_[n] = table.rows.column(taught_class_, n)[taught_bin_];
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
  update.replicas = replicas;
  update.before = -static_cast<double>(untaught_[n]);
  update.after = -static_cast<double>(rows.column(taught_class_, n)[taught_bin_]);
  update.visits = static_cast<double>(rows.visits(taught_class_)[taught_bin_]);
  update.ticks = 1;
  return update;
}

void Lookahead::learn(Table& table, std::size_t next_class) {
  const auto weight = static_cast<float>(service_.weights.performance);
  const auto discount = static_cast<float>(table.settings.discount);
  table.rows.read_near(next_class, near_.next_place, values_);
  for (std::size_t n = 0; n < table.rows.width(); ++n) {
    float* const values = &values_[n * NearRows::kCount];
    const float* const violations = &next_violations_[n * NearRows::kCount];
    const float price = prices_[n];
    for (std::size_t i = 0; i < NearRows::kCount; ++i) {
      values[i] = weight * violations[i] + price + discount * values[i];
    }
  }
  if (service_.cooldown > 0) {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      moved_[i] = values_[i] + discount * more_[i];
    }
  }
  best_after_change(service_, near_.next_loads, {values_, service_.cooldown > 0 ? moved_ : values_},
                    best_);
  const ValueRows::Rates rates = table.rows.visit(table.row_class, near_, table.rate);
  table.rows.teach(table.row_class, near_.first, rates, best_);
  if (service_.cooldown > 0 && &table == &tables_.front()) {
    learn_held(table, rates);
  }
}

void Lookahead::learn_held(const Table& table, const ValueRows::Rates& rates) {
  // How long the cooldown still lasts is not part of the state: it ends with this chance.
  const float goes_on = 1 - 1 / static_cast<float>(service_.cooldown);
  const float later = goes_on * static_cast<float>(table.settings.discount);
  std::vector<float>& targets = moved_;  // which have been used
  for (std::size_t i = 0; i < values_.size(); ++i) {
    targets[i] = values_[i] - best_[i] + later * more_[i];
  }
  held_.visit(table.row_class, near_, table.rate);
  held_.teach(table.row_class, near_.first, rates, targets);
}

void Lookahead::add_up(const Table& table, const Situation& now, std::span<const float> violations,
                       Costs& costs) const {
  const ValueRows::Between between = table.rows.between(now.place);
  const auto stays = static_cast<float>(now.stays);
  for (std::size_t n = 0; n < violations.size(); ++n) {
    // Of two rows, one violates the limit with n replicas for ever and the other never, if the load
    // stays: then only the one on its own side tells what this load is worth.
    ValueRows::Between own = between;
    const double edge = capacity_places_[n] - static_cast<double>(between.bin);
    if (edge >= 0 && edge < 1) {
      const float side = static_cast<double>(between.part) <= edge ? 0 : 1;
      own.part += stays * (side - own.part);
    }
    const auto after = static_cast<double>(table.rows.at(now.classes.row, n, own));
    costs.kept[n] = service_.weights.performance * static_cast<double>(violations[n]) +
                    static_cast<double>(prices_[n]) + table.settings.discount * after;
    costs.moved[n] = costs.kept[n];
    if (service_.cooldown > 0) {
      costs.moved[n] +=
          table.settings.discount * static_cast<double>(held_.at(now.classes.held, n, between));
    }
  }
}

std::vector<double> Lookahead::costs(std::size_t table, int replicas) const {
  std::vector<double> costs = tables_[table].costs.moved;
  for (double& cost : costs) {
    cost += service_.weights.adaptation;
  }
  const auto kept = static_cast<std::size_t>(replicas - 1);
  costs[kept] = tables_[table].costs.kept[kept];
  return costs;
}

int Lookahead::want_at(std::size_t table, double load, int replicas,
                       const LoadForecast& forecast) const {
  const double bounded = std::max(load, LoadBins::kLowest);
  std::vector<float> violations(prices_.size());
  forecast.expected().of(bounded, violations);
  Costs costs{std::vector<double>(prices_.size()), std::vector<double>(prices_.size())};
  add_up(tables_[table], {bins_.place(bounded), stays(forecast), {0, 0}}, violations, costs);
  return cheapest<double>(service_, bounded, costs.kept, costs.moved, replicas);
}

void Lookahead::interrupt() {
  recent_.clear();
  untaught_.clear();
}

int Lookahead::want(std::size_t table, int replicas) const {
  const Costs& costs = tables_[table].costs;
  return cheapest<double>(service_, load_, costs.kept, costs.moved, replicas);
}

void Lookahead::save(std::vector<float>& values) const {
  for (const Table& table : tables_) {
    table.rows.save(values);
  }
  held_.save(values);
}

bool Lookahead::restore(std::span<const float>& values) {
  interrupt();
  for (Table& table : tables_) {
    if (!table.rows.restore(values)) {
      return false;
    }
  }
  return held_.restore(values);
}

}  // namespace skep
