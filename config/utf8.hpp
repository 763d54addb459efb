// Is a text a text?
#pragma once

#include "config/problem.hpp"

#include <optional>
#include <string_view>

namespace skep {

/// The first place where `text` is not UTF-8 (RFC 3629: no overlong forms, no surrogates) or has a
/// control character other than tab, line feed and carriage return; nothing when all is well.
std::optional<PositionedMessage> find_bad_text(std::string_view text);

}  // namespace skep
