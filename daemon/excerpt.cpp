#include "daemon/excerpt.hpp"

#include <algorithm>
#include <cstdint>

namespace skep {
namespace {

/// The length of the valid UTF-8 sequence at the beginning of `text`; 0 when it is broken (RFC
/// 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t length = 0;
  std::uint32_t code = 0;
  std::uint32_t smallest = 0;
  if (byte(0) < 0x80) return 1;
  if ((byte(0) & 0xE0U) == 0xC0) {
    length = 2, code = byte(0) & 0x1FU, smallest = 0x80;
  } else if ((byte(0) & 0xF0U) == 0xE0) {
    length = 3, code = byte(0) & 0x0FU, smallest = 0x800;
  } else if ((byte(0) & 0xF8U) == 0xF0) {
    length = 4, code = byte(0) & 0x07U, smallest = 0x10000;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < smallest || surrogate || code > 0x10FFFF ? 0 : length;
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t limit_bytes) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const bool control =
        length == 1 && (static_cast<unsigned char>(text[0]) < ' ' || text[0] == '\x7f');
    const bool space = control || text[0] == ' ';
    if (space) {
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (out.size() + (length == 0 ? 1 : length) > limit_bytes) {
      return out + "...";
    } else if (length == 0) {
      out += '?';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<std::string> excerpts(const std::vector<std::string>& texts) {
  constexpr std::size_t kMost = 10;
  const std::size_t shown = std::min(texts.size(), kMost);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < shown; ++i) out.push_back(excerpt(texts[i]));
  if (shown < texts.size()) {
    out.push_back("... and " + std::to_string(texts.size() - shown) + " more");
  }
  return out;
}

}  // namespace skep
