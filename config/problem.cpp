#include "config/problem.hpp"

#include <algorithm>

namespace skep {

std::string format_problem(const Problem& problem) {
  std::string text = problem.file + ':' + std::to_string(problem.line) + ':' +
                     std::to_string(problem.column) + ": ";
  if (problem.severity == Severity::kWarning) {
    text += "warning: ";
  }
  return text + problem.message;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  const bool cut = text.size() > kLongest;
  std::size_t length = std::min(text.size(), kLongest);
  // Not in the middle of a UTF-8 sequence.
  while (cut && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) {
    --length;
  }
  std::string out = "'";
  for (const char c : text.substr(0, length)) {
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  }
  return out + (cut ? "...'" : "'");
}

}  // namespace skep
