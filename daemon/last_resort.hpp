// The end of the program whatever hangs: a look-up that the system's resolver cannot stop, a full
// pipe behind standard output, a disk that does not answer.
#pragma once

#include <chrono>

namespace skep {

/// From now on SIGTERM and SIGINT, besides what their handlers do, end the program with status 0
/// when `time` is over, even if its thread is stuck in a system call. Call it after those handlers
/// were installed, and once.
void end_in_time_after_a_signal(std::chrono::milliseconds time);

/// Ends the program now, without waiting for anything.
[[noreturn]] void exit_now(int status);

}  // namespace skep
