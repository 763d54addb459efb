#include "config/query_text.hpp"

namespace skep {

std::string_view variable_name(std::string_view text) {
  static constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return text.substr(0, text.find_first_not_of(kLetters));
}

std::vector<std::string> unknown_variables(std::string_view query) {
  static constexpr std::string_view kDigits = "0123456789";
  std::vector<std::string> unknown;
  for (std::size_t at = query.find('$'); at != std::string_view::npos;
       at = query.find('$', at + 1)) {
    const std::string_view name = variable_name(query.substr(at + 1));
    // "$" alone ends a regular expression, "$1" is a capture group of label_replace.
    const bool is_variable = !name.empty() && kDigits.find(name.front()) == std::string_view::npos;
    if (is_variable && name != "service" && name != "window") {
      unknown.emplace_back(name);
    }
  }
  return unknown;
}

}  // namespace skep
