// Durations as people write them in the configuration and on the command line.
#pragma once

#include "core/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace skep {

/// The longest duration that can be configured. Far from overflowing a clock, longer than any use.
constexpr Duration kLongestDuration = std::chrono::hours(24 * 365);

struct ParsedDuration {
  std::optional<Duration> value;
  std::string error;  ///< when there is no value: what is wrong and what would be right
};

/// Whole numbers with the units ms, s, m, h, d, such as 250ms, 30s, 1h30m; from 0s to
/// kLongestDuration. A number without a unit is refused, zero included.
ParsedDuration parse_duration(std::string_view text);

/// The shortest text that parse_duration reads back: "30s", "1h30m", "0s". What is below 1 ms is
/// cut off.
std::string format_duration(Duration duration);

}  // namespace skep
