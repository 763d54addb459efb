#include "core/load_forecast.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr double kHistogramGrowth = 0.001;  // how much more each step counts than the last one
constexpr double kPriorSteps = 30;          // the prior of a step histogram counts like so many
constexpr double kHeavyTail = 0.06;         // its share with a scale of 2.5 instead of 0.7
constexpr double kLevelPrior = 0.01;        // in each bin of a level histogram
constexpr double kFewSteps = 100;   // with less, what is hidden is not guessed from other loads
constexpr double kShareRate = 0.1;  // of the responsibilities
constexpr double kLeastShare = 1e-4;
constexpr double kUsedShare = 0.003;   // components with less do not count in a forecast
constexpr double kUsedJumps = 0.0003;  // jumps that are rarer than this do not either
constexpr double kLeastDensity = 1e-6;
constexpr double kFirstStep = 0.08;  // of the log load, from one tick to the next
constexpr double kMiddle = FadingHistogram::kBins / 2;
constexpr double kStepWidth = 0.1;    // of the bins of a step histogram, in scales
constexpr double kLevelWidth = 0.05;  // of the bins of a level histogram, in log load
constexpr double kLowestLevel = -4;   // of their middles, where that leaves room at the top

/// The middle of the first bin of a level histogram, such that the last one is at twice
/// `max_replicas`.
double lowest_level(int max_replicas) {
  const double highest = std::log(2.0 * max_replicas);
  return std::max(kLowestLevel, highest - kLevelWidth * (FadingHistogram::kBins - 1));
}

/// Laplace with a heavy tail, per scale.
double prior_density(double z) {
  return (1 - kHeavyTail) * 0.7071 * std::exp(-1.4142 * std::abs(z)) +
         kHeavyTail * 0.14 * std::exp(-0.28 * std::abs(z));
}

std::array<float, FadingHistogram::kBins> step_prior() {
  std::array<float, FadingHistogram::kBins> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double z = (static_cast<double>(i) - kMiddle) * kStepWidth;
    counts[i] = static_cast<float>(kPriorSteps * kStepWidth * prior_density(z));
  }
  return counts;
}

}  // namespace

LoadForecast::LoadForecast(int horizon, int max_replicas, double utilization_limit, bool graded,
                           std::size_t season_leads)
    : horizon_(horizon),
      lowest_level_(lowest_level(max_replicas)),
      season_(horizon, season_leads),
      hidden_(max_replicas * utilization_limit),
      expected_(max_replicas, utilization_limit, graded,
                {lowest_level_ - kLevelWidth / 2, kLevelWidth}) {
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
  for (const double memory : {0.97, 0.995}) {
    add_component(Kind::kRatio, kSeason, memory, 3, kLeastShare);
  }
}

void LoadForecast::add_component(Kind kind, std::size_t location, double memory, int kernel,
                                 double share) {
  const double step = kind == Kind::kDifference ? horizon_ : std::sqrt(horizon_);
  const bool level = kind == Kind::kLevel;
  components_.push_back(
      {kind,
       location,
       memory,
       share,
       kFirstStep * step,
       {level ? std::array<float, kBins>{} : step_prior(), level ? kLevelPrior : 0, kernel}});
}

void LoadForecast::interrupt(std::size_t unseen) {
  open_.clear();
  season_.skip(unseen);
  prediction_.interrupt();
  hidden_.interrupt();
}

double LoadForecast::step_of(const Component& component, const Belief& then, double load,
                             double log_load) const {
  return component.kind == Kind::kDifference
             ? load - then.load
             : log_load - then.log_load - then.location[component.location];
}

double LoadForecast::share_of_parts(const Belief& then) const {
  double sum = 0;
  for (const Component& component : components_) {
    sum += takes_part(component, then) ? component.share : 0;
  }
  return sum;
}

double LoadForecast::guess_above(double seen) const {
  const double most = hidden_.most(seen);
  double probability = 0;
  double mean = 0;
  const auto count = [&](double load, double part) {
    if (load > seen) {
      probability += part;
      mean += part * std::min(load, most);
    }
  };
  const double moves = 1 - repeats_.get();
  if (foreseen()) {
    count(open_.front().load, repeats_.get());
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double step = (static_cast<double>(bin) - kMiddle) * JumpChance::kWidth;
      count(std::exp(open_.front().log_load + step),
            moves * jumps_.get() * jumps_.sizes().probability(bin));
    }
  }
  for (std::size_t i = 0; i < kComponents; ++i) {
    const Component& component = components_[i];
    const double share = moves * (1 - jumps_.get()) * component.share;
    double width = kLevelWidth;
    double first = lowest_level_;
    if (component.kind != Kind::kLevel) {
      if (!foreseen() || !takes_part(component, open_.front())) {
        continue;
      }
      const Belief& then = open_.front();
      const double middle = component.kind == Kind::kDifference
                                ? then.load
                                : then.log_load + then.location[component.location];
      width = 1 / then.per_width[i];
      first = middle - kMiddle * width;
    }
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double place = first + static_cast<double>(bin) * width;
      const double load = component.kind == Kind::kDifference ? place : std::exp(place);
      count(load, share * component.histogram.probability(bin));
    }
  }
  return probability > 0 ? mean / probability : SeenLoad{seen, true}.guess();
}

