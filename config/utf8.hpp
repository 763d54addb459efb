// Is a text a text?
#pragma once

#include "config/problem.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace skep {

/// The number of bytes of the character at the start of `text`, which is not empty; 0 when it is
/// not UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text);

/// The first place where `text` is not UTF-8 or has a control character other than tab, line feed
/// and carriage return; nothing when all is well.
std::optional<PositionedMessage> find_bad_text(std::string_view text);

}  // namespace skep
