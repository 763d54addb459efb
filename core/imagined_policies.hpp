// Policies that are run in imagination: each is asked what it would do with the replicas that it
// would have, while the load that was really seen goes by.
#pragma once

#include "core/after_state_table.hpp"
#include "core/hpa.hpp"
#include "core/imagined_service.hpp"
#include "core/load_forecast.hpp"
#include "core/lookahead.hpp"
#include "core/window_maximum.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

/// A family of policies of one kind.
class ImaginedPolicies {
 public:
  virtual ~ImaginedPolicies() = default;
  virtual std::size_t size() const = 0;
  /// What the family is called, as in "the forecast rules".
  virtual std::string_view name() const = 0;
  /// The load of the next tick, which `forecast` has seen.
  virtual void see(double load, const LoadForecast& forecast) = 0;
  /// The family has no opinion on this tick. Its members do as the mixture does and are charged for
  /// that, but have no vote (the "specialists" of Freund, Schapire, Singer and Warmuth 1997).
  virtual bool abstains() const { return false; }
  /// The tick after this does not follow on the last one.
  virtual void interrupt() {}
  /// What member `index` wants next. It had `seen_replicas` at the time of the load, and now has
  /// `replicas`. To be called once for each member and tick.
  virtual int want(std::size_t index, int seen_replicas, int replicas) = 0;
  /// Member `index` as a clause: "the HPA at 70% with a window of 20 ticks".
  virtual std::string describe(std::size_t index) const = 0;
  virtual void save(std::vector<float>&) const {}
  virtual bool restore(std::span<const float>&) { return true; }
};

/// The Kubernetes HPA.
class HpaRules final : public ImaginedPolicies {
 public:
  explicit HpaRules(const ImaginedService& service, std::vector<HpaSettings> rules);
  std::size_t size() const override { return rules_.size(); }
  std::string_view name() const override { return "HPA rules"; }
  void see(double load, const LoadForecast&) override { load_ = load; }
  int want(std::size_t index, int seen_replicas, int replicas) override;
  std::string describe(std::size_t index) const override;

 private:
  std::vector<HpaSettings> settings_;
  std::vector<Hpa> rules_;
  double load_ = 0;
};

/// Out at once to what the load times a reserve needs; in only to what the largest load of a window
/// needs, times a margin.
class CeilingRules final : public ImaginedPolicies {
 public:
  explicit CeilingRules(const ImaginedService& service);
  std::size_t size() const override { return rules_.size(); }
  std::string_view name() const override { return "ceiling rules"; }
  void see(double load, const LoadForecast&) override;
  void interrupt() override { recent_.clear(); }
  int want(std::size_t index, int seen_replicas, int replicas) override;
  std::string describe(std::size_t index) const override;

 private:
  struct Rule {
    double reserve;
    std::size_t window;  ///< which of them
    double margin;
    int out = 1;  ///< scale out to it when there are less
    int in = 1;   ///< scale in to it when there are more
  };
  double utilization_limit_;
  std::vector<Rule> rules_;
  RecentLoads recent_;
};

/// The count that is cheapest for the forecast of the next tick alone, with the violations weighted
/// by `caution`: out when it was larger during all of one window, in when it was smaller during all
/// of another.
class ForecastRules final : public ImaginedPolicies {
 public:
  explicit ForecastRules(const ImaginedService& service);
  std::size_t size() const override { return rules_.size(); }
  std::string_view name() const override { return "forecast rules"; }
  void see(double load, const LoadForecast& forecast) override;
  int want(std::size_t index, int seen_replicas, int replicas) override;
  std::string describe(std::size_t index) const override;

 private:
  struct Caution {
    double weight;
    std::vector<WindowMaximum> highest;  ///< for each window of scale-in
    std::vector<WindowMaximum> lowest;   ///< of the negated counts, for each window of scale-out
    std::vector<int> in;
    std::vector<int> out;
  };
  struct Rule {
    std::size_t caution;
    std::size_t in_window;
    std::size_t out_window;
  };
  ImaginedService service_;
  std::vector<Caution> cautions_;
  std::vector<Rule> rules_;
  std::vector<float> violations_;
  int tick_ = 0;
};

/// Q-tables over after-states.
class AfterStateTables final : public ImaginedPolicies {
 public:
  explicit AfterStateTables(const ImaginedService& service);
  std::size_t size() const override { return tables_.size(); }
  std::string_view name() const override { return "Q-tables"; }
  void see(double load, const LoadForecast&) override;
  void interrupt() override;
  int want(std::size_t index, int, int replicas) override { return tables_[index].want(replicas); }
  std::string describe(std::size_t index) const override;
  void save(std::vector<float>& values) const override;
  bool restore(std::span<const float>& values) override;

 private:
  std::vector<AfterStateTable> tables_;
};

/// Q-tables that look one step ahead.
class LookaheadTables final : public ImaginedPolicies {
 public:
  explicit LookaheadTables(const ImaginedService& service);
  std::size_t size() const override { return lookahead_.tables(); }
  std::string_view name() const override { return "look-ahead Q-tables"; }
  void see(double load, const LoadForecast& forecast) override { lookahead_.see(load, forecast); }
  void interrupt() override { lookahead_.interrupt(); }
  int want(std::size_t index, int, int replicas) override {
    return lookahead_.want(index, replicas);
  }
  std::string describe(std::size_t index) const override;
  void save(std::vector<float>& values) const override { lookahead_.save(values); }
  bool restore(std::span<const float>& values) override { return lookahead_.restore(values); }
  const Lookahead& lookahead() const { return lookahead_; }

 private:
  Lookahead lookahead_;
};

}  // namespace skep
