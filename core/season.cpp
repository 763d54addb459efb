#include "core/season.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr std::size_t kSpan = Season::kLeastPeriod;  // ticks that a change is taken over,
constexpr std::size_t kMean = 4;                     // of the mean of so many
constexpr std::size_t kChangeTicks = kSpan + kMean;  // that a change needs
constexpr double kMemoryTicks = 2000;                // of the autocorrelation
constexpr double kUsualMemory = 0.99;                // per tick, of the usual change
constexpr double kMostUsual = 3;  // a change counts as at most so many usual ones
// An autocorrelation must be this far above 0, and besides by so many of its standard errors, which
// are taken for 1 / sqrt(independent changes): those of kSpan ticks are one.
constexpr double kLeastAlikeness = 0.1;
constexpr double kStandardErrors = 2;
constexpr double kClearlyMore = 0.05;  // by which another lag must be better than the known period
constexpr double kMore = 0.01;         // and of the lags near it
constexpr float kAsGood = 0.95F;       // times the highest square of a correlation
constexpr std::size_t kTicksToChoose = 32;
constexpr float kNotSlow = 1e-20F;           // numbers that fade to almost nothing are slow to add
constexpr double kMostSavedTicks = 1 << 24;  // a float counts no further

}  // namespace

void Season::see(double log_load) {
  remember(log_load);
  const auto change = static_cast<double>(changes_[newest_]);
  usual_change_ = std::sqrt(std::max(
      1e-6, kUsualMemory * usual_change_ * usual_change_ + (1 - kUsualMemory) * change * change));
  const std::size_t part = part_of_this_tick();
  compare(part);
  if (ticks_ % kTicksToChoose == 0) {
    choose(part);
  }
}

void Season::remember(double log_load) {
  newest_ = (newest_ + kMost - 1) % kMost;
  logs_[newest_] = static_cast<float>(log_load);
  size_ = std::min(size_ + 1, kMost);
  ++ticks_;
  const double most = kMostUsual * usual_change_;
  changes_[newest_] = static_cast<float>(std::clamp(newest_change(), -most, most));
}

double Season::newest_change() const {
  if (size_ < kChangeTicks) {
    return 0;
  }
  double sum = 0;
  for (std::size_t i = 0; i < kMean; ++i) {
    sum += before(i) - before(kSpan + i);
  }
  return sum / kMean;
}

std::size_t Season::part_of_this_tick() const {
  // Multiples of the golden ratio: with turns that themselves repeat, a part of the lags would see
  // the same times of each season only.
  const auto multiple = static_cast<std::uint32_t>(ticks_) * 2654435769U;
  return multiple >> (32 - kPartsBits);
}

void Season::skip(std::size_t ticks) {
  if (size_ == 0) {
    return;
  }
  if (ticks >= size_) {
    *this = Season();
    return;
  }
  const double last = before(0);
  for (std::size_t i = 0; i < ticks; ++i) {
    remember(period_ == 0 ? last : before(period_ - 1));
  }
}

void Season::compare(std::size_t part) {
  constexpr auto kFade = static_cast<float>(1 - kParts / kMemoryTicks);
  const float change = changes_[newest_];
  squares_now_[part] = static_cast<double>(kFade) * squares_now_[part] +
                       static_cast<double>(change) * static_cast<double>(change);
  const auto compare_with = [&](const float* then, std::size_t first, std::size_t end) {
    for (std::size_t lag = first; lag < end; ++lag, ++then) {
      products_[lag] = kFade * products_[lag] + change * *then + kNotSlow;
      squares_[lag] = kFade * squares_[lag] + *then * *then + kNotSlow;
    }
  };
  const std::size_t first = part * kPart;
  const std::size_t end = first + kPart;
  const std::size_t wraps = std::clamp(kMost - newest_, first, end);  // lag where the ring ends
  compare_with(&changes_[(newest_ + first) % kMost], first, wraps);
  compare_with(&changes_[(newest_ + wraps) % kMost], wraps, end);
}

