#include "core/lookahead_learner.hpp"

#include "core/words.hpp"

#include <sstream>

namespace skep {

LookaheadLearner::LookaheadLearner(const ImaginedService& service, double discount)
    : service_(service),
      discount_(discount),
      forecast_(service.horizon(), service.max_replicas, service.utilization_limit, service.graded),
      lookahead_(service, {{10, discount, 0.2}}) {}

void LookaheadLearner::see(const SeenLoad& seen, int) {
  const double load = forecast_.see(seen);
  lookahead_.see(load, forecast_);
}

void LookaheadLearner::interrupt(std::size_t unseen) {
  forecast_.interrupt(unseen);
  lookahead_.interrupt();
}

std::string LookaheadLearner::explain(int replicas) const {
  const int wanted = want(replicas);
  const std::vector<double> costs_to_come = costs(replicas);
  const auto cost = [&costs_to_come](int n) {
    return costs_to_come[static_cast<std::size_t>(n - 1)];
  };
  std::string why = "the Q-table expects the least cost from " + replicas_text(wanted) + " (" +
                    number_text(cost(wanted));
  if (wanted != replicas) {
    why += " against " + number_text(cost(replicas)) + " for no change";
  }
  return why + ")";
}

std::string LookaheadLearner::layout() const {
  std::ostringstream text;
  text << "look-ahead 9; " << service_.layout() << "; gamma " << discount_;
  return text.str();
}

void LookaheadLearner::save(std::vector<LearnedArray>& arrays) const {
  forecast_.save(arrays.emplace_back(LearnedArray{"forecast", {}}).values);
  lookahead_.save(arrays.emplace_back(LearnedArray{"table", {}}).values);
}

bool LookaheadLearner::restore(const std::vector<LearnedArray>& arrays) {
  if (arrays.size() != 2) {
    return false;
  }
  std::span<const float> forecast(arrays[0].values);
  std::span<const float> table(arrays[1].values);
  return forecast_.restore(forecast) && forecast.empty() && lookahead_.restore(table) &&
         table.empty();
}

}  // namespace skep
