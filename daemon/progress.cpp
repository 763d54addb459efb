#include "daemon/progress.hpp"

#include <cstdio>
#include <unistd.h>
#include <utility>

namespace skep {

Progress::Progress(std::string what)
    : what_(std::move(what)), shown_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (last_percent_ >= 0) std::fputs("\r\x1b[K", stderr);
}

void Progress::at(double part) {
  if (!shown_) return;
  const int percent = static_cast<int>(100 * part);
  if (percent == last_percent_) return;
  last_percent_ = percent;
  std::fprintf(stderr, "\r%s: %d%%", what_.c_str(), percent);
}

}  // namespace skep
