// What skep compare prints of the user's own traces.
#pragma once

#include "core/block_bootstrap.hpp"
#include "daemon/compare_trace.hpp"

#include <string>
#include <vector>

namespace skep {

/// How much more `policy` costs a tick than `other`, on the same windows of the same trace.
struct PolicyPair {
  std::string policy;
  std::string other;
  double other_cost = 0;
  PairedDifference difference;
};

/// Each two of the policies and the best rule.
std::vector<PolicyPair> policy_pairs(const ComparedTrace& trace);

/// "target 62.5%, tolerance 5%, scale-in window 75s".
std::string rule_text(const TargetSettings& rule);

void print_tables(const TraceComparison& comparison);
void print_json(const TraceComparison& comparison);

}  // namespace skep