double LoadForecast::load_of(const SeenLoad& seen) {
  if (!seen.hidden) {
    hidden_.reveal(seen.load);
    return seen.load;
  }
  if (foreseen()) {
    return hidden_.correct(guess_above(seen.load), seen.load);
  }
  return steps_ < kFewSteps ? seen.guess() : guess_above(seen.load);
}

double LoadForecast::see(const SeenLoad& seen) {
  const double load = load_of(seen);
  const double log_load = std::log(std::max(load, ExpectedViolations::kLeastLoad));
  if (foreseen()) {
    const Belief& then = open_.front();
    if (seen.hidden || !repeats_.see(then.load, load)) {
      learn(then, load, log_load);
      learn_prediction(then, log_load);
    }
    open_.pop_front();
  }
  open_.push_back(believe(load, log_load));
  tabulate(open_.back());
  return load;
}

void LoadForecast::learn(const Belief& then, double load, double log_load) {
  std::array<double, kComponents> steps{};
  std::array<std::size_t, kComponents> bins;
  std::array<double, kComponents> responsibility;
  double sum = 0;
  double known = 0;  // of it, what did not only land in the last bin of a step
  for (std::size_t i = 0; i < kComponents; ++i) {
    const Component& component = components_[i];
    if (!takes_part(component, then)) {
      responsibility[i] = 0;
      continue;
    }
    double place = (log_load - lowest_level_) / kLevelWidth;
    double per_width = 1 / kLevelWidth;
    if (component.kind != Kind::kLevel) {
      steps[i] = step_of(component, then, load, log_load);
      per_width = then.per_width[i];
      place = steps[i] * per_width + kMiddle;
    }
    bins[i] = FadingHistogram::bin_of(place);
    double density = component.histogram.probability(bins[i]) * per_width;
    if (component.kind == Kind::kDifference) {
      density *= load;  // per log load, as the others
    }
    const bool above_all_levels = component.kind == Kind::kLevel && place > kBins - 0.5;
    responsibility[i] =
        component.share * (above_all_levels ? 0 : density) + component.share * kLeastDensity;
    sum += responsibility[i];
    const bool at_an_edge =
        component.kind != Kind::kLevel && (bins[i] == 0 || bins[i] == kBins - 1);
    known += at_an_edge ? component.share * kLeastDensity : responsibility[i];
  }
  // A jump says little of the other steps.
  const double usual = 1 - jumps_.see(then.load, load, known / share_of_parts(then));
  const double per_sum = 1 / sum;
  steps_ += 1;
  const double rate = usual * std::max(kShareRate, 1 / (steps_ + 10));
  for (std::size_t i = 0; i < kComponents; ++i) {
    Component& component = components_[i];
    const double part = responsibility[i] * per_sum;
    component.share = std::max(kLeastShare, (1 - rate) * component.share + rate * part);
    if (!takes_part(component, then)) {
      continue;
    }
    if (component.kind == Kind::kLevel) {
      component.histogram.fade(1 / component.memory);
      component.histogram.add(bins[i], 1);
      continue;
    }
    const double weight = usual * std::min(1.0, part / std::max(component.share, 1e-3));
    component.histogram.fade(1 + kHistogramGrowth * weight);
    component.histogram.add(bins[i], weight);
    const double memory = 1 - (1 - component.memory) * weight;
    if (component.kind == Kind::kDifference) {
      const double seen = std::min(std::abs(steps[i]), 6 * component.scale);
      component.scale = std::max(1e-4, memory * component.scale + (1 - memory) * seen);
    } else {
      const double square = component.scale * component.scale;
      const double seen = std::min(steps[i] * steps[i], 25 * square);
      component.scale = std::sqrt(std::max(1e-6, memory * square + (1 - memory) * seen));
    }
  }
}

