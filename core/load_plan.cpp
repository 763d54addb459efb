#include "core/load_plan.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace skep {
namespace {

constexpr double kGridStep = 0.01;  // of log load, of the table of costs
constexpr double kLargestIncrement = LoadChain::kIncrements.back();
constexpr double kRise = 1.1;  // before anything is learned, each load rises so much and then stays

}  // namespace

LoadPlan::LoadPlan(const LoadChain& chain, const Settings& settings, Cost cost)
    : chain_(chain),
      settings_(settings),
      cost_(std::move(cost)),
      expected_(chain.states() * width()),
      bound_(static_cast<std::size_t>(settings.cooldown_ticks), Table(chain.states() * width())),
      free_(chain.states() * width()) {
  const double span = static_cast<double>(chain.bins() - 1) * LoadChain::kBinWidth;
  const auto points = static_cast<std::size_t>((span + 2 * kLargestIncrement) / kGridStep) + 2;
  costs_.reserve(points * width());
  for (std::size_t point = 0; point < points; ++point) {
    const double increment = static_cast<double>(point) * kGridStep - kLargestIncrement;
    for (int replicas = settings_.min; replicas <= settings_.max; ++replicas) {
      costs_.push_back(
          static_cast<float>(cost_(LoadChain::load(0) * std::exp(increment), replicas)));
    }
  }
  for (int replicas = settings_.min; replicas <= settings_.max; ++replicas) {
    idle_.push_back(static_cast<float>(cost_(0, replicas)));
  }
  for (int tick = 0; tick < settings_.startup_ticks; ++tick) {
    startup_factor_ += std::pow(settings_.gamma, tick);
  }
  for (std::size_t bin = 0; bin < chain.bins(); ++bin) {
    assume_it_stays(bin);
  }
}

void LoadPlan::assume_it_stays(std::size_t bin) {
  std::vector<double> tick(width());
  for (int replicas = settings_.min; replicas <= settings_.max; ++replicas) {
    tick[cell(0, replicas)] = cost_(kRise * LoadChain::load(bin), replicas);
  }
  const auto best = static_cast<int>(std::min_element(tick.begin(), tick.end()) - tick.begin());
  const double gamma = settings_.gamma;
  std::vector<double> free(width());
  // Away from the best count; each count goes towards it where that pays.
  const auto solve = [&](int at, int towards) {
    const auto here = static_cast<std::size_t>(at);
    free[here] = tick[here] / (1 - gamma);
    if (at != best) {
      const auto next = static_cast<std::size_t>(towards);
      free[here] = std::min(free[here], settings_.price + tick[next] + gamma * free[next]);
    }
  };
  for (int at = best; at < static_cast<int>(width()); ++at) {
    solve(at, std::max(best, at - settings_.max_step));
  }
  for (int at = best - 1; at >= 0; --at) {
    solve(at, std::min(best, at + settings_.max_step));
  }
  for (std::size_t feature = 0; feature < LoadChain::kFeatures; ++feature) {
    const std::size_t row = chain_.state(bin, feature) * width();
    for (std::size_t i = 0; i < width(); ++i) {
      double value = free[i];
      expected_[row + i] = static_cast<float>(tick[i]);
      free_[row + i] = static_cast<float>(value);
      for (Table& bound : bound_) {
        value = tick[i] + gamma * value;
        bound[row + i] = static_cast<float>(value);
      }
    }
  }
}

template <class Row>
void LoadPlan::for_next(const LoadChain::Steps& steps, double position, Row row) const {
  const double last = static_cast<double>(chain_.bins() - 1);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double to =
        std::clamp(position + LoadChain::kIncrements[i] / LoadChain::kBinWidth, 0.0, last);
    const auto below = static_cast<std::size_t>(to);
    const std::size_t above = std::min(below + 1, chain_.bins() - 1);
    const auto part = static_cast<float>(to - static_cast<double>(below));
    for (std::size_t feature = 0; feature < LoadChain::kFeatures; ++feature) {
      if (const float probability = steps[i][feature]; probability > 0) {
        row(chain_.state(below, feature), probability * (1 - part));
        row(chain_.state(above, feature), probability * part);
      }
    }
  }
}

