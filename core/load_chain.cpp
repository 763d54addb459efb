#include "core/load_chain.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace skep {
namespace {

constexpr std::size_t kCount = LoadChain::kIncrements.size();
constexpr int kReach = 9;                 // bins: three times the scale
constexpr double kNeighbourScale = 0.15;  // of log load
constexpr std::array<double, LoadChain::kFeatures> kFeatureMiddles{1.0, 1.06, 1.17, 1.4, 2.0};

/// Between an increment's bin and the next one.
double upper_edge(std::size_t i) {
  return (LoadChain::kIncrements[i] + LoadChain::kIncrements[i + 1]) / 2;
}

std::size_t increment_bin(double increment) {
  std::size_t i = 0;
  while (i + 1 < kCount && increment >= upper_edge(i)) {
    ++i;
  }
  return i;
}

/// The probability of a Laplace variable around 0 below `x`.
double laplace_below(double x, double scale) {
  return x < 0 ? 0.5 * std::exp(x / scale) : 1 - 0.5 * std::exp(-x / scale);
}

/// Mostly small steps, and a heavy tail: a load can double from one tick to the next.
double prior_below(double x, double stretch) {
  return 0.98 * laplace_below(x, 0.08 * stretch) + 0.02 * laplace_below(x, 0.5 * stretch);
}

LoadChain::Ahead prior_increments(double stretch) {
  LoadChain::Ahead prior{};
  double below = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    const double up_to = i + 1 < kCount ? prior_below(upper_edge(i), stretch) : 1;
    prior[i] = static_cast<float>(up_to - below);
    below = up_to;
  }
  return prior;
}

/// The maximum of the last ten ticks stays for nine of ten steps; else the load now is the largest.
LoadChain::Steps prior_steps(std::size_t feature) {
  const LoadChain::Ahead increments = prior_increments(1);
  LoadChain::Steps prior{};
  for (std::size_t i = 0; i < kCount; ++i) {
    const double fall = std::exp(-LoadChain::kIncrements[i]);
    const auto next = [fall](double largest) { return drop_class(std::max(1.0, largest * fall)); };
    prior[i][next(kFeatureMiddles[feature])] += 0.9F * increments[i];
    prior[i][next(1)] += 0.1F * increments[i];
  }
  return prior;
}

double sum(const LoadChain::Ahead& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

double sum(const LoadChain::Steps& steps) {
  double sum = 0;
  for (const auto& features : steps) {
    sum = std::accumulate(features.begin(), features.end(), sum);
  }
  return sum;
}

}  // namespace

double LoadChain::visits(std::size_t state) const { return sum(counts_[state]); }

LoadChain::LoadChain(double largest, const Settings& settings)
    : settings_(settings),
      bins_(1 + static_cast<std::size_t>(
                    std::ceil(std::log(std::max(1.0, largest / kSmallestLoad)) / kBinWidth))),
      counts_(states()),
      ahead_counts_(states()),
      prior_ahead_(prior_increments(std::sqrt(settings.lag + 1.0))) {
  for (std::size_t feature = 0; feature < kFeatures; ++feature) {
    prior_[feature] = prior_steps(feature);
  }
}

double LoadChain::position(double load) const {
  const double position = std::log(std::max(load, kSmallestLoad) / kSmallestLoad) / kBinWidth;
  return std::min(position, static_cast<double>(bins_ - 1));
}

double LoadChain::load(std::size_t bin) {
  return kSmallestLoad * std::exp(static_cast<double>(bin) * kBinWidth);
}

template <class Add>
void LoadChain::for_neighbours(std::size_t state, Add add) const {
  static const std::array<float, kReach + 1> kWeights = [] {
    std::array<float, kReach + 1> weights{};
    for (std::size_t d = 0; d < weights.size(); ++d) {
      weights[d] =
          static_cast<float>(std::exp(-static_cast<double>(d) * kBinWidth / kNeighbourScale));
    }
    return weights;
  }();
  const int centre = static_cast<int>(state / kFeatures);
  const int last = std::min(centre + kReach, static_cast<int>(bins_) - 1);
  for (int bin = std::max(0, centre - kReach); bin <= last; ++bin) {
    add(static_cast<std::size_t>(bin) * kFeatures + state % kFeatures,
        kWeights[static_cast<std::size_t>(std::abs(bin - centre))]);
  }
}

