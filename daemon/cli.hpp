// The command line.
#pragma once

#include <string>

namespace skep {

/// What the arguments ask for, done. Returns the exit status: 0 done, 1 failed while running, 2
/// wrong usage or a bad configuration.
int run_command_line(int argc, char** argv);

}  // namespace skep
