#include "daemon/train_report.hpp"

#include "config/duration.hpp"
#include "config/policy_name.hpp"
#include "daemon/trace_file.hpp"

#include <cmath>
#include <cstdio>
#include <vector>

namespace skep {
namespace {

void row(const char* name, const std::string& value) {
  std::printf("%-9s %s\n", name, value.c_str());
}

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

void print_run(const std::string& name, const SimulationResult& run) {
  std::printf("  %-34s %9.3f%% %14.2f %8llu %10.6f\n", name.c_str(), run.violations_percent(),
              run.replica_hours, static_cast<unsigned long long>(run.changes), run.mean_cost());
}

/// "0.31 fewer percentage points of violations"
std::string difference(const char* format, double agent, double rule, const char* what) {
  const std::string size = number(format, std::abs(agent - rule));
  if (size == number(format, 0)) return std::string("as many ") + what;
  return size + (agent > rule ? " more " : " fewer ") + what;
}

}  // namespace

void print_history(const std::string& service, const TrainingHistory& history) {
  const LoadHistory& load = history.load;
  row("service", service);
  row("history", history.source + ": " + std::to_string(load.loads.size()) + " points every " +
                     format_duration(history.step) + ", " +
                     std::to_string(load.loads.size() - load.known) + " of them gaps");
  row("peak", peak_text(peak_of(load.loads)));
  for (const std::string& note : history.notes) row("note", note);
}

void print_training(const TrainingResult& result, PolicyType policy) {
  const std::string agent = policy_name(policy);
  std::printf("\n%-36s %10s %14s %8s %10s\n", "", "violations", "replica-hours", "changes",
              "mean cost");
  std::printf("the whole history\n");
  print_run("target_tracking", result.rule);
  print_run(agent + ", from nothing", result.untrained);
  std::printf("its last quarter\n");
  print_run("target_tracking", result.last_rule);
  print_run(agent + ", from nothing", result.last_untrained);
  print_run(agent + ", trained on the rest", result.last_trained);

  const SimulationResult& trained = result.last_trained;
  const SimulationResult& rule = result.last_rule;
  const std::string sentence =
      "Against target tracking, the trained agent would have had " +
      difference("%.3f", trained.violations_percent(), rule.violations_percent(),
                 "percentage points of violations") +
      ", " + difference("%.2f", trained.replica_hours, rule.replica_hours, "replica-hours") +
      " and " +
      difference("%.0f", static_cast<double>(trained.changes), static_cast<double>(rule.changes),
                 "changes") +
      " on the last quarter, which it was not trained on.";
  std::printf("\n%s\n", sentence.c_str());
}

}  // namespace skep
