#include "core/training.hpp"

#include "core/controller.hpp"

#include <algorithm>
#include <cmath>

namespace skep {
namespace {

constexpr auto kNumbers = Controller::Detail::kNumbers;

/// For another load, or the same from its beginning.
Snapshot learned_by(const Controller& controller) {
  Snapshot learned = controller.snapshot(TimePoint{}, std::nullopt);
  learned.last_load.reset();
  return with_learned({}, Duration{0}, learned);
}

/// Runs one controller after the other over parts of the history, and tells how far all of them
/// are.
class Runs {
 public:
  Runs(const SimulatorSettings& simulator, Duration step, double rows,
       const std::function<void(double)>& progress)
      : simulator_(simulator), step_(step), rows_(rows), progress_(progress) {}

  /// From nothing; what was learned is in `learned`. Returns the first pass.
  SimulationResult teach(const ControllerSettings& settings, std::span<const double> loads,
                         Snapshot& learned) {
    SimulationResult first;
    for (int pass = 0; pass < kTrainingPasses; ++pass) {
      Controller pupil(settings, kNumbers);
      if (pass > 0) {
        pupil.restore(learned, Duration{0}, TimePoint{});
      }
      const SimulationResult result = run(pupil, loads);
      first = pass == 0 ? result : first;
      learned = learned_by(pupil);
    }
    return first;
  }

  SimulationResult run(Controller& controller, std::span<const double> loads) {
    SimulatedService service(simulator_, first_replicas(controller.settings(), loads.front()));
    const auto tell = [this](const SimulatedDecision& one) {
      progress_((done_ + to_seconds(one.time) / to_seconds(step_)) / rows_);
    };
    const SimulationResult result = simulate(controller, service, loads, step_, tell);
    done_ += static_cast<double>(loads.size());
    return result;
  }

 private:
  SimulatorSettings simulator_;
  Duration step_;
  double rows_;
  const std::function<void(double)>& progress_;
  double done_ = 0;
};

/// The controller that acts by the policy itself.
ControllerSettings acting(ControllerSettings settings) {
  settings.agent.shadow = false;
  return settings;
}

ControllerSettings acting_by_rule(ControllerSettings settings) {
  settings.agent.shadow = false;
  settings.agent.policy = PolicyType::kTargetTracking;
  return settings;
}

bool is_gap(double load) { return std::isnan(load); }

/// Where the last quarter of the rows with a load begins.
std::size_t last_quarter(std::span<const double> loads) {
  const auto gaps = static_cast<std::size_t>(std::count_if(loads.begin(), loads.end(), is_gap));
  std::size_t begin = loads.size();
  for (std::size_t left = (loads.size() - gaps) / 4; left > 0;) {
    left -= is_gap(loads[--begin]) ? 0 : 1;
  }
  return begin;
}

/// How many rows after the last one with a load there are.
Duration::rep gaps_at_the_end(std::span<const double> loads) {
  return std::find_if_not(loads.rbegin(), loads.rend(), is_gap) - loads.rbegin();
}

}  // namespace

bool can_learn(const ControllerSettings& settings) {
  const Controller controller(acting(settings), kNumbers);
  return !controller.snapshot(TimePoint{}, std::nullopt).layout.empty();
}

TrainingResult train(const ControllerSettings& settings, const SimulatorSettings& simulator,
                     std::span<const double> loads, Duration step,
                     const std::function<void(double)>& progress) {
  const ControllerSettings agent = acting(settings);
  const ControllerSettings rule = acting_by_rule(settings);
  const std::size_t cut = last_quarter(loads);
  const std::span<const double> first = loads.first(cut);
  const std::span<const double> last = loads.subspan(cut);
  const std::size_t taught = kTrainingPasses * (first.size() + loads.size());
  Runs runs(simulator, step, static_cast<double>(loads.size() + 3 * last.size() + taught),
            progress);
  TrainingResult result;

  Controller whole_rule(rule, kNumbers);
  result.rule = runs.run(whole_rule, loads);
  Controller last_rule(rule, kNumbers);
  result.last_rule = runs.run(last_rule, last);

  Controller last_untrained(agent, kNumbers);
  result.last_untrained = runs.run(last_untrained, last);
  Snapshot learned_first;
  runs.teach(agent, first, learned_first);
  learned_first.last_load = {settings.interval + gaps_at_the_end(first) * step, settings.interval};
  Controller last_trained(agent, kNumbers);
  last_trained.restore(learned_first, Duration{0}, TimePoint{});
  result.last_trained = runs.run(last_trained, last);

  result.untrained = runs.teach(agent, loads, result.learned);
  return result;
}

Snapshot with_learned(const Snapshot& before, Duration age, const Snapshot& trained) {
  Snapshot snapshot = before;
  snapshot.layout = trained.layout;
  snapshot.cells = trained.cells;
  snapshot.arrays = trained.arrays;
  snapshot.last_load = trained.last_load;
  snapshot.epsilon = trained.epsilon;
  snapshot.cooldown_left = std::max(Duration::zero(), before.cooldown_left - age);
  if (before.paused && before.pause_left > Duration::zero()) {
    snapshot.pause_left = std::max(Duration::zero(), before.pause_left - age);
    snapshot.paused = snapshot.pause_left > Duration::zero();
  }
  return snapshot;
}

}  // namespace skep
