// The end of the program whatever hangs: a look-up that the system's resolver cannot stop, a full
// pipe behind standard output, a disk that does not answer.
#pragma once

#include <chrono>

namespace skep {

/// Ends the program with status 0 when `time` is over, even if its thread is stuck in a system
/// call.
void exit_at_the_latest_in(std::chrono::milliseconds time);

/// Ends the program now, without waiting for anything.
[[noreturn]] void exit_now(int status);

}  // namespace skep
