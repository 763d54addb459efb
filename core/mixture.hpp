// Many policies run in imagination, and the cheapest are followed.
//
// The load does not depend on the replicas, so what each policy would have cost is known without
// running it. Each is weighted with exp(-rate * its cost beyond that of the cheapest), as in
// learning from expert advice with full information (Cesa-Bianchi and Lugosi 2006, chapter 2), and
// the wish is the weighted median of their replica counts: deterministic, and never between two
// camps. Where changes are dear, it stays what it was until clearly more than half of the weight
// wants another one.
#pragma once

#include "core/imagined_learner.hpp"
#include "core/imagined_policies.hpp"
#include "core/imagined_service.hpp"
#include "core/load_forecast.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace skep {

class Mixture final : public ImaginedLearner {
 public:
  explicit Mixture(const ImaginedService& service);

  void see(const SeenLoad& seen, int replicas) override;
  void interrupt(std::size_t unseen) override;
  int want(int) const override { return choice_; }
  std::string explain(int replicas) const override;
  std::optional<LearnedUpdate> learned(int replicas) const override {
    return lookahead_->lookahead().learned(replicas);
  }
  std::vector<double> costs(int replicas) const override {
    return lookahead_->lookahead().costs(0, replicas);
  }
  int preferred(double load, int replicas) const override;

  std::string layout() const override { return "mixture 12; " + service_.layout(); }
  void save(std::vector<LearnedArray>& arrays) const override;
  bool restore(const std::vector<LearnedArray>& arrays) override;

  /// The share of the weight that the members of each family have, in the order of families().
  std::vector<double> family_weights() const;
  const std::vector<std::unique_ptr<ImaginedPolicies>>& families() const { return families_; }

 private:
  struct Member {
    std::size_t family;
    std::size_t index;  ///< in its family
    double handicap;
    double sum = 0;     ///< of its costs beyond those of the cheapest member, per weights
    double recent = 0;  ///< moving average of its costs
    double weight = 0;  ///< exp(-handicap - kRate * sum), or 0 when that is next to nothing, and
                        ///< of one that abstains
    int replicas = 1;
    int cooling = 0;  ///< ticks in which it cannot change
  };

  void add(std::unique_ptr<ImaginedPolicies> family, double handicap);
  void start(int replicas);
  void weigh();
  void notice_running();
  void charge(double load);
  void move_on(double load);
  /// What the members wanted to have from `age` ticks ago on; age 0 is the newest.
  std::uint16_t* wanted(std::size_t age) {
    return &history_[((newest_ + rows_ - age) % rows_) * members_.size()];
  }
  std::size_t leader() const;

  ImaginedService service_;
  LoadForecast forecast_;
  std::vector<std::unique_ptr<ImaginedPolicies>> families_;
  LookaheadTables* lookahead_ = nullptr;
  std::vector<Member> members_;
  std::vector<std::uint16_t> history_;   ///< a ring of what all members wanted, a row for each tick
  std::vector<std::uint16_t> running_;   ///< of it, what served when the load of now was
  std::vector<double> violation_costs_;  ///< of the load of now on n replicas
  std::vector<double> prices_;           ///< of n replicas
  std::vector<double> weight_of_;        ///< of the members that want n replicas
  std::size_t rows_;
  double needed_share_;     ///< of the weight, for a change; at least half
  double per_weights_;      ///< 1 / the sum of the reward's weights
  std::size_t newest_ = 0;  ///< row
  std::size_t ticks_ = 0;   ///< since the start or the last interruption
  double recent_ticks_ = 0;
  int choice_ = 1;
};

}  // namespace skep
