#include "core/shadow.hpp"

#include "core/controller.hpp"
#include "core/simulator.hpp"
#include "core/target_tracking.hpp"
#include "core/words.hpp"

#include <algorithm>

namespace skep {
namespace {

constexpr int kReportTicks = 240;

/// Wishes what another agent would, and teaches it nothing.
class BorrowedAgent final : public Agent {
 public:
  explicit BorrowedAgent(Agent& other) : other_(other) {}
  Wish wish(const AgentView& view) override { return other_.wish(view); }
  std::string explain(const AgentView& view, const Wish& wish) const override {
    return other_.explain(view, wish);
  }

 private:
  Agent& other_;
};

ControllerSettings imagined(ControllerSettings settings) {
  settings.agent.shadow = false;
  settings.dry_run = false;
  return settings;
}

ShadowScore difference(const ShadowScore& now, const ShadowScore& before) {
  return {now.ticks - before.ticks, now.violations - before.violations,
          now.changes - before.changes, now.replica_ticks - before.replica_ticks};
}

std::string length_text(Duration length) {
  const double hours = to_seconds(length) / 3600;
  return hours < 1 ? seconds_text(length) : number_text(hours) + " h";
}

std::string score_text(const ShadowScore& score) {
  return number_text(score.violations_percent()) + "% of the ticks over the CPU limit, " +
         number_text(score.mean_replicas()) + " replicas in the mean and " +
         std::to_string(score.changes) + (score.changes == 1 ? " change" : " changes");
}

}  // namespace

double ShadowScore::violations_percent() const {
  return ticks == 0 ? 0 : 100 * static_cast<double>(violations) / static_cast<double>(ticks);
}

double ShadowScore::mean_replicas() const {
  return ticks == 0 ? 0 : static_cast<double>(replica_ticks) / static_cast<double>(ticks);
}

std::string shadow_text(const ShadowReport& report) {
  return "With the load of the last " + length_text(report.recent.lasted) +
         " the agent would have had " + score_text(report.recent.agent) + ", and target tracking " +
         score_text(report.recent.rule) + ".";
}

/// A simulated service and the controller that scales it.
class ShadowService {
 public:
  ShadowService(const ControllerSettings& settings, std::unique_ptr<Agent> agent, int replicas,
                Controller::Detail detail)
      : controller_(settings, std::move(agent), detail),
        service_(like(settings.environment), replicas) {}

  /// What it decides when it is asked for `load`, and everything but CPU is as `seen`.
  Decision tick(const Metrics& seen, double load, TimePoint now) {
    TickInput input = service_.observe(load, now);
    const int running = input.service->replicas.running;
    Metrics& metrics = *input.metrics;
    metrics.ram_percent = seen.ram_percent;
    metrics.ram_service_percent = seen.ram_percent * running;
    metrics.demand = seen.demand;
    TickResult result = controller_.tick(input, now);
    Decision& decision = *result.decision;
    const double limit = controller_.settings().environment.reward.limits.cpu_percent;
    ++score_.ticks;
    score_.violations += over(service_.truth().metrics.cpu_percent, limit) ? 1 : 0;
    score_.replica_ticks += static_cast<std::uint64_t>(input.service->replicas.desired);
    if (result.command) {
      controller_.scale_finished(ScaleOutcome::kAccepted, {}, decision, now);
      service_.scale(result.command->to, now);
      ++score_.changes;
    }
    return std::move(decision);
  }

  const ShadowScore& score() const { return score_; }

 private:
  static SimulatorSettings like(const EnvironmentSettings& environment) {
    SimulatorSettings simulator;
    simulator.startup = environment.startup;
    return simulator;
  }

  Controller controller_;
  SimulatedService service_;
  ShadowScore score_;
};

Shadow::Shadow(const ControllerSettings& settings, Agent& learner, bool in_words)
    : settings_(imagined(settings)), learner_(learner), in_words_(in_words) {}

Shadow::~Shadow() = default;

ShadowDecision Shadow::tick(const Observation& seen, TimePoint now) {
  if (!rule_) {
    const int replicas = std::max(1, seen.replicas.desired);
    rule_ = std::make_unique<ShadowService>(settings_,
                                            std::make_unique<TargetTrackingPolicy>(settings_),
                                            replicas, Controller::Detail::kNumbers);
    agent_ = std::make_unique<ShadowService>(
        settings_, std::make_unique<BorrowedAgent>(learner_), replicas,
        in_words_ ? Controller::Detail::kFull : Controller::Detail::kNumbers);
    start_ = last_report_ = now;
  }
  const double load = demand_.see(seen.metrics).guess();
  const bool hidden = seen.metrics.cpu_percent >= Demand::kHiddenFromPercent;
  saturated_ += hidden && !seen.metrics.demand ? 1 : 0;
  last_tick_ = now;
  rule_->tick(seen.metrics, load, now);
  Decision decision = agent_->tick(seen.metrics, load, now);
  return {decision.replicas.desired, decision.wanted, decision.change, decision.target_replicas,
          std::move(decision.reason)};
}

std::optional<ShadowReport> Shadow::report() {
  if (last_tick_ - last_report_ < kReportTicks * settings_.interval) {
    return std::nullopt;
  }
  return tell();
}

std::optional<ShadowReport> Shadow::last_report() {
  if (last_tick_ == last_report_) {
    return std::nullopt;
  }
  return tell();
}

ShadowReport Shadow::tell() {
  ShadowReport report;
  report.total = {last_tick_ - start_, saturated_, rule_->score(), agent_->score()};
  report.recent = {last_tick_ - last_report_, saturated_ - before_.saturated,
                   difference(report.total.rule, before_.rule),
                   difference(report.total.agent, before_.agent)};
  before_ = report.total;
  last_report_ = last_tick_;
  return report;
}

}  // namespace skep
