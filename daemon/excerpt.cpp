#include "daemon/excerpt.hpp"

#include "config/utf8.hpp"

#include <algorithm>

namespace skep {

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