void LoadChain::learn_step(std::size_t state, double increment, std::size_t next_feature) {
  const std::size_t i = increment_bin(increment);
  for_neighbours(state,
                 [&](std::size_t near, float weight) { counts_[near][i][next_feature] += weight; });
  pooled_[state % kFeatures][i][next_feature] += 1;
}

void LoadChain::learn_ahead(std::size_t state, double increment) {
  const std::size_t i = increment_bin(increment);
  for_neighbours(state, [&](std::size_t near, float weight) { ahead_counts_[near][i] += weight; });
  pooled_ahead_[state % kFeatures][i] += 1;
}

LoadChain::Steps LoadChain::steps(std::size_t state) const {
  const std::size_t feature = state % kFeatures;
  const double pool = sum(pooled_[feature]);
  const double pool_weight = std::min(settings_.pooled, pool);
  const double total = sum(counts_[state]) + pool_weight + settings_.prior;
  Steps steps{};
  if (!(total > 0)) {
    steps[kCount / 2][feature] = 1;  // nothing is known: it stays
    return steps;
  }
  const auto own_part = static_cast<float>(1 / total);
  const auto pool_part = static_cast<float>(pool > 0 ? pool_weight / pool / total : 0);
  const auto prior_part = static_cast<float>(settings_.prior / total);
  for (std::size_t i = 0; i < kCount; ++i) {
    for (std::size_t f = 0; f < kFeatures; ++f) {
      steps[i][f] = own_part * counts_[state][i][f] + pool_part * pooled_[feature][i][f] +
                    prior_part * prior_[feature][i][f];
    }
  }
  return steps;
}

LoadChain::Ahead LoadChain::ahead(std::size_t state) const {
  const std::size_t feature = state % kFeatures;
  const double pool = sum(pooled_ahead_[feature]);
  const double pool_weight = std::min(settings_.pooled, pool);
  const double total = sum(ahead_counts_[state]) + pool_weight + settings_.prior;
  Ahead ahead{};
  if (!(total > 0)) {
    ahead[kCount / 2] = 1;
    return ahead;
  }
  const auto own_part = static_cast<float>(1 / total);
  const auto pool_part = static_cast<float>(pool > 0 ? pool_weight / pool / total : 0);
  const auto prior_part = static_cast<float>(settings_.prior / total);
  for (std::size_t i = 0; i < kCount; ++i) {
    ahead[i] = own_part * ahead_counts_[state][i] + pool_part * pooled_ahead_[feature][i] +
               prior_part * prior_ahead_[i];
  }
  return ahead;
}

template <class Self, class Visit>
void LoadChain::each_count(Self& self, Visit visit) {
  const auto each_step = [&visit](auto& table) {
    for (auto& steps : table) {
      for (auto& features : steps) {
        std::for_each(features.begin(), features.end(), visit);
      }
    }
  };
  const auto each_ahead = [&visit](auto& table) {
    for (auto& counts : table) {
      std::for_each(counts.begin(), counts.end(), visit);
    }
  };
  each_step(self.counts_);
  each_step(self.pooled_);
  each_ahead(self.ahead_counts_);
  each_ahead(self.pooled_ahead_);
}

std::vector<float> LoadChain::saved() const {
  std::vector<float> pairs;
  std::size_t at = 0;
  each_count(*this, [&](float count) {
    if (count > 0) {
      pairs.push_back(static_cast<float>(at));
      pairs.push_back(count);
    }
    ++at;
  });
  return pairs;
}

bool LoadChain::restore(const std::vector<float>& saved) {
  const std::size_t counts = (states() + kFeatures) * kCount * (kFeatures + 1);
  if (saved.size() % 2 != 0) {
    return false;
  }
  float before = -1;
  for (std::size_t i = 0; i < saved.size(); i += 2) {
    const bool in_order = saved[i] > before && saved[i] < static_cast<float>(counts);
    if (!in_order || !(saved[i + 1] > 0) || !std::isfinite(saved[i + 1])) {
      return false;
    }
    before = saved[i];
  }
  std::size_t at = 0;
  std::size_t pair = 0;
  each_count(*this, [&](float& count) {
    const bool kept = pair < saved.size() && saved[pair] == static_cast<float>(at++);
    count = kept ? saved[pair + 1] : 0;
    pair += kept ? 2 : 0;
  });
  return true;
}

}  // namespace skep
