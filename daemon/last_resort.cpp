#include "daemon/last_resort.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sys/time.h>
#include <unistd.h>

namespace skep {
namespace {

using Handler = void (*)(int);

// Set before the handlers that read them are installed.
itimerval limit{};
Handler next_for_term = SIG_DFL;
Handler next_for_int = SIG_DFL;

void start_the_clock(int signal) {
  const int saved_errno = errno;
  itimerval running{};
  getitimer(ITIMER_REAL, &running);
  const bool first = running.it_value.tv_sec == 0 && running.it_value.tv_usec == 0;
  if (first) setitimer(ITIMER_REAL, &limit, nullptr);
  (signal == SIGTERM ? next_for_term : next_for_int)(signal);
  errno = saved_errno;
}

/// The handler of `signal`, which must be a plain function.
Handler handler_of(int signal) {
  struct sigaction action {};
  sigaction(signal, nullptr, &action);
  return action.sa_handler;
}

/// Changes the handler and keeps mask and flags.
void set_handler(int signal, Handler handler) {
  struct sigaction action {};
  sigaction(signal, nullptr, &action);
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void end_in_time_after_a_signal(std::chrono::milliseconds time) {
  limit.it_value.tv_sec = time.count() / 1000;
  limit.it_value.tv_usec = static_cast<suseconds_t>(time.count() % 1000 * 1000);
  next_for_term = handler_of(SIGTERM);
  next_for_int = handler_of(SIGINT);
  set_handler(SIGALRM, [](int) { _exit(0); });
  set_handler(SIGTERM, start_the_clock);
  set_handler(SIGINT, start_the_clock);
}

void exit_now(int status) { std::_Exit(status); }

}  // namespace skep
