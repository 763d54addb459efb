// Small text files, read whole.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace skep {

struct FileText {
  std::optional<std::string> text;
  std::string error;  ///< when there is no text: why, and what to do
};

/// The whole of a regular file (or a pipe) of at most `limit_bytes`. Errors: missing, not allowed,
/// a folder, too large.
FileText read_text_file(const std::string& path, std::size_t limit_bytes);

}  // namespace skep