double Season::alikeness(std::size_t lag) const {
  const auto ticks = static_cast<double>(ticks_ - kChangeTicks + 1);
  const double changes = std::min(ticks, kMemoryTicks);
  const double pairs = std::clamp(ticks - static_cast<double>(lag), 0.0, kMemoryTicks);
  const double now = squares_now_[lag / kPart] * pairs / changes;
  const double square = now * static_cast<double>(squares_[lag]);
  const double correlation = static_cast<double>(products_[lag]) / std::sqrt(1e-9 + square);
  return std::min(1.0, correlation) - kStandardErrors * std::sqrt(kSpan / (1 + pairs));
}

std::size_t Season::first_candidate() const {
  return static_cast<std::size_t>(std::find_if(products_.begin() + kLeastPeriod, products_.end(),
                                               [](float product) { return product <= 0; }) -
                                  products_.begin());
}

std::size_t Season::most_alike(std::size_t part) const {
  // The square of the correlation, but for what all lags have in common.
  const auto alike = [this](std::size_t lag) {
    const float product = products_[lag];
    return product > 0 ? product * product / (1e-9F + squares_[lag]) : 0;
  };
  const std::size_t end = std::min((part + 1) * kPart, size_);
  const std::size_t begin = std::max(part * kPart, first_candidate());
  float most = 0;
  for (std::size_t lag = begin; lag < end; ++lag) {
    most = std::max(most, alike(lag));
  }
  // Two periods are a period too: of peaks that are about as high, the first.
  std::size_t best = 0;
  for (std::size_t lag = begin; lag < end; ++lag) {
    if (best == 0 ? alike(lag) > kAsGood * most : alike(lag) > alike(best)) {
      best = lag;
    } else if (best != 0 && alike(lag) < kAsGood * most / 2) {
      break;
    }
  }
  return best;
}

void Season::choose(std::size_t part) {
  if (period_ / kPart == part && period_ != 0 && alikeness(period_) < kLeastAlikeness) {
    period_ = 0;
  }
  const std::size_t best = most_alike(part);
  if (best != 0 && alikeness(best) > needed_for(best)) {
    period_ = best;
  }
}

double Season::needed_for(std::size_t lag) const {
  if (period_ == 0) {
    return kLeastAlikeness;
  }
  if (lag < period_ + kSpan && period_ < lag + kSpan) {
    return alikeness(period_) + kMore;
  }
  const double more = lag > period_ ? kClearlyMore : -kClearlyMore;
  return std::max(kLeastAlikeness, alikeness(period_) + more);
}

void Season::save(std::vector<float>& values) const {
  const auto put = [&values](auto value) { values.push_back(static_cast<float>(value)); };
  put(size_);
  put(std::min(static_cast<double>(ticks_), kMostSavedTicks));
  put(usual_change_);
  put(period_);
  std::for_each(squares_now_.begin(), squares_now_.end(), put);
  for (const auto* ring : {&logs_, &changes_}) {
    values.insert(values.end(), ring->begin() + static_cast<std::ptrdiff_t>(newest_), ring->end());
    values.insert(values.end(), ring->begin(),
                  ring->begin() + static_cast<std::ptrdiff_t>(newest_));
  }
  for (const auto* sums : {&products_, &squares_}) {
    values.insert(values.end(), sums->begin(), sums->end());
  }
}

bool Season::restore(std::span<const float> values) {
  const auto within = [&values](std::size_t at, double most) {
    return values[at] >= 0 && static_cast<double>(values[at]) <= most;
  };
  if (!within(0, kMost) || !within(1, kMostSavedTicks) || !within(3, kMost)) {
    return false;
  }
  newest_ = 0;
  size_ = static_cast<std::size_t>(values[0]);
  ticks_ = static_cast<std::size_t>(values[1]);
  usual_change_ = std::max(1e-3, static_cast<double>(values[2]));
  period_ = static_cast<std::size_t>(values[3]);
  values = values.subspan(4);
  for (double& squares : squares_now_) {
    squares = std::max(0.0, static_cast<double>(values.front()));
    values = values.subspan(1);
  }
  for (auto* array : {&logs_, &changes_, &products_, &squares_}) {
    std::copy_n(values.begin(), kMost, array->begin());
    values = values.subspan(kMost);
  }
  for (float& squares : squares_) {
    squares = std::max(0.0F, squares);
  }
  return ticks_ >= size_ && (period_ == 0 || (period_ >= kLeastPeriod && period_ < size_));
}

}  // namespace skep
