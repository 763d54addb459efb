// Text from strangers, made fit for a log line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

/// The beginning of `text` as one line of valid UTF-8: at most `limit_bytes` and then "...",
/// control characters and line breaks as single spaces, broken UTF-8 as "?".
std::string excerpt(std::string_view text, std::size_t limit_bytes = 200);

/// Excerpts of the first ten texts, and "... and 7 more" behind them when there are more.
std::vector<std::string> excerpts(const std::vector<std::string>& texts);

}  // namespace skep
