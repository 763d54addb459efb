#include "core/mixture.hpp"

#include "core/words.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace skep {
namespace {

/// A handicap is a cost that a policy starts with, so that the first hours follow the known rule.
constexpr double kKnownRule = 0;
constexpr double kLookaheadTables = 0.5;
constexpr double kAfterStateTables = 1;
constexpr double kForecastRules = 2;
constexpr double kOtherRules = 3;
/// The largest sum: no policy falls so far behind that it could not come back.
constexpr double kLargestSum = 100;
constexpr double kRecentTicks = 1000;

std::vector<HpaSettings> hpa_rules() {
  std::vector<HpaSettings> rules;
  for (const double target : {0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75}) {
    for (const int window : {0, 2, 5, 10, 20, 60}) {
      rules.push_back({target, 0.05, window});
    }
  }
  return rules;
}

}  // namespace

Mixture::Mixture(const ImaginedService& service)
    : service_(service),
      forecast_(service.horizon(), service.max_replicas, service.utilization_limit, service.graded),
      rows_(static_cast<std::size_t>(service.lag + service.startup) + 3) {
  add(std::make_unique<HpaRules>(service, std::vector<HpaSettings>{{0.5, 0.1, 5}}), kKnownRule);
  add(std::make_unique<HpaRules>(service, hpa_rules()), kOtherRules);
  add(std::make_unique<CeilingRules>(service), kOtherRules);
  add(std::make_unique<ForecastRules>(service), kForecastRules);
  add(std::make_unique<AfterStateTables>(service), kAfterStateTables);
  auto lookahead = std::make_unique<LookaheadTables>(service);
  lookahead_ = lookahead.get();
  add(std::move(lookahead), kLookaheadTables);
  history_.resize(rows_ * members_.size());
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
  median_ = count;
}

int Mixture::desired(std::size_t index, std::size_t age) const {
  return history_[((newest_ + rows_ - age) % rows_) * members_.size() + index];
}

int Mixture::running(std::size_t index, std::size_t age) const {
  int least = desired(index, age);
  for (std::size_t i = 1; i <= static_cast<std::size_t>(service_.startup); ++i) {
    least = std::min(least, desired(index, age + i));
  }
  return least;
}

void Mixture::see(const SeenLoad& seen, int replicas) {
  if (ticks_ == 0) {
    start(replicas);
  }
  const double load = forecast_.see(seen);
  charge(load);
  for (const std::unique_ptr<ImaginedPolicies>& family : families_) {
    family->see(load, forecast_);
  }
  move_on();
  ++ticks_;
}

void Mixture::charge(double load) {
  const auto age = static_cast<std::size_t>(service_.lag);
  if (ticks_ <= age) {
    return;  // the load is older than the first decision
  }
  recent_ticks_ = std::min(recent_ticks_ + 1, kRecentTicks);
  double least = members_[0].sum;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    const int count = desired(i, age);
    double cost = service_.weights.performance * service_.violation(load, running(i, age)) +
                  service_.price_of_replicas(count);
    if (count != desired(i, age + 1)) {
      cost += service_.weights.adaptation;
    }
    member.sum += cost;
    member.recent += (cost - member.recent) / recent_ticks_;
    least = i == 0 ? member.sum : std::min(least, member.sum);
  }
  for (Member& member : members_) {
    member.sum = std::min(member.sum - least, kLargestSum);
  }
}

void Mixture::move_on() {
  std::vector<double> weight_of(static_cast<std::size_t>(service_.max_replicas) + 1);
  double all = 0;
  const auto age = static_cast<std::size_t>(service_.lag);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    const int wanted =
        families_[member.family]->want(member.index, running(i, age), member.replicas);
    if (member.cooling > 0) {
      --member.cooling;
    } else {
      const int next = service_.reachable(wanted, member.replicas);
      if (next != member.replicas) {
        member.replicas = next;
        member.cooling = service_.cooldown;
      }
    }
    const double weight = std::exp(-member.sum);
    weight_of[static_cast<std::size_t>(member.replicas)] += weight;
    all += weight;
  }
  newest_ = (newest_ + 1) % rows_;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    history_[newest_ * members_.size() + i] = static_cast<std::uint16_t>(members_[i].replicas);
  }
  double below = 0;
  median_ = service_.max_replicas;
  for (int n = 1; n <= service_.max_replicas; ++n) {
    below += weight_of[static_cast<std::size_t>(n)];
    if (below >= all / 2) {
      median_ = n;
      break;
    }
  }
}

void Mixture::interrupt() {
  forecast_.interrupt();
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
  for (const Member& member : members_) {
    const double weight = std::exp(-member.sum);
    weights[member.family] += weight;
    all += weight;
  }
  for (double& weight : weights) {
    weight /= all;
  }
  return weights;
}

std::size_t Mixture::leader() const {
  const auto cheaper = [](const Member& left, const Member& right) { return left.sum < right.sum; };
  return static_cast<std::size_t>(std::min_element(members_.begin(), members_.end(), cheaper) -
                                  members_.begin());
}

std::string Mixture::explain(int) const {
  const Member& first = members_[leader()];
  const std::vector<double> weights = family_weights();
  const auto heaviest =
      static_cast<std::size_t>(std::max_element(weights.begin(), weights.end()) - weights.begin());
  std::string why = "the policies that cost least in imagination agree on " +
                    replicas_text(median_) + "; the " + std::string(families_[heaviest]->name()) +
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
  const std::vector<double> costs = lookahead_->lookahead().costs_at(0, load, forecast_);
  return cheapest(service_, std::span<const double>(costs), replicas);
}

void Mixture::save(std::vector<LearnedArray>& arrays) const {
  LearnedArray& members = arrays.emplace_back(LearnedArray{"members", {}});
  members.values.push_back(static_cast<float>(recent_ticks_));
  for (const Member& member : members_) {
    members.values.push_back(static_cast<float>(member.sum));
    members.values.push_back(static_cast<float>(member.recent));
  }
  forecast_.save(arrays.emplace_back(LearnedArray{"forecast", {}}).values);
  LearnedArray& tables = arrays.emplace_back(LearnedArray{"tables", {}});
  for (const std::unique_ptr<ImaginedPolicies>& family : families_) {
    family->save(tables.values);
  }
}

bool Mixture::restore(const std::vector<LearnedArray>& arrays) {
  interrupt();
  if (arrays.size() != 3 || arrays[0].values.size() != 1 + 2 * members_.size()) {
    return false;
  }
  recent_ticks_ = std::clamp(static_cast<double>(arrays[0].values[0]), 0.0, kRecentTicks);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    members_[i].sum =
        std::clamp(static_cast<double>(arrays[0].values[1 + 2 * i]), 0.0, kLargestSum);
    members_[i].recent = std::max(0.0, static_cast<double>(arrays[0].values[2 + 2 * i]));
  }
  std::span<const float> forecast(arrays[1].values);
  std::span<const float> tables(arrays[2].values);
  const auto restored = [&tables](const std::unique_ptr<ImaginedPolicies>& family) {
    return family->restore(tables);
  };
  return forecast_.restore(forecast) && forecast.empty() &&
         std::all_of(families_.begin(), families_.end(), restored) && tables.empty();
}

}  // namespace skep
