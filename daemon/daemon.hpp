// The running program: signals, reload, systemd, and the fleet of service loops.
#pragma once

#include <string>

namespace skep {

struct RunOptions {
  std::string config_file;
  bool dry_run = false;  ///< everything but the scale command
  bool once = false;     ///< one tick for each service
};

/// Runs until a signal, or with `once` until every service has ticked. Returns the exit status: 0;
/// 1 when it could not run or, with `once`, a service got no decision, its command was not taken or
/// its state was not saved; 2 for a bad configuration. Problems before the start, and those with
/// `once`, go to standard error, a line each. The log goes to standard output.
int run_daemon(const RunOptions& options);

}  // namespace skep
