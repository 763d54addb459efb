#include "core/season_forecast.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr std::size_t kMostSeasons = 3;  // that are averaged
constexpr double kMemory = 0.998;        // per tick, of the sums
constexpr double kErrorMemory = 0.99;    // per tick, of the error
constexpr double kPrior = 100;           // the first weights count like so many usual errors
constexpr double kMostLearned = 5;       // a result is off by at most so many errors
constexpr double kMostError = 8;         // and counts as at most so many in the next error
constexpr double kLeastError = 1e-4;     // in log load
constexpr std::size_t kSavedOfOne = 7;   // numbers of a lead, itself the first

}  // namespace

SeasonForecast::SeasonForecast(int horizon, std::size_t longest)
    : horizon_(static_cast<std::size_t>(horizon)) {
  // The farther, the less one differs from the next: half as far again each.
  for (std::size_t lead = 1; lead < longest; lead += (lead + 1) / 2) {
    leads_.push_back(lead);
  }
  leads_.push_back(longest);
  learned_.resize(leads_.size());
}

void SeasonForecast::see(double log_load) {
  season_.see(log_load);
  if (period() == 0) {
    return;
  }
  for (std::size_t i = 0; i < leads_.size(); ++i) {
    learn(learned_[i], ticks_ahead(leads_[i]));
  }
}

SeasonForecast::Before SeasonForecast::before(std::size_t ago, std::size_t ahead) const {
  const std::size_t in_season = (ahead - 1) % period() + 1;
  double start = 0;
  double end = 0;
  std::size_t seasons = 0;
  while (seasons < kMostSeasons && (seasons + 1) * period() + ago < season_.size()) {
    ++seasons;
    const std::size_t then = seasons * period() + ago;
    start += season_.before(then);
    end += season_.before(then - in_season);
  }
  if (seasons == 0) {
    return {0, 0};
  }
  const auto count = static_cast<double>(seasons);
  return {(end - start) / count, start / count - season_.before(ago)};
}

void SeasonForecast::learn(Learned& learned, std::size_t ahead) {
  if (period() + ahead >= season_.size()) {
    return;
  }
  const auto [change, level] = before(ahead, ahead);
  const double result = season_.before(0) - season_.before(ahead);
  const double expected = learned.of_change * change + learned.of_level * level;
  const double error = result - expected;
  const double bounded =
      expected + std::clamp(error, -kMostLearned * learned.error, kMostLearned * learned.error);
  learned.error +=
      (1 - kErrorMemory) * (std::min(std::abs(error), kMostError * learned.error) - learned.error);
  learned.error = std::max(kLeastError, learned.error);
  const auto fade_and_add = [](double& sum, double product) { sum = kMemory * sum + product; };
  fade_and_add(learned.change_change, change * change);
  fade_and_add(learned.change_level, change * level);
  fade_and_add(learned.level_level, level * level);
  fade_and_add(learned.change_result, change * bounded);
  fade_and_add(learned.level_result, level * bounded);
  learned.solve();
}

void SeasonForecast::Learned::solve() {
  const double ridge = kPrior * error * error;
  const double cc = change_change + ridge;
  const double ll = level_level + ridge;
  const double cl = change_level;
  const double cr = change_result + ridge;
  const double lr = level_result;
  const double determinant = cc * ll - cl * cl;
  of_change = (ll * cr - cl * lr) / determinant;
  of_level = (cc * lr - cl * cr) / determinant;
}

SeasonForecast::Expected SeasonForecast::at(std::size_t lead) const {
  const auto above = static_cast<std::size_t>(std::lower_bound(leads_.begin(), leads_.end(), lead) -
                                              leads_.begin());
  const std::size_t below = leads_[above] == lead ? above : above - 1;
  const double part = above == below ? 0
                                     : static_cast<double>(lead - leads_[below]) /
                                           static_cast<double>(leads_[above] - leads_[below]);
  const Learned& near = learned_[below];
  const Learned& far = learned_[above];
  const auto between = [part](double a, double b) { return a + part * (b - a); };
  const Before then = before(0, ticks_ahead(lead));
  return {season_.before(0) + between(near.of_change, far.of_change) * then.change +
              between(near.of_level, far.of_level) * then.level,
          between(near.error, far.error)};
}

void SeasonForecast::save(std::vector<float>& values) const {
  season_.save(values);
  values.push_back(static_cast<float>(leads_.size()));
  for (std::size_t i = 0; i < leads_.size(); ++i) {
    const Learned& one = learned_[i];
    for (const double value : {static_cast<double>(leads_[i]), one.change_change, one.change_level,
                               one.level_level, one.change_result, one.level_result, one.error}) {
      values.push_back(static_cast<float>(value));
    }
  }
}

bool SeasonForecast::restore(std::span<const float>& values) {
  constexpr std::size_t kBefore = Season::kSaved + 1;
  if (values.size() < kBefore || !season_.restore(values.first(Season::kSaved))) {
    return false;
  }
  const double saved = std::max(0.0, static_cast<double>(values[Season::kSaved]));
  values = values.subspan(kBefore);
  if (saved * kSavedOfOne > static_cast<double>(values.size())) {
    return false;
  }
  for (auto left = static_cast<std::size_t>(saved); left > 0; --left) {
    // With another cooldown other leads are learned; these begin anew.
    const auto lead = std::find_if(
        leads_.begin(), leads_.end(),
        [saved = values[0]](std::size_t one) { return static_cast<float>(one) == saved; });
    if (lead != leads_.end()) {
      learned_[static_cast<std::size_t>(lead - leads_.begin())].restore(values.subspan(1));
    }
    values = values.subspan(kSavedOfOne);
  }
  return true;
}

void SeasonForecast::Learned::restore(std::span<const float> values) {
  const auto value = [&values](std::size_t i) { return static_cast<double>(values[i]); };
  change_change = std::max(0.0, value(0));
  level_level = std::max(0.0, value(2));
  const double most = std::sqrt(change_change * level_level);  // Cauchy and Schwarz
  change_level = std::clamp(value(1), -most, most);
  change_result = value(3);
  level_result = value(4);
  error = std::max(kLeastError, value(5));
  solve();
}

}  // namespace skep
