#include "core/mixture.hpp"

#include "core/season_plans.hpp"
#include "core/weighted_choice.hpp"
#include "core/words.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace skep {
namespace {

/// A policy has the weight exp(-handicap - kRate * sum). The sum is its costs beyond those of the
/// cheapest, in units in which the reward's weights add up to 1; the handicap sees to it that the
/// first hours follow the known rules and the tables whose prior is close to them.
constexpr double kRate = 0.7;
constexpr double kKnownRules = 0;
constexpr double kLookaheadTables = 0;
constexpr double kAfterStateTables = 0.5;
constexpr double kForecastRules = 2;
constexpr double kOtherRules = 3;
constexpr double kSeasonPlans = 2;
/// The largest sum: no policy falls so far behind that it could not come back.
constexpr double kLargestSum = 50;
/// The same in what is saved: after a restart or a training, new traffic may soon overturn it.
constexpr double kLargestSavedSum = 10;
/// A policy whose exponent is as low as minus this has no weight worth computing.
constexpr double kWeightless = 40;
constexpr double kRecentTicks = 1000;
/// A change must be wanted by half of the weight and so much more, times the share that the price
/// of a change has in the reward's weights: with a bare half, it is soon taken back.
constexpr double kDoubt = 0.4;

/// The target tracking that is configured, but for its window and rates of the way out, and a
/// cautious one.
std::vector<HpaSettings> known_rules(const ImaginedService& service) {
  return {{service.target_utilization, service.target_tolerance, service.target_window},
          {0.5, 0.1, 5}};
}

double sum_of(const RewardWeights& weights) {
  return weights.performance + weights.resources + weights.adaptation;
}

double needed_share(const RewardWeights& weights) {
  return 0.5 + kDoubt * weights.adaptation / sum_of(weights);
}

/// Targets from half of the limit up to the limit itself.
std::vector<HpaSettings> hpa_rules(const ImaginedService& service) {
  constexpr int kTargets = 9;
  std::vector<HpaSettings> rules;
  for (int i = 0; i < kTargets; ++i) {
    const double target = service.utilization_limit * (0.5 + 0.5 * i / (kTargets - 1));
    for (const int window : {0, 2, 5, 10, 20, 60}) {
      rules.push_back({target, 0.05, window});
    }
  }
  return rules;
}

}  // namespace

Mixture::Mixture(const ImaginedService& service)
    : service_(service),
      forecast_(service.horizon(), service.max_replicas, service.utilization_limit, service.graded,
                SeasonPlans::longest_lead(service)),
      rows_(static_cast<std::size_t>(service.lag + service.startup) + 3),
      needed_share_(needed_share(service.weights)),
      per_weights_(1 / sum_of(service.weights)) {
  add(std::make_unique<HpaRules>(service, known_rules(service)), kKnownRules);
  add(std::make_unique<HpaRules>(service, hpa_rules(service)), kOtherRules);
  add(std::make_unique<CeilingRules>(service), kOtherRules);
  add(std::make_unique<ForecastRules>(service), kForecastRules);
  add(std::make_unique<AfterStateTables>(service), kAfterStateTables);
  add(std::make_unique<SeasonPlans>(service), kSeasonPlans);
  auto lookahead = std::make_unique<LookaheadTables>(service);
  lookahead_ = lookahead.get();
  add(std::move(lookahead), kLookaheadTables);
  history_.resize(rows_ * members_.size());
  running_.resize(members_.size());
  for (int n = 0; n <= service.max_replicas; ++n) {
    prices_.push_back(service.price_of_replicas(n));
  }
  violation_costs_.resize(prices_.size());
  weight_of_.resize(prices_.size());
  weigh();
}

void Mixture::add(std::unique_ptr<ImaginedPolicies> family, double handicap) {
  for (std::size_t i = 0; i < family->size(); ++i) {
    members_.push_back({families_.size(), i, handicap});
  }
  families_.push_back(std::move(family));
}

void Mixture::start(int replicas) {
  const int count = std::clamp(replicas, service_.min_replicas, service_.max_replicas);
  for (Member& member : members_) {
    member.replicas = count;
  }
  std::fill(history_.begin(), history_.end(), static_cast<std::uint16_t>(count));
  choice_ = count;
}

void Mixture::weigh() {
  for (Member& member : members_) {
    const double exponent = member.handicap + kRate * member.sum;
    const bool votes = exponent < kWeightless && !families_[member.family]->abstains();
    member.weight = votes ? std::exp(-exponent) : 0;
  }
}

void Mixture::notice_running() {
  // A new replica takes its time, one that goes does not.
  const auto age = static_cast<std::size_t>(service_.lag);
  std::copy_n(wanted(age), members_.size(), running_.begin());
  for (std::size_t i = 1; i <= static_cast<std::size_t>(service_.startup); ++i) {
    const std::uint16_t* const before = wanted(age + i);
    for (std::size_t m = 0; m < members_.size(); ++m) {
      running_[m] = std::min(running_[m], before[m]);
    }
  }
}

void Mixture::see(const SeenLoad& seen, int replicas) {
  if (ticks_ == 0) {
    start(replicas);
  }
  const double load = forecast_.see(seen);
  notice_running();
  charge(load);
  for (const std::unique_ptr<ImaginedPolicies>& family : families_) {
    family->see(load, forecast_);
  }
  weigh();
  move_on(load);
  ++ticks_;
}

