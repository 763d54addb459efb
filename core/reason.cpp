#include "core/reason.hpp"

#include "core/settings.hpp"
#include "core/words.hpp"

namespace skep {
namespace {

std::string situation(const Decision& decision) {
  const bool cpu_over = over(decision.cpu_percent, decision.thresholds.cpu_percent);
  const bool ram_over = over(decision.ram_percent, decision.thresholds.ram_percent);
  const std::string cpu =
      "CPU " + (cpu_over ? percent_over_text(decision.cpu_percent, decision.thresholds.cpu_percent)
                         : percent_text(decision.cpu_percent));
  const std::string ram =
      "RAM " + (ram_over ? percent_over_text(decision.ram_percent, decision.thresholds.ram_percent)
                         : percent_text(decision.ram_percent));
  if (cpu_over && ram_over) {
    return cpu + " and " + ram + " are over their limits of " +
           percent_text(decision.thresholds.cpu_percent) + " and " +
           percent_text(decision.thresholds.ram_percent);
  }
  if (cpu_over) {
    return cpu + " is over its limit of " + percent_text(decision.thresholds.cpu_percent);
  }
  if (ram_over) {
    return ram + " is over its limit of " + percent_text(decision.thresholds.ram_percent);
  }
  return cpu + " and " + ram + " are within their limits";
}

/// How a rule's effect is told.
std::string effect(const GuardNote& note) {
  if (note.to == 0) {
    return "held back by the guard rule " + std::string(note.rule);
  }
  return "changed to " + change_text(note.to) + " by the guard rule " + std::string(note.rule);
}

}  // namespace

std::string explain(const Decision& decision, std::string_view failure) {
  std::string text = situation(decision) + ": " + decision.why;
  for (const GuardNote& note : decision.guard) {
    text += ", " + effect(note) + " (" + note.detail + ")";
  }
  if (!failure.empty()) {
    text += ", but " + std::string(failure);
  }
  return text + ".";
}

}  // namespace skep
