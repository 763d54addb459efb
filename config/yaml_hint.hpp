// What a syntax error of yaml-cpp most likely means.
#pragma once

#include "config/problem.hpp"

#include <string>
#include <string_view>

namespace skep {

/// Turns yaml-cpp's `message` about `text` at `position` into one that says what to do; the
/// position moves to a tab in the indentation when one is near, since the parser stumbles over it
/// later.
PositionedMessage explain_yaml_error(std::string_view text, Position position,
                                     const std::string& message);

/// Whether a quoted text starts at `offset` and goes on to the end of the file. yaml-cpp takes that
/// for closed.
bool is_unclosed_quote(std::string_view text, std::size_t offset);

}  // namespace skep
