// Shadow mode: target tracking acts while the agent of the configured policy learns from the same
// ticks. What either would have done with the observed load is imagined side by side: each has a
// simulated service of its own, whose replica count follows its own decisions under its own guard
// and cooldown. What does not follow from load and replicas is not compared: RAM of a replica is
// taken to be as measured, and latency is left out.
#pragma once

#include "core/agent.hpp"
#include "core/decision.hpp"
#include "core/demand.hpp"
#include "core/observation.hpp"
#include "core/settings.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace skep {

class ShadowService;

/// What came of the decisions of one side.
struct ShadowScore {
  std::uint64_t ticks = 0;
  std::uint64_t violations = 0;     ///< ticks with CPU over its limit
  std::uint64_t changes = 0;        ///< of the replica count
  std::uint64_t replica_ticks = 0;  ///< the replicas of all ticks together

  double violations_percent() const;
  double mean_replicas() const;
};

struct ShadowComparison {
  Duration lasted{0};
  std::uint64_t saturated = 0;  ///< ticks whose demand was hidden, and had to be assumed
  ShadowScore rule;             ///< target tracking
  ShadowScore agent;
};

struct ShadowReport {
  ShadowComparison recent;  ///< since the report before
  ShadowComparison total;   ///< since the start of the program
};

/// One sentence.
std::string shadow_text(const ShadowReport& report);

/// Target tracking, beside an agent that learns from what it does and is saved.
class ShadowedAgent final : public Agent {
 public:
  ShadowedAgent(std::unique_ptr<Agent> rule, std::unique_ptr<Agent> learner)
      : rule_(std::move(rule)), learner_(std::move(learner)) {}

  Agent& learner() { return *learner_; }

  std::optional<LearnedUpdate> observe(const AgentView& view) override {
    return learner_->observe(view);
  }
  Wish wish(const AgentView& view) override { return rule_->wish(view); }
  std::string explain(const AgentView& view, const Wish& wish) const override {
    return rule_->explain(view, wish);
  }
  std::vector<ActionValue> values(const AgentView& view) const override {
    return learner_->values(view);
  }
  void applied(int change, TimePoint due) override {
    rule_->applied(change, due);
    learner_->applied(change, due);
  }
  void drop() override {
    rule_->drop();
    learner_->drop();
  }
  void missed() override {
    rule_->missed();
    learner_->missed();
  }
  std::optional<int> preferred(double load, int replicas) const override {
    return learner_->preferred(load, replicas);
  }
  double epsilon() const override { return learner_->epsilon(); }
  std::string layout() const override { return learner_->layout(); }
  void save(Snapshot& snapshot, TimePoint now) const override { learner_->save(snapshot, now); }
  bool restore(const Snapshot& snapshot, TimePoint saved) override {
    return learner_->restore(snapshot, saved);
  }

 private:
  std::unique_ptr<Agent> rule_;
  std::unique_ptr<Agent> learner_;
};

/// Both sides in imagination. Not safe for use from several threads.
class Shadow {
 public:
  /// `learner` must outlive it. `in_words`: what it would have done carries a reason.
  Shadow(const ControllerSettings& settings, Agent& learner, bool in_words);
  ~Shadow();

  /// Both sides decide on the load that was seen at `now`. Returns what the agent would have done.
  ShadowDecision tick(const Observation& seen, TimePoint now);
  /// Every 240 intervals (an hour at 15 s), after a tick.
  std::optional<ShadowReport> report();
  /// Before the end: what came since the report before; empty when that is nothing.
  std::optional<ShadowReport> last_report();

 private:
  ShadowReport tell();

  ControllerSettings settings_;
  Agent& learner_;
  bool in_words_;
  Demand demand_;
  std::unique_ptr<ShadowService> rule_;  // from the first tick on
  std::unique_ptr<ShadowService> agent_;
  TimePoint start_{};  // the first tick
  TimePoint last_tick_{};
  TimePoint last_report_{};
  std::uint64_t saturated_ = 0;
  ShadowComparison before_;  // the totals at the last report
};

}  // namespace skep