void Mixture::charge(double load) {
  const auto age = static_cast<std::size_t>(service_.lag);
  if (ticks_ <= age) {
    return;  // the load is older than the first decision
  }
  recent_ticks_ = std::min(recent_ticks_ + 1, kRecentTicks);
  for (int n = 1; n <= service_.max_replicas; ++n) {
    violation_costs_[static_cast<std::size_t>(n)] =
        service_.weights.performance * service_.violation(load, n);
  }
  const std::uint16_t* const now = wanted(age);
  const std::uint16_t* const before = wanted(age + 1);
  const double per_tick = 1 / recent_ticks_;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    const double change = now[i] != before[i] ? service_.weights.adaptation : 0;
    const double cost = violation_costs_[running_[i]] + prices_[now[i]] + change;
    member.sum += per_weights_ * cost;
    member.recent += (cost - member.recent) * per_tick;
    least = std::min(least, member.sum);
  }
  for (Member& member : members_) {
    member.sum = std::min(member.sum - least, kLargestSum);
  }
}

void Mixture::move_on(double load) {
  std::fill(weight_of_.begin(), weight_of_.end(), 0);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    if (families_[member.family]->abstains()) {
      continue;
    }
    const int wish = families_[member.family]->want(member.index, running_[i], member.replicas);
    if (member.cooling > 0) {
      --member.cooling;
    } else {
      const ImaginedService::Reach reach = service_.reach(member.replicas, load, running_[i]);
      const int next = std::clamp(wish, reach.least, reach.most);
      if (next != member.replicas) {
        member.replicas = next;
        member.cooling = service_.cooldown;
      }
    }
    weight_of_[static_cast<std::size_t>(member.replicas)] += member.weight;
  }
  choice_ = weighted_choice(weight_of_, choice_, needed_share_);
  newest_ = (newest_ + 1) % rows_;
  std::uint16_t* const newest = wanted(0);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    if (families_[member.family]->abstains()) {
      member.replicas = choice_;
    }
    newest[i] = static_cast<std::uint16_t>(member.replicas);
  }
}

void Mixture::interrupt(std::size_t unseen) {
  forecast_.interrupt(unseen);
  for (const std::unique_ptr<ImaginedPolicies>& family : families_) {
    family->interrupt();
  }
  for (Member& member : members_) {
    member.cooling = 0;
  }
  ticks_ = 0;
}

std::vector<double> Mixture::family_weights() const {
  std::vector<double> weights(families_.size());
  double all = 0;
  std::size_t i = 0;
  for (std::size_t family = 0; family < weights.size(); ++family) {
    double sum = 0;
    for (const std::size_t end = i + families_[family]->size(); i < end; ++i) {
      sum += members_[i].weight;  // in the order of their families
    }
    weights[family] = sum;
    all += sum;
  }
  for (double& weight : weights) {
    weight /= all;
  }
  return weights;
}

std::size_t Mixture::leader() const {
  const auto lighter = [](const Member& left, const Member& right) {
    return left.weight < right.weight;
  };
  return static_cast<std::size_t>(std::max_element(members_.begin(), members_.end(), lighter) -
                                  members_.begin());
}

std::string Mixture::explain(int) const {
  const Member& first = members_[leader()];
  const std::vector<double> weights = family_weights();
  const auto heaviest =
      static_cast<std::size_t>(std::max_element(weights.begin(), weights.end()) - weights.begin());
  std::string why = "the policies that cost least in imagination agree on " +
                    replicas_text(choice_) + "; the " + std::string(families_[heaviest]->name()) +
                    " have " + number_text(std::round(100 * weights[heaviest])) + "% of the weight";
  const Member& known = members_[0];
  if (recent_ticks_ >= 10 && known.recent > 0 && &first != &known) {
    const double saving = std::round(100 * (1 - first.recent / known.recent));
    why += ", and " + families_[first.family]->describe(first.index) + ", which leads, cost " +
           number_text(std::abs(saving)) + (saving >= 0 ? "% less than " : "% more than ") +
           families_[0]->describe(0) + " over the last " +
           std::to_string(static_cast<int>(recent_ticks_)) + " ticks";
  }
  return why;
}

int Mixture::preferred(double load, int replicas) const {
  return lookahead_->lookahead().want_at(0, load, replicas, forecast_);
}

void Mixture::save(std::vector<LearnedArray>& arrays) const {
  LearnedArray& members = arrays.emplace_back(LearnedArray{"members", {}});
  members.values.push_back(static_cast<float>(recent_ticks_));
  for (const Member& member : members_) {
    members.values.push_back(static_cast<float>(std::min(member.sum, kLargestSavedSum)));
    members.values.push_back(static_cast<float>(member.recent));
  }
  forecast_.save(arrays.emplace_back(LearnedArray{"forecast", {}}).values);
  LearnedArray& tables = arrays.emplace_back(LearnedArray{"tables", {}});
  for (const std::unique_ptr<ImaginedPolicies>& family : families_) {
    family->save(tables.values);
  }
}

bool Mixture::restore(const std::vector<LearnedArray>& arrays) {
  if (arrays.size() != 3 || arrays[0].values.size() != 1 + 2 * members_.size()) {
    return false;
  }
  recent_ticks_ = std::clamp(static_cast<double>(arrays[0].values[0]), 0.0, kRecentTicks);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    members_[i].sum =
        std::clamp(static_cast<double>(arrays[0].values[1 + 2 * i]), 0.0, kLargestSum);
    members_[i].recent = std::max(0.0, static_cast<double>(arrays[0].values[2 + 2 * i]));
  }
  weigh();
  std::span<const float> forecast(arrays[1].values);
  std::span<const float> tables(arrays[2].values);
  const auto restored = [&tables](const std::unique_ptr<ImaginedPolicies>& family) {
    return family->restore(tables);
  };
  return forecast_.restore(forecast) && forecast.empty() &&
         std::all_of(families_.begin(), families_.end(), restored) && tables.empty();
}

}  // namespace skep
