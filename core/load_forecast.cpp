#include "core/load_forecast.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kLeastLoad = 0.005;  // its logarithm is the least that is told apart
constexpr double kHistogramMemory = 0.999;
constexpr double kPriorSteps = 30;    // the prior of a step histogram counts like so many
constexpr double kHeavyTail = 0.03;   // its share with a scale of 2.5 instead of 0.7
constexpr double kLevelPrior = 0.02;  // in each bin of a level histogram
constexpr double kShareRate = 0.1;    // of the responsibilities
constexpr double kLeastShare = 1e-4;
constexpr double kUsedShare = 0.003;  // components with less do not count in a forecast
constexpr double kLeastDensity = 1e-6;
constexpr double kWorstRatio = 20;   // the price of one step's overload ends here
constexpr double kFirstStep = 0.08;  // of the log load, from one tick to the next
constexpr double kLagMemory = 0.999;

/// Laplace with a heavy tail, per scale.
double prior_density(double z) {
  return (1 - kHeavyTail) * 0.7071 * std::exp(-1.4142 * std::abs(z)) +
         kHeavyTail * 0.14 * std::exp(-0.28 * std::abs(z));
}

/// The value of `sums` at a place between its indices, constant before the first, 0 from the last.
template <class Sums>
double between(const Sums& sums, double place) {
  if (place <= 0) {
    return sums[0];
  }
  const std::size_t last = sums.size() - 1;
  if (place >= static_cast<double>(last)) {
    return 0;
  }
  const auto index = static_cast<std::size_t>(place);
  const double part = place - static_cast<double>(index);
  return sums[index] * (1 - part) + sums[index + 1] * part;
}

std::size_t bin_of(double place, std::size_t count) {
  return static_cast<std::size_t>(
      std::lround(std::clamp(place, 0.0, static_cast<double>(count - 1))));
}

}  // namespace

LoadForecast::LoadForecast(int horizon, int max_replicas, double utilization_limit, bool graded)
    : horizon_(horizon), utilization_limit_(utilization_limit), graded_(graded) {
  for (int n = 1; n <= max_replicas; ++n) {
    log_capacity_.push_back(std::log(n * utilization_limit));
  }
  for (std::size_t k = 0; k < kGrid; ++k) {
    const double excess = (static_cast<double>(k) - kGrid / 2) * kGridWidth;
    price_[k] = graded ? std::exp(excess) : 1;
  }
  for (std::size_t i = 0; i < kLags; ++i) {
    covariance_[i * kLags + i] = 1;
  }
  constexpr std::array<double, 3> kMemories{0.9, 0.97, 0.995};
  for (const double memory : kMemories) {
    add_component(Kind::kRatio, 0, memory, 3, 1);
  }
  for (const double memory : kMemories) {
    add_component(Kind::kRatio, 1, memory, 3, 0.37);
  }
  for (std::size_t i = 0; i < kSmoothings; ++i) {
    add_component(Kind::kRatio, 2 + i, 0.97, 3, 0.2);
    add_component(Kind::kRatio, 2 + i, 0.995, 3, 0.2);
  }
  for (const double memory : kMemories) {
    add_component(Kind::kDifference, 0, memory, 1, 0.37);
  }
  for (const double memory : {0.99, 0.998, 0.9997}) {
    add_component(Kind::kLevel, 0, memory, 4, 0.13);
  }
  double sum = 0;
  for (const Component& component : components_) {
    sum += component.share;
  }
  for (Component& component : components_) {
    component.share /= sum;
  }
}

void LoadForecast::add_component(Kind kind, std::size_t location, double memory, int kernel,
                                 double share) {
  Component component{kind, location, memory, kernel, share, 0, 0, {}, {}, {}};
  component.scale =
      kind == Kind::kDifference ? kFirstStep * horizon_ : kFirstStep * std::sqrt(horizon_);
  for (std::size_t i = 0; i < kSteps; ++i) {
    const double z = (static_cast<double>(i) - kSteps / 2) * kStepWidth;
    component.histogram[i] =
        kind == Kind::kLevel ? kLevelPrior : kPriorSteps * kStepWidth * prior_density(z);
    component.total += component.histogram[i];
  }
  components_.push_back(component);
}