void LoadForecast::learn_prediction(const Belief& then, double log_load) {
  const double most = 4 * components_[2].scale;
  const double error = log_load - then.log_load - then.location[1];
  prediction_.learn(then.lags, std::clamp(error, -most, most));
}

LoadForecast::Belief LoadForecast::believe(double load, double log_load) {
  if (prediction_.empty()) {
    for (Smoothing& smoothing : smoothings_) {
      smoothing.level = log_load;
      smoothing.trend = 0;
    }
  }
  Belief belief;
  belief.load = load;
  belief.log_load = log_load;
  belief.lags = prediction_.see(log_load);
  const double most = 4 * components_[5].scale + 1e-3;
  season_.see(log_load);
  belief.season = season_.period() != 0;
  belief.location[0] = 0;
  belief.location[1] = std::clamp(prediction_.predict(belief.lags), -most, most);
  belief.location[kSeason] = belief.season ? season_.at(1).log_load - log_load : 0;
  for (std::size_t i = 0; i < kSmoothings; ++i) {
    // Holt's linear smoothing (Holt 1957).
    Smoothing& smoothing = smoothings_[i];
    const double expected = smoothing.level + smoothing.trend;
    const double level = expected + smoothing.level_gain * (log_load - expected);
    smoothing.trend += smoothing.trend_gain * (level - smoothing.level - smoothing.trend);
    smoothing.level = level;
    belief.location[2 + i] = level + horizon_ * smoothing.trend - log_load;
  }
  for (std::size_t i = 0; i < kComponents; ++i) {
    belief.per_width[i] = 1 / (kStepWidth * components_[i].scale);
  }
  return belief;
}

void LoadForecast::tabulate(const Belief& now) {
  expected_.begin();
  const double moves = 1 - repeats_.get();
  const double per_share = 1 / share_of_parts(now);
  for (const Component& component : components_) {
    const double share = moves * (1 - jumps_.get()) * component.share * per_share;
    if (share < kUsedShare || !takes_part(component, now)) {
      continue;
    }
    const double width = kStepWidth * component.scale;
    switch (component.kind) {
      case Kind::kRatio:
        expected_.add_ratio(component.histogram, share,
                            {now.location[component.location] - width * (kMiddle + 0.5), width});
        break;
      case Kind::kLevel:
        expected_.add_level(component.histogram, share);
        break;
      case Kind::kDifference:
        expected_.add_difference(component.histogram, share, width);
        break;
    }
  }
  if (jumps_.get() >= kUsedJumps) {
    constexpr double kNoStep = static_cast<double>(JumpChance::kMiddle) + 0.5;  // in bins
    expected_.add_ratio(jumps_.sizes(), moves * jumps_.get(),
                        {-JumpChance::kWidth * kNoStep, JumpChance::kWidth});
  }
  if (repeats_.get() >= kUsedShare) {
    expected_.add_repeat(repeats_.get());
  }
  expected_.finish();
}

void LoadForecast::save(std::vector<float>& values) const {
  const auto put = [&values](double value) { values.push_back(static_cast<float>(value)); };
  put(steps_);
  prediction_.save(values);
  hidden_.save(values);
  repeats_.save(values);
  jumps_.save(values);
  for (const Component& component : components_) {
    put(component.share);
    put(component.scale);
    component.histogram.save(values);
  }
  season_.save(values);
}

bool LoadForecast::restore(std::span<const float>& values) {
  const std::size_t count = 1 + LinearPrediction::kSaved + HiddenLoadCorrection::kSaved +
                            RepeatChance::kSaved + JumpChance::kSaved + kComponents * (2 + kBins);
  if (values.size() < count) {
    return false;
  }
  std::size_t next = 0;
  const auto get = [&values, &next] { return static_cast<double>(values[next++]); };
  steps_ = std::max(0.0, get());
  prediction_.restore(values.subspan(next, LinearPrediction::kSaved));
  next += LinearPrediction::kSaved;
  hidden_.restore(values.subspan(next, HiddenLoadCorrection::kSaved));
  next += HiddenLoadCorrection::kSaved;
  repeats_.restore(values.subspan(next, RepeatChance::kSaved));
  next += RepeatChance::kSaved;
  if (!jumps_.restore(values.subspan(next, JumpChance::kSaved))) {
    return false;
  }
  next += JumpChance::kSaved;
  for (Component& component : components_) {
    component.share = std::max(kLeastShare, get());
    component.scale = std::max(1e-4, get());
    if (!component.histogram.restore(values.subspan(next, kBins))) {
      return false;
    }
    next += kBins;
  }
  values = values.subspan(count);
  return season_.restore(values);
}

}  // namespace skep
