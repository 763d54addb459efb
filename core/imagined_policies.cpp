#include "core/imagined_policies.hpp"

#include "core/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace skep {
namespace {

constexpr std::array<std::size_t, 4> kCeilingWindows{1, 3, 10, 30};
constexpr std::array<int, 7> kInWindows{0, 1, 3, 6, 12, 25, 50};
constexpr std::array<int, 3> kOutWindows{0, 1, 3};
constexpr std::array<double, 6> kCautions{0.125, 0.25, 0.5, 1, 2, 4};

/// ceil, but what is over a whole number by rounding only counts as that number.
int whole_replicas(double replicas) {
  const double least = replicas - 1e-9;
  const int whole = static_cast<int>(least);
  return least > whole ? whole + 1 : whole;
}

std::string ticks_text(int ticks) {
  return std::to_string(ticks) + (ticks == 1 ? " tick" : " ticks");
}

}  // namespace

HpaRules::HpaRules(const ImaginedService& service, std::vector<HpaSettings> rules)
    : settings_(std::move(rules)) {
  for (const HpaSettings& settings : settings_) {
    rules_.emplace_back(settings, service.max_replicas);
  }
}

int HpaRules::want(std::size_t index, int seen_replicas, int replicas) {
  const double used = std::min(load_, static_cast<double>(seen_replicas));
  return rules_[index].decide({used, seen_replicas, replicas});
}

std::string HpaRules::describe(std::size_t index) const {
  const HpaSettings& rule = settings_[index];
  return "the HPA at " + number_text(100 * rule.target) + "% with a window of " +
         ticks_text(rule.window);
}

CeilingRules::CeilingRules(const ImaginedService& service)
    : utilization_limit_(service.utilization_limit) {
  for (const double reserve : {0.9, 1.0, 1.05, 1.1, 1.2, 1.35}) {
    for (std::size_t window = 0; window < kCeilingWindows.size(); ++window) {
      for (const double margin : {1.0, 1.1, 1.2}) {
        rules_.push_back({reserve, window, margin});
      }
    }
  }
}

void CeilingRules::see(double load, const LoadForecast&) {
  recent_.add(load);
  std::array<double, kCeilingWindows.size()> largest;
  for (std::size_t i = 0; i < largest.size(); ++i) {
    largest[i] = recent_.maximum(kCeilingWindows[i]);
  }
  for (Rule& rule : rules_) {
    rule.out = whole_replicas(rule.reserve * load / utilization_limit_);
    rule.in =
        whole_replicas(rule.reserve * rule.margin * largest[rule.window] / utilization_limit_);
  }
}

int CeilingRules::want(std::size_t index, int, int replicas) {
  const Rule& rule = rules_[index];
  if (rule.out > replicas) {
    return rule.out;
  }
  return std::min(replicas, std::max(rule.in, rule.out));
}

std::string CeilingRules::describe(std::size_t index) const {
  const Rule& rule = rules_[index];
  return "the ceiling of " + number_text(rule.reserve) + " times the load, in by the last " +
         ticks_text(static_cast<int>(kCeilingWindows[rule.window])) + " with a margin of " +
         number_text(100 * (rule.margin - 1)) + "%";
}

ForecastRules::ForecastRules(const ImaginedService& service)
    : service_(service), violations_(static_cast<std::size_t>(service.max_replicas)) {
  for (const double weight : kCautions) {
    Caution caution{weight, {}, {}, {}, {}};
    for (const int window : kInWindows) {
      caution.highest.emplace_back(Duration(window));
    }
    for (const int window : kOutWindows) {
      caution.lowest.emplace_back(Duration(window));
    }
    caution.in.resize(kInWindows.size());
    caution.out.resize(kOutWindows.size());
    cautions_.push_back(std::move(caution));
    for (std::size_t in = 0; in < kInWindows.size(); ++in) {
      for (std::size_t out = 0; out < kOutWindows.size(); ++out) {
        rules_.push_back({cautions_.size() - 1, in, out});
      }
    }
  }
}

void ForecastRules::see(double load, const LoadForecast& forecast) {
  forecast.expected().of(std::max(load, LoadBins::kLowest), violations_);
  const TimePoint now{Duration(tick_++)};
  for (Caution& caution : cautions_) {
    int best = 1;
    double least = 0;
    for (int n = 1; n <= service_.max_replicas; ++n) {
      const double cost = caution.weight * service_.weights.performance *
                              static_cast<double>(violations_[static_cast<std::size_t>(n - 1)]) +
                          service_.price_of_replicas(n);
      if (n == 1 || cost < least - 1e-12) {
        least = cost;
        best = n;
      }
    }
    for (std::size_t i = 0; i < caution.in.size(); ++i) {
      caution.in[i] = caution.highest[i].add(best, now);
    }
    for (std::size_t i = 0; i < caution.out.size(); ++i) {
      caution.out[i] = -caution.lowest[i].add(-best, now);
    }
  }
}

int ForecastRules::want(std::size_t index, int, int replicas) {
  const Rule& rule = rules_[index];
  const Caution& caution = cautions_[rule.caution];
  const int out = caution.out[rule.out_window];
  return out > replicas ? out : std::min(replicas, caution.in[rule.in_window]);
}

std::string ForecastRules::describe(std::size_t index) const {
  const Rule& rule = rules_[index];
  return "the forecast with a caution of " + number_text(cautions_[rule.caution].weight) +
         ", out after " + ticks_text(kOutWindows[rule.out_window]) + ", in after " +
         ticks_text(kInWindows[rule.in_window]);
}

AfterStateTables::AfterStateTables(const ImaginedService& service) {
  using Settings = AfterStateTable::Settings;
  for (const Settings& settings : {Settings{10}, Settings{30}, Settings{10, true}}) {
    tables_.emplace_back(service, settings);
  }
}

void AfterStateTables::see(double load, const LoadForecast&) {
  for (AfterStateTable& table : tables_) {
    table.see(load);
  }
}

void AfterStateTables::interrupt() {
  for (AfterStateTable& table : tables_) {
    table.interrupt();
  }
}

std::string AfterStateTables::describe(std::size_t index) const {
  constexpr std::array<std::string_view, 3> kNames{"over 10 ticks", "over 30 ticks",
                                                   "over 10 ticks and the trend"};
  return "the Q-table " + std::string(kNames[index]);
}

void AfterStateTables::save(std::vector<float>& values) const {
  for (const AfterStateTable& table : tables_) {
    table.save(values);
  }
}

bool AfterStateTables::restore(std::span<const float>& values) {
  return std::all_of(tables_.begin(), tables_.end(),
                     [&values](AfterStateTable& table) { return table.restore(values); });
}

LookaheadTables::LookaheadTables(const ImaginedService& service)
    : lookahead_(service, {{10, 0.99, 0.4}, {30, 0.99, 0.6}, {10, 0.99, 0.1}, {10, 0.97, 0.4}}) {}

std::string LookaheadTables::describe(std::size_t index) const {
  constexpr std::array<std::string_view, 4> kNames{"over 10 ticks", "over 30 ticks",
                                                   "that learns slowly", "with a short horizon"};
  return "the look-ahead Q-table " + std::string(kNames[index]);
}

}  // namespace skep
