#include "daemon/cli.hpp"
#include "daemon/last_resort.hpp"

#include <cstdio>

int main(int argc, char** argv) {
  const int status = skep::run_command_line(argc, argv);
  std::fflush(nullptr);
  // A look-up that hangs in the system's resolver has a thread of its own, which must not hold the
  // end up.
  skep::exit_now(status);
}
