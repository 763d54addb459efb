#include "core/words.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace skep {
namespace {

template <class... Arguments>
std::string print(const char* format, Arguments... arguments) {
  char text[64];
  const int length = std::snprintf(text, sizeof text, format, arguments...);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace

std::string percent_text(double percent) {
  return percent < 10 && percent != std::floor(percent) ? print("%.1f%%", percent)
                                                        : print("%.0f%%", percent);
}

std::string number_text(double value) { return print("%.3g", value); }

std::string seconds_text(Duration duration) {
  const double seconds = to_seconds(duration);
  if (seconds < 1) {
    return print("%.3g s", seconds);
  }
  return seconds == std::floor(seconds) ? print("%.0f s", seconds) : print("%.1f s", seconds);
}

std::string replicas_text(int count) {
  return count == 1 ? "1 replica" : std::to_string(count) + " replicas";
}

std::string change_text(int change) {
  if (change == 0) {
    return "no change";
  }
  const int size = std::abs(change);
  const std::string direction = change > 0 ? "more" : "fewer";
  return size == 1 ? "one " + direction + " replica"
                   : std::to_string(size) + " " + direction + " replicas";
}

}  // namespace skep