void LoadPlan::back_up(std::size_t state) {
  const std::size_t bin = state / LoadChain::kFeatures;
  const LoadChain::Ahead ahead = chain_.ahead(state);
  float* const expected = &expected_[state * width()];
  std::fill_n(expected, width(), 0.0F);
  for (std::size_t i = 0; i < ahead.size(); ++i) {
    const double increment = static_cast<double>(bin) * LoadChain::kBinWidth +
                             LoadChain::kIncrements[i] + kLargestIncrement;
    const float* const costs =
        &costs_[static_cast<std::size_t>(increment / kGridStep + 0.5) * width()];
    for (std::size_t n = 0; n < width(); ++n) {
      expected[n] += ahead[i] * costs[n];
    }
  }
  const LoadChain::Steps steps = chain_.steps(state);
  const auto gamma = static_cast<float>(settings_.gamma);
  const Table* next = &free_;
  for (Table& bound : bound_) {
    scratch_.assign(expected, expected + width());
    for_next(steps, static_cast<double>(bin), [&](std::size_t to, float probability) {
      const float* const values = &(*next)[to * width()];
      const float weight = gamma * probability;
      for (std::size_t n = 0; n < width(); ++n) {
        scratch_[n] += weight * values[n];
      }
    });
    std::copy(scratch_.begin(), scratch_.end(), &bound[state * width()]);
    next = &bound;
  }
  choose(state);
}

void LoadPlan::choose(std::size_t state) {
  const Table& after_change = bound_.back();
  const auto price = static_cast<float>(settings_.price);
  for (int replicas = settings_.min; replicas <= settings_.max; ++replicas) {
    float best = bound_.front()[cell(state, replicas)];
    const int most = std::min(settings_.max, replicas + settings_.max_step);
    for (int next = std::max(settings_.min, replicas - settings_.max_step); next <= most; ++next) {
      if (next != replicas) {
        best = std::min(best, price + after_change[cell(state, next)] +
                                  static_cast<float>(startup_penalty(
                                      expected_[cell(state, replicas)],
                                      expected_[cell(state, next)], replicas, next)));
      }
    }
    free_[cell(state, replicas)] = best;
  }
}

double LoadPlan::startup_penalty(double cost, double next_cost, int replicas, int next) const {
  if (next <= replicas) {
    return 0;
  }
  // What is started is paid at once, but does not serve yet.
  const double without_resources = cost - idle_[cell(0, replicas)];
  const double next_without_resources = next_cost - idle_[cell(0, next)];
  return startup_factor_ * std::max(0.0, without_resources - next_without_resources);
}

double LoadPlan::value(double load, std::size_t feature, int replicas, int next) const {
  const std::size_t state = chain_.state(chain_.bin(load), feature);
  const LoadChain::Ahead ahead = chain_.ahead(state);
  double cost = 0;
  double next_cost = 0;
  for (std::size_t i = 0; i < ahead.size(); ++i) {
    const double ahead_load = load * std::exp(LoadChain::kIncrements[i]);
    next_cost += ahead[i] * cost_(ahead_load, next);
    if (startup_factor_ > 0 && next > replicas) {
      cost += ahead[i] * cost_(ahead_load, replicas);
    }
  }
  const bool changed = next != replicas;
  const Table& future = changed && bound_.size() > 1 ? bound_[bound_.size() - 2] : free_;
  double sum = next_cost;
  for_next(chain_.steps(state), chain_.position(load), [&](std::size_t to, float probability) {
    sum += settings_.gamma * probability * future[cell(to, next)];
  });
  if (changed) {
    sum += settings_.price + startup_penalty(cost, next_cost, replicas, next);
  }
  return sum;
}

std::vector<float> LoadPlan::saved() const {
  std::vector<float> values = free_;
  for (const Table& bound : bound_) {
    values.insert(values.end(), bound.begin(), bound.end());
  }
  values.insert(values.end(), expected_.begin(), expected_.end());
  return values;
}

bool LoadPlan::restore(const std::vector<float>& saved) {
  const auto finite = [](float value) { return std::isfinite(value); };
  if (saved.size() != free_.size() * (bound_.size() + 2) ||
      !std::all_of(saved.begin(), saved.end(), finite)) {
    return false;
  }
  auto from = saved.begin();
  const auto take = [&from](Table& table) {
    std::copy_n(from, table.size(), table.begin());
    from += static_cast<std::ptrdiff_t>(table.size());
  };
  take(free_);
  std::for_each(bound_.begin(), bound_.end(), take);
  take(expected_);
  return true;
}

}  // namespace skep
