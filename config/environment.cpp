#include "config/environment.hpp"

#include "config/problem.hpp"

#include <algorithm>
#include <cstdlib>

namespace skep {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

}  // namespace

Environment process_environment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

ExpandedText expand_environment(std::string_view text, const Environment& environment) {
  std::string out;
  while (!text.empty()) {
    const std::size_t start = text.find("${");
    out += text.substr(0, start);
    if (start == std::string_view::npos) {
      break;
    }
    const bool is_escaped = start > 0 && text[start - 1] == '$';
    text.remove_prefix(start + 2);
    if (is_escaped) {
      out += '{';
      continue;
    }
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos) {
      return {std::nullopt,
              "a '${' lacks its '}'; write ${NAME}, or $${ for the characters "
              "themselves"};
    }
    const std::string_view name = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (!name.empty() && std::all_of(name.begin(), name.end(), is_digit)) {
      out.append("${").append(name) += '}';
      continue;
    }
    if (name.empty() || is_digit(name.front()) ||
        !std::all_of(name.begin(), name.end(), is_name_letter)) {
      return {std::nullopt, quoted(name) +
                                " is not a possible name of an environment variable; "
                                "write ${NAME}, or $${ for the characters themselves"};
    }
    const std::optional<std::string> value = environment(name);
    if (!value) {
      return {std::nullopt, "the environment variable " + std::string(name.substr(0, 100)) +
                                " is not set; set it for the daemon, or write the value here"};
    }
    out += *value;
  }
  return {std::move(out), ""};
}

}  // namespace skep