void LoadForecast::interrupt() {
  open_.clear();
  logs_.clear();
}

double LoadForecast::residual(const Component& component, const Belief& then, std::size_t index,
                              double load, double log_load) const {
  const double step = component.kind == Kind::kDifference
                          ? load - then.load
                          : log_load - then.log_load - then.location[component.location];
  return step / then.scale[index];
}

double LoadForecast::load_of(const SeenLoad& seen) const {
  if (!seen.hidden || open_.size() < static_cast<std::size_t>(horizon_)) {
    return seen.guess();
  }
  const Belief& then = open_.front();
  double probability = 0;
  double mean = 0;
  for (std::size_t i = 0; i < components_.size(); ++i) {
    const Component& component = components_[i];
    for (std::size_t bin = 0; bin < kSteps; ++bin) {
      const double step = (static_cast<double>(bin) - kSteps / 2) * kStepWidth;
      double load = 0;
      switch (component.kind) {
        case Kind::kRatio:
          load = std::exp(then.log_load + then.location[component.location] + step * then.scale[i]);
          break;
        case Kind::kDifference:
          load = then.load + step * then.scale[i];
          break;
        case Kind::kLevel:
          load = std::exp(kLowestLevel + static_cast<double>(bin) * kLevelWidth);
          break;
      }
      if (load > seen.load) {
        const double part = component.share * component.histogram[bin] / component.total;
        probability += part;
        mean += part * std::min(load, kMostHidden * seen.load);
      }
    }
  }
  return probability > 0 ? mean / probability : seen.guess();
}

double LoadForecast::see(const SeenLoad& seen) {
  const double load = load_of(seen);
  const double log_load = std::log(std::max(load, kLeastLoad));
  if (open_.size() >= static_cast<std::size_t>(horizon_)) {
    learn(open_.front(), load, log_load);
    learn_lags(open_.front(), log_load);
    open_.pop_front();
  }
  now_ = believe(load, log_load);
  open_.push_back(now_);
  tabulate();
  return load;
}

void LoadForecast::learn(const Belief& then, double load, double log_load) {
  const auto level_place = (log_load - kLowestLevel) / kLevelWidth;
  const auto place_of = [&](const Component& component, std::size_t index) {
    return component.kind == Kind::kLevel
               ? bin_of(level_place, kSteps)
               : bin_of(residual(component, then, index, load, log_load) / kStepWidth + kSteps / 2,
                        kSteps);
  };
  std::vector<double> responsibility(components_.size());
  double sum = 0;
  for (std::size_t i = 0; i < components_.size(); ++i) {
    const Component& component = components_[i];
    double width = kLevelWidth;
    if (component.kind != Kind::kLevel) {
      width = kStepWidth * then.scale[i];
    }
    double density = component.histogram[place_of(component, i)] / component.total / width;
    if (component.kind == Kind::kDifference) {
      density *= load;  // per log load, as the others
    }
    responsibility[i] = component.share * (density + kLeastDensity);
    sum += responsibility[i];
  }
  steps_ += 1;
  const double rate = std::max(kShareRate, 1 / (steps_ + 10));
  for (std::size_t i = 0; i < components_.size(); ++i) {
    Component& component = components_[i];
    const double part = responsibility[i] / sum;
    component.share = std::max(kLeastShare, (1 - rate) * component.share + rate * part);
    const bool level = component.kind == Kind::kLevel;
    const double weight = level ? 1 : std::min(1.0, part / std::max(component.share, 1e-3));
    const double keep = level ? component.memory : 1 - (1 - kHistogramMemory) * weight;
    const double refill = level ? kLevelPrior * (1 - keep) : 0;
    for (double& count : component.histogram) {
      count = count * keep + refill;
    }
    component.total = component.total * keep + refill * kSteps;
    const auto bin = static_cast<int>(place_of(component, i));
    const int kernel = component.kernel;
    for (int d = -kernel; d <= kernel; ++d) {
      const double mass = weight * (kernel + 1 - std::abs(d)) / ((kernel + 1) * (kernel + 1));
      const int at = std::clamp(bin + d, 0, static_cast<int>(kSteps) - 1);
      component.histogram[static_cast<std::size_t>(at)] += mass;
      component.total += mass;
    }
    const double memory = 1 - (1 - component.memory) * weight;
    if (component.kind == Kind::kDifference) {
      const double step = std::min(std::abs(load - then.load), 6 * component.scale);
      component.scale = std::max(1e-4, memory * component.scale + (1 - memory) * step);
    } else if (component.kind == Kind::kRatio) {
      const double step = log_load - then.log_load - then.location[component.location];
      const double square = component.scale * component.scale;
      const double seen = std::min(step * step, 25 * square);
      component.scale = std::sqrt(std::max(1e-6, memory * square + (1 - memory) * seen));
    }
  }
}

