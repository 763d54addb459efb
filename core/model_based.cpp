#include "core/model_based.hpp"

#include "core/words.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

namespace skep {
namespace {

constexpr std::size_t kWindow = 10;     // ticks whose largest load is a part of the state
constexpr std::size_t kPlanned = 8;     // states at each tick
constexpr std::size_t kNeighbours = 9;  // bins; a step teaches so far
constexpr double kRoom = 1.5;  // the chain holds loads up to so many times the largest count
constexpr int kMostTicks = 100;
constexpr const char* kStepsName = "load_steps";
constexpr const char* kValuesName = "values";
constexpr const char* kDemandName = "demand";

LoadPlan::Settings plan_settings(const ControllerSettings& settings, const AutoscaleEnv& env) {
  LoadPlan::Settings plan;
  plan.min = settings.replicas.min;
  plan.max = settings.replicas.max;
  plan.max_step = settings.replicas.max_step;
  plan.gamma = settings.agent.gamma;
  plan.price = env.price_of_change();
  plan.cooldown_ticks =
      std::clamp(ticks_up(settings.cooldown, settings.interval, kMostTicks), 1, 8);
  plan.startup_ticks =
      std::max(0, ticks_up(settings.environment.startup, settings.interval, kMostTicks) - 1);
  return plan;
}

/// The cost of a tick in which `load` meets so many replicas; above 100% CPU it is demand that
/// finds no replica.
LoadPlan::Cost cost_of(const AutoscaleEnv& env) {
  return [&env](double load, int replicas) {
    Observation observation;
    observation.replicas = {replicas, replicas};
    observation.metrics.cpu_percent = 100 * load / replicas;
    observation.metrics.cpu_service_percent = 100 * load;
    return -env.reward(observation);
  };
}

std::string describe_layout(const ControllerSettings& settings, std::size_t states) {
  const RewardSettings& reward = settings.environment.reward;
  std::ostringstream text;
  text << "model_based 2; replicas " << settings.replicas.min << ".." << settings.replicas.max
       << "; states " << states << "; lag "
       << ticks_up(settings.environment.lag, settings.interval, kMostTicks) << "; cooldown "
       << ticks_up(settings.cooldown, settings.interval, kMostTicks) << "; startup "
       << ticks_up(settings.environment.startup, settings.interval, kMostTicks) << "; reward "
       << (reward.type == RewardType::kSlo ? "slo " : "thresholds ") << reward.weights.performance
       << ' ' << reward.weights.resources << ' ' << reward.weights.adaptation << " limit "
       << reward.limits.cpu_percent << (reward.graded ? " graded" : "") << "; gamma "
       << settings.agent.gamma;
  return text.str();
}

}  // namespace

ModelBasedAgent::ModelBasedAgent(const ControllerSettings& settings, const AutoscaleEnv& env)
    : settings_(settings),
      env_(env),
      lag_ticks_(static_cast<std::size_t>(
          ticks_up(settings.environment.lag, settings.interval, kMostTicks))),
      chain_(kRoom * settings.replicas.max, {static_cast<int>(lag_ticks_), 1.5, 3}),
      plan_(chain_, plan_settings(settings, env), cost_of(env)) {
  layout_ = describe_layout(settings, chain_.states());
  lowest_ = chain_.bins();
}

std::optional<LearnedUpdate> ModelBasedAgent::observe(const AgentView& view) {
  load_ = demand_.see(view.observation.metrics).guess();
  if (!learn(view)) {
    return std::nullopt;
  }
  const int replicas =
      std::clamp(view.observation.replicas.desired, settings_.replicas.min, settings_.replicas.max);
  LearnedUpdate learned;
  learned.state = samples_.back().state;
  learned.before = -plan_.value(learned.state, replicas);
  plan();
  learned.after = -plan_.value(learned.state, replicas);
  learned.visits = chain_.visits(learned.state);
  learned.ticks = 1;
  return learned;
}

bool ModelBasedAgent::learn(const AgentView& view) {
  const Duration interval = settings_.interval;
  const TimePoint now = view.now;
  const double load = load_;
  if (!samples_.empty() && now - samples_.back().time > interval + interval / 2) {
    samples_.clear();  // what lies between is not known
  }
  double largest = load;
  std::size_t seen = 1;
  for (auto it = samples_.rbegin(); it != samples_.rend() && seen < kWindow; ++it, ++seen) {
    largest = std::max(largest, it->load);
  }
  feature_ = drop_class(load > 0 ? largest / std::max(load, LoadChain::kSmallestLoad) : 9);
  if (view.between_ticks) {
    return false;
  }
  const auto increment_from = [load](const Sample& sample) {
    return std::log(std::max(load, LoadChain::kSmallestLoad) /
                    std::max(sample.load, LoadChain::kSmallestLoad));
  };
  const bool step = !samples_.empty();
  if (step) {
    chain_.learn_step(samples_.back().state, increment_from(samples_.back()), feature_);
  }
  if (samples_.size() > lag_ticks_) {
    const Sample& then = samples_[samples_.size() - 1 - lag_ticks_];
    chain_.learn_ahead(then.state, increment_from(then));
  }
  samples_.push_back({now, load, chain_.state(chain_.bin(load), feature_)});
  if (samples_.size() > std::max(kWindow, lag_ticks_ + 1)) {
    samples_.pop_front();
  }
  return step;
}

void ModelBasedAgent::plan() {
  const std::size_t bin = chain_.bin(load_);
  lowest_ = std::min(lowest_, bin - std::min(bin, kNeighbours));
  highest_ = std::max(highest_, std::min(bin + kNeighbours, chain_.bins() - 1));
  plan_.back_up(chain_.state(bin, feature_));
  const std::size_t first = chain_.state(lowest_, 0);
  const std::size_t end = chain_.state(highest_ + 1, 0);
  for (std::size_t i = 1; i < kPlanned; ++i) {
    next_ = next_ < first || next_ + 1 >= end ? first : next_ + 1;
    plan_.back_up(next_);
  }
}

int ModelBasedAgent::best_change(double load, std::size_t feature, int replicas,
                                 const std::vector<bool>& allowed) const {
  const ActionSpace& actions = env_.action_space();
  std::optional<int> best;
  double least = 0;
  for (std::size_t action = 0; action < actions.size(); ++action) {
    const int change = actions.change(action);
    const int next = replicas + change;
    if (!allowed[action] || next < settings_.replicas.min || next > settings_.replicas.max) {
      continue;
    }
    const double value = plan_.value(load, feature, replicas, next);
    if (!best || value < least || (value == least && change == 0)) {
      best = change;
      least = value;
    }
  }
  return best.value_or(0);
}

Wish ModelBasedAgent::wish(const AgentView& view) {
  Wish wish;
  const int replicas = view.observation.replicas.desired;
  if (replicas >= settings_.replicas.min && replicas <= settings_.replicas.max) {
    wish.change = best_change(load_, feature_, replicas, view.allowed);
  }
  return wish;
}

std::string ModelBasedAgent::explain(const AgentView&, const Wish& wish) const {
  const LoadChain::Ahead ahead = chain_.ahead(chain_.state(chain_.bin(load_), feature_));
  const auto quantile = [&ahead](double share) {
    double below = 0;
    std::size_t i = 0;
    while (i + 1 < ahead.size() && (below += ahead[i]) < share) {
      ++i;
    }
    return LoadChain::kIncrements[i];
  };
  return "the learned load model expects a load of " +
         number_text(load_ * std::exp(quantile(0.05))) + " to " +
         number_text(load_ * std::exp(quantile(0.95))) + " replicas next, for which " +
         change_text(wish.change) + " is the cheapest";
}

std::vector<ActionValue> ModelBasedAgent::values(const AgentView& view) const {
  std::vector<ActionValue> values;
  const ReplicaSettings& bounds = settings_.replicas;
  const int replicas = std::clamp(view.observation.replicas.desired, bounds.min, bounds.max);
  for (const int change : env_.action_space().changes()) {
    const int next = std::clamp(replicas + change, bounds.min, bounds.max);
    values.push_back({change, -plan_.value(load_, feature_, replicas, next)});
  }
  return values;
}

std::optional<int> ModelBasedAgent::preferred(double load, int replicas) const {
  if (replicas < settings_.replicas.min || replicas > settings_.replicas.max) {
    return std::nullopt;
  }
  const std::vector<bool> any(env_.action_space().size(), true);
  return replicas + best_change(load, 0, replicas, any);
}

void ModelBasedAgent::save(Snapshot& snapshot, TimePoint) const {
  snapshot.layout = layout_;
  snapshot.arrays.push_back({kStepsName, chain_.saved()});
  snapshot.arrays.push_back({kValuesName, plan_.saved()});
  snapshot.arrays.push_back(
      {kDemandName, {static_cast<float>(demand_.used()), static_cast<float>(demand_.asked())}});
}

bool ModelBasedAgent::restore(const Snapshot& snapshot, TimePoint) {
  const auto& arrays = snapshot.arrays;
  if (snapshot.layout != layout_ || arrays.size() != 3 || arrays[0].name != kStepsName ||
      arrays[1].name != kValuesName || arrays[2].name != kDemandName ||
      arrays[2].values.size() != 2) {
    return false;
  }
  LoadChain chain = chain_;
  Demand demand;
  if (!chain.restore(arrays[0].values) ||
      !demand.restore(arrays[2].values[0], arrays[2].values[1]) ||
      !plan_.restore(arrays[1].values)) {
    return false;
  }
  chain_ = std::move(chain);
  demand_ = demand;
  samples_.clear();
  return true;
}

}  // namespace skep
