// skep compare: the policies of the daemon and the baselines on the same traces, side by side.
#pragma once

#include "core/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace skep {

struct CompareOptions {
  std::string benchmark;  ///< rossi or suite
  std::string traces;     ///< a folder
  std::vector<std::string>
      policies;  ///< of the daemon, empty: the usual ones; the baselines are always there
  bool json = false;
};

/// A policy that can be compared.
struct ComparedPolicy {
  std::string name;
  PolicyType type;
  bool learns;  ///< so that it can be trained
};
const std::vector<ComparedPolicy>& compared_policies();

/// Prints the comparison. Returns the exit status: 0, or 1 after an error was told.
int run_compare(const CompareOptions& options);

}  // namespace skep
