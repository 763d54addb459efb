#include "core/q_learning.hpp"

#include "core/prior.hpp"
#include "core/words.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>
#include <utility>

namespace skep {
namespace {

constexpr const char* kModelName = "dyna_model";

std::vector<std::size_t> safest_first(const ActionSpace& actions) {
  std::vector<std::size_t> order(actions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto rank = [&actions](std::size_t action) {
    const int change = actions.change(action);
    return change >= 0 ? change : 1000000 - change;
  };
  std::stable_sort(order.begin(), order.end(), [&rank](std::size_t left, std::size_t right) {
    return rank(left) < rank(right);
  });
  return order;
}

bool any(const std::vector<bool>& flags) {
  return std::find(flags.begin(), flags.end(), true) != flags.end();
}

/// Everything that gives the cells of a table their meaning.
std::string describe_layout(const ControllerSettings& settings, const AutoscaleEnv& env) {
  const EnvironmentSettings& environment = settings.environment;
  const RewardSettings& reward = environment.reward;
  std::ostringstream text;
  text << "replicas " << settings.replicas.min << ".." << settings.replicas.max << "; actions";
  for (const int change : env.action_space().changes()) {
    text << ' ' << change;
  }
  text << "; state";
  for (const NamedBin& bin : env.observation_space().bins({})) {
    text << ' ' << bin.name;
  }
  text << "; bins cpu " << environment.bins.cpu << " ram " << environment.bins.ram << " load_ratio "
       << environment.bins.load_ratio << "; gamma " << settings.agent.gamma << "; reward ";
  if (reward.type == RewardType::kSlo) {
    text << "slo " << reward.weights.performance << ' ' << reward.weights.resources << ' '
         << reward.weights.adaptation << " limits " << reward.limits.cpu_percent << ' '
         << reward.limits.ram_percent << ' ' << to_seconds(reward.limits.latency);
  } else {
    const ThresholdSettings& seed = reward.thresholds;
    text << "thresholds " << seed.cpu_base << ' ' << seed.ram_base << ' ' << seed.per_replica << ' '
         << seed.last << ' ' << seed.beyond;
  }
  if (settings.agent.prior.type == PriorType::kZero) {
    text << "; prior zero";
  } else {
    text << "; prior target_tracking " << settings.agent.prior.visits << ' '
         << settings.agent.target.cpu_percent << ' ' << settings.agent.target.tolerance;
  }
  return text.str();
}

}  // namespace

QLearningAgent::QLearningAgent(const ControllerSettings& settings, const AutoscaleEnv& env)
    : settings_(settings.agent),
      bounds_(settings.replicas),
      limits_(settings.environment.reward.limits),
      layout_(describe_layout(settings, env)),
      env_(env),
      table_(env.observation_space().size(), env.action_space().size()),
      preference_(safest_first(env.action_space())),
      epsilon_(settings.agent.epsilon),
      random_(settings.random_seed) {
  if (settings_.prior.type == PriorType::kTargetTracking) {
    fill_prior(table_, settings, env);
  }
  const bool knows_replicas = env.observation_space().has(Feature::kReplicas);
  for (int replicas = bounds_.min; replicas <= bounds_.max; ++replicas) {
    std::vector<bool>& possible = possible_.emplace_back();
    for (const int change : env.action_space().changes()) {
      const int next = replicas + change;
      possible.push_back(!knows_replicas || (next >= bounds_.min && next <= bounds_.max));
    }
  }
  if (settings_.policy == PolicyType::kDynaQ) {
    model_.emplace(settings_.gamma);
  }
}

double QLearningAgent::value_of(std::size_t state) const {
  const StateInput somewhere{bounds_.min, 0, 0, 0};
  const int replicas = env_.observation_space().representative(state, somewhere).replicas;
  return table_.max(state, possible_[static_cast<std::size_t>(replicas - bounds_.min)]);
}

std::optional<LearnedUpdate> QLearningAgent::observe(const AgentView& view) {
  state_ = view.state;
  if (!open_) {
    return std::nullopt;
  }
  const bool due = view.now >= open_->due;
  // A tick between two others ends a transition, but is not one more tick of it.
  if (!view.between_ticks || (due && open_->rewards.ticks() == 0)) {
    open_->rewards.add(view.reward);
  }
  if (!due) {
    return std::nullopt;
  }
  const Transition ended = *std::exchange(open_, std::nullopt);
  if (!any(view.allowed)) {
    return std::nullopt;  // no action can be taken here, so there is no value to go on from
  }
  const double target = ended.rewards.target(table_.max(view.state, view.allowed));
  LearnedUpdate learned;
  learned.state = ended.state;
  learned.change = env_.action_space().change(ended.action);
  learned.ticks = ended.rewards.ticks();
  learned.before = table_.at(ended.state, ended.action).value;
  const double alpha = learning_rate(settings_.alpha, table_.at(ended.state, ended.action).visits);
  table_.update(ended.state, ended.action, target, alpha);
  learned.after = table_.at(ended.state, ended.action).value;
  learned.visits = table_.at(ended.state, ended.action).visits;
  if (model_) {
    model_->remember(ended.state, ended.action,
                     {view.state, ended.rewards.ticks(), ended.rewards.target(0)});
    model_->plan(
        table_, settings_.planning_steps, settings_.alpha,
        [this](std::size_t state) { return value_of(state); }, random_);
  }
  return learned;
}

Wish QLearningAgent::wish(const AgentView& view) {
  const ActionSpace& actions = env_.action_space();
  Wish wish;
  if (!any(view.allowed)) {
    return wish;
  }
  std::size_t chosen = table_.best(view.state, view.allowed, preference_);
  if (view.may_act && epsilon_.explore(random_)) {
    std::vector<std::size_t> choices;
    const std::vector<bool> explore = explorable(view);
    for (std::size_t action = 0; action < actions.size(); ++action) {
      if (explore[action]) {
        choices.push_back(action);
      }
    }
    if (!choices.empty()) {
      chosen = choices[random_.below(choices.size())];
      wish.exploring = true;
    }
  }
  wish.change = actions.change(chosen);
  return wish;
}

std::string QLearningAgent::explain(const AgentView& view, const Wish& wish) const {
  const ActionSpace& actions = env_.action_space();
  const auto chosen = actions.index_of(wish.change);
  if (!any(view.allowed) || !chosen) {
    return "none of the agent's actions is possible here";
  }
  if (wish.exploring) {
    return "exploration tries " + change_text(wish.change);
  }
  std::string why = "the learned values favour " + change_text(wish.change) + " (" +
                    number_text(table_.at(view.state, *chosen).value);
  const auto hold = actions.index_of(0);
  if (hold && *chosen != *hold) {
    why += " against " + number_text(table_.at(view.state, *hold).value) + " for no change";
  }
  return why + ")";
}

std::vector<ActionValue> QLearningAgent::values(const AgentView& view) const {
  std::vector<ActionValue> values;
  for (std::size_t action = 0; action < table_.actions(); ++action) {
    values.push_back({env_.action_space().change(action), table_.at(view.state, action).value});
  }
  return values;
}

std::optional<int> QLearningAgent::preferred(double load, int replicas) const {
  if (replicas < bounds_.min || replicas > bounds_.max) {
    return std::nullopt;
  }
  const auto& possible = possible_[static_cast<std::size_t>(replicas - bounds_.min)];
  if (!any(possible)) {
    return replicas;
  }
  const double used = std::min(load, static_cast<double>(replicas));
  Observation seen;
  seen.replicas = {replicas, replicas};
  seen.metrics.cpu_percent = 100 * used / replicas;
  seen.metrics.cpu_service_percent = 100 * used;
  seen.metrics.ram_percent = env_.observation_space().representative(state_, {}).ram_percent;
  seen.metrics.ram_service_percent = seen.metrics.ram_percent;  // as one of both is in the state
  const std::size_t state = env_.observation_space().id(env_.state_input(seen));
  const int change = env_.action_space().change(table_.best(state, possible, preference_));
  return std::clamp(replicas + change, bounds_.min, bounds_.max);
}

std::vector<bool> QLearningAgent::explorable(const AgentView& view) const {
  std::vector<bool> explorable = view.allowed;
  for (std::size_t action = 0; action < explorable.size(); ++action) {
    const int change = env_.action_space().change(action);
    const int replicas = std::max(1, view.observation.replicas.desired + change);
    // Never try a count that is known to be too small. More replicas are never refused for it.
    if (change <= 0 &&
        over(view.observation.metrics.cpu_service_percent / replicas, limits_.cpu_percent)) {
      explorable[action] = false;
    }
  }
  return explorable;
}

void QLearningAgent::applied(int change, TimePoint due) {
  if (open_ && change == 0) {
    return;  // the change before is still being judged
  }
  open_.reset();
  if (const auto action = env_.action_space().index_of(change)) {
    open_ = Transition{state_, *action, due, DiscountedReturn(settings_.gamma)};
  }
}

std::string QLearningAgent::layout() const { return layout_; }

void QLearningAgent::save(Snapshot& snapshot, TimePoint) const {
  snapshot.layout = layout_;
  snapshot.epsilon = epsilon_.epsilon();
  const double untouched =
      settings_.prior.type == PriorType::kTargetTracking ? settings_.prior.visits : 0;
  for (std::size_t state = 0; state < table_.states(); ++state) {
    for (std::size_t action = 0; action < table_.actions(); ++action) {
      const QTable::Cell& cell = table_.at(state, action);
      if (cell.visits != untouched) {
        snapshot.cells.push_back({state, action, cell.value, cell.visits});
      }
    }
  }
  if (model_) {
    snapshot.arrays.push_back({kModelName, model_->saved()});
  }
}

bool QLearningAgent::restore(const Snapshot& snapshot, TimePoint) {
  const auto fits = [this](const TableCell& cell) {
    return cell.state < table_.states() && cell.action < table_.actions() &&
           std::isfinite(cell.value) && std::isfinite(cell.visits) && cell.visits >= 0;
  };
  if (snapshot.layout != layout_ ||
      !std::all_of(snapshot.cells.begin(), snapshot.cells.end(), fits)) {
    return false;
  }
  const auto saved_model =
      std::find_if(snapshot.arrays.begin(), snapshot.arrays.end(),
                   [](const LearnedArray& array) { return array.name == kModelName; });
  if (model_ && saved_model != snapshot.arrays.end() &&
      !model_->restore(saved_model->values, table_)) {
    return false;
  }
  for (const TableCell& cell : snapshot.cells) {
    table_.at(cell.state, cell.action) = {cell.value, cell.visits};
  }
  epsilon_.restore(std::clamp(snapshot.epsilon, settings_.epsilon.end, settings_.epsilon.start));
  open_.reset();
  return true;
}

}  // namespace skep