void LoadForecast::learn_lags(const Belief& then, double log_load) {
  // Recursive least squares with forgetting; steps of more than 4 scales count as 4.
  const double most = 4 * components_[2].scale;
  const double error = std::clamp(log_load - then.log_load - then.location[1], -most, most);
  std::array<double, kLags> gain{};
  double divisor = kLagMemory;
  for (std::size_t i = 0; i < kLags; ++i) {
    for (std::size_t j = 0; j < kLags; ++j) {
      gain[i] += covariance_[i * kLags + j] * then.lags[j];
    }
    divisor += then.lags[i] * gain[i];
  }
  double trace = 0;
  for (std::size_t i = 0; i < kLags; ++i) {
    weights_[i] += gain[i] / divisor * error;
    for (std::size_t j = 0; j < kLags; ++j) {
      double& cell = covariance_[i * kLags + j];
      cell = (cell - gain[i] * gain[j] / divisor) / kLagMemory;
    }
    trace += covariance_[i * kLags + i];
  }
  if (trace > 1000.0 * kLags) {  // nothing new for long: do not become jumpy
    for (double& cell : covariance_) {
      cell *= 0.5;
    }
  }
}

LoadForecast::Belief LoadForecast::believe(double load, double log_load) {
  if (logs_.empty()) {
    fast_ = slow_ = log_load;
    for (Smoothing& smoothing : smoothings_) {
      smoothing.level = log_load;
      smoothing.trend = 0;
    }
  }
  logs_.add(log_load);
  fast_ += 0.2 * (log_load - fast_);
  slow_ += 0.03 * (log_load - slow_);
  Belief belief;
  belief.load = load;
  belief.log_load = log_load;
  const auto log_before = [this](std::size_t ticks) { return logs_.before(ticks); };
  belief.lags = {log_before(0) - log_before(1),
                 log_before(1) - log_before(2),
                 log_before(2) - log_before(4),
                 log_load - fast_,
                 log_load - slow_,
                 log_before(4) - log_before(9)};
  double predicted = 0;
  for (std::size_t i = 0; i < kLags; ++i) {
    predicted += weights_[i] * belief.lags[i];
  }
  const double most = 4 * components_[5].scale + 1e-3;
  belief.location[0] = 0;
  belief.location[1] = std::clamp(predicted, -most, most);
  for (std::size_t i = 0; i < kSmoothings; ++i) {
    // Holt's linear smoothing (Holt 1957).
    Smoothing& smoothing = smoothings_[i];
    const double expected = smoothing.level + smoothing.trend;
    const double level = expected + smoothing.level_gain * (log_load - expected);
    smoothing.trend += smoothing.trend_gain * (level - smoothing.level - smoothing.trend);
    smoothing.level = level;
    belief.location[2 + i] = level + horizon_ * smoothing.trend - log_load;
  }
  for (const Component& component : components_) {
    belief.scale.push_back(component.scale);
  }
  return belief;
}

