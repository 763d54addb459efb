#include "core/words.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace skep {
namespace {

/// `digits` after the point.
std::string fixed_text(double value, int digits) {
  std::array<char, 400> text;  // the largest number has 309 digits before the point
  const auto result =
      std::to_chars(text.begin(), text.end(), value, std::chars_format::fixed, digits);
  return {text.begin(), result.ptr};
}

/// That a percentage is written with.
int digits_of(double percent) { return percent < 10 && percent != std::floor(percent) ? 1 : 0; }

}  // namespace

std::string percent_text(double percent) { return fixed_text(percent, digits_of(percent)) + "%"; }

std::string percent_over_text(double percent, double limit) {
  constexpr int kMostDigits = 9;
  int digits = digits_of(percent);
  while (digits < kMostDigits && fixed_text(percent, digits) == fixed_text(limit, digits)) {
    ++digits;
  }
  return fixed_text(percent, digits) + "%";
}

std::string number_text(double value) {
  std::array<char, 32> text;
  const auto result = std::to_chars(text.begin(), text.end(), value, std::chars_format::general, 3);
  return {text.begin(), result.ptr};
}

std::string seconds_text(Duration duration) {
  const double seconds = to_seconds(duration);
  if (seconds < 1) {
    return number_text(seconds) + " s";
  }
  return fixed_text(seconds, seconds == std::floor(seconds) ? 0 : 1) + " s";
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
