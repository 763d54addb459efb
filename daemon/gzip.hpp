// Decompression of gzip files that somebody else wrote.
#pragma once

#include "daemon/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace skep {

/// The text begins like a gzip file.
bool is_gzip(std::string_view text);

/// What was compressed, of all members of the file. Errors: kDamaged (cut off, or no gzip),
/// kInvalid (it would be larger than `most_bytes`; no more than that is ever held).
Result<std::string> gunzip(std::string_view compressed, std::size_t most_bytes);

}  // namespace skep