void LoadForecast::tabulate() {
  excess_.fill(0);
  level_excess_.fill(0);
  has_levels_ = false;
  for (Component& component : components_) {
    if (component.share < kUsedShare) {
      continue;
    }
    const double share = component.share;
    component.tail[kSteps] = 0;
    component.tail_steps[kSteps] = 0;
    if (component.kind == Kind::kDifference) {
      for (std::size_t i = kSteps; i-- > 0;) {
        const double part = component.histogram[i] / component.total;
        const double z = (static_cast<double>(i) - kSteps / 2) * kStepWidth;
        component.tail[i] = component.tail[i + 1] + part;
        component.tail_steps[i] = component.tail_steps[i + 1] + part * z;
      }
      continue;
    }
    // Of a bin: its probability times the ratio of its load to that of now.
    const bool level = component.kind == Kind::kLevel;
    const double width = level ? kLevelWidth : kStepWidth * component.scale;
    const double first = level ? kLowestLevel - now_.log_load
                               : now_.location[component.location] - width * (kSteps / 2);
    double ratio = std::exp(first + width * (kSteps - 1));
    const double shrink = std::exp(-width);
    for (std::size_t i = kSteps; i-- > 0;) {
      const double weight = graded_ ? (level ? ratio : std::min(ratio, kWorstRatio)) : 1;
      component.tail[i] = component.tail[i + 1] + component.histogram[i] / component.total * weight;
      ratio *= shrink;
    }
    std::array<double, kGrid>& table = level ? level_excess_ : excess_;
    has_levels_ = has_levels_ || level;
    for (std::size_t k = 0; k < kGrid; ++k) {
      const double excess = (static_cast<double>(k) - kGrid / 2) * kGridWidth;
      table[k] += share * between(component.tail, (-excess - first) / width + 0.5) * price_[k];
    }
  }
}

void LoadForecast::violations(double load, std::span<double> expected) const {
  const double log_load = std::log(std::max(load, kLeastLoad));
  const auto at = [this](const std::array<double, kGrid>& table, double excess) {
    const double place = excess / kGridWidth + kGrid / 2;
    if (place <= 0) {
      return table[0];
    }
    if (place >= kGrid - 1) {
      const double beyond = excess - static_cast<double>(kGrid / 2) * kGridWidth;
      return table[kGrid - 1] * (graded_ ? std::exp(beyond) : 1);
    }
    const auto index = static_cast<std::size_t>(place);
    const double part = place - static_cast<double>(index);
    return table[index] * (1 - part) + table[index + 1] * part;
  };
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expected[i] = at(excess_, log_load - log_capacity_[i]);
  }
  if (has_levels_) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expected[i] += at(level_excess_, now_.log_load - log_capacity_[i]);
    }
  }
  for (const Component& component : components_) {
    if (component.kind != Kind::kDifference || component.share < kUsedShare) {
      continue;
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double capacity = static_cast<double>(i + 1) * utilization_limit_;
      const double place = (capacity - load) / component.scale / kStepWidth + kSteps / 2 + 0.5;
      const double probability = between(component.tail, place);
      const double value =
          graded_ ? (load * probability + component.scale * between(component.tail_steps, place)) /
                        capacity
                  : probability;
      expected[i] += component.share * value;
    }
  }
}

void LoadForecast::save(std::vector<float>& values) const {
  const auto put = [&values](double value) { values.push_back(static_cast<float>(value)); };
  put(steps_);
  for (const double value : weights_) {
    put(value);
  }
  for (const double value : covariance_) {
    put(value);
  }
  for (const Component& component : components_) {
    put(component.share);
    put(component.scale);
    for (const double value : component.histogram) {
      put(value);
    }
  }
}

bool LoadForecast::restore(std::span<const float>& values) {
  const std::size_t count = 1 + kLags + kLags * kLags + components_.size() * (2 + kSteps);
  if (values.size() < count) {
    return false;
  }
  std::size_t next = 0;
  const auto get = [&values, &next] { return static_cast<double>(values[next++]); };
  steps_ = get();
  for (double& value : weights_) {
    value = get();
  }
  for (double& value : covariance_) {
    value = get();
  }
  for (Component& component : components_) {
    component.share = std::max(kLeastShare, get());
    component.scale = std::max(1e-4, get());
    component.total = 0;
    for (double& value : component.histogram) {
      value = std::max(0.0, get());
      component.total += value;
    }
  }
  values = values.subspan(count);
  interrupt();
  return true;
}

}  // namespace skep
