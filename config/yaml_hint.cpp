#include "config/yaml_hint.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <yaml-cpp/exceptions.h>

namespace skep {
namespace {

std::string_view line_of(std::string_view text, int number) {
  for (int line = 1; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      return "";
    }
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// The column of a tab in the indentation of a line.
std::optional<int> indentation_tab(std::string_view line) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos || tab > line.find_first_not_of(" \t")) {
    return std::nullopt;
  }
  return static_cast<int>(tab) + 1;
}

struct Hint {
  std::string_view message;
  std::string_view remedy;
};

using namespace YAML::ErrorMsg;
const std::array<Hint, 14> hints{{
    {END_OF_MAP,
     "check the indentation of this line and the one before, and the ':' after each key"},
    {END_OF_MAP_FLOW, "a '{' is not closed, or a ',' is missing between two entries"},
    {END_OF_SEQ, "check the indentation of this line, and the '- ' before each entry"},
    {END_OF_SEQ_FLOW, "a '[' is not closed, or a ',' is missing between two entries"},
    {FLOW_END, "a '}' or ']' too many; a text with such a character needs quotes"},
    {BLOCK_ENTRY, "a '-' must start a line of its own, indented like the others of its list"},
    {MAP_KEY, "a key is not allowed here; check the indentation of this line and the one before"},
    {MAP_VALUE, "a second ':' in this line, or a wrong indentation; a text with ': ' needs quotes"},
    {EOF_IN_SCALAR, "a quote is not closed"},
    {DOC_IN_SCALAR, "a quote is not closed"},
    {INVALID_ESCAPE, "a backslash between double quotes starts an escape; use single quotes"},
    {UNKNOWN_TOKEN, "a text that starts with this character needs quotes"},
    {UNKNOWN_ANCHOR, "a text that starts with '*' needs quotes"},
    {CHAR_IN_ALIAS, "a text that starts with '*' needs quotes"},
}};

}  // namespace

bool is_unclosed_quote(std::string_view text, std::size_t offset) {
  const char quote = offset < text.size() ? text[offset] : ' ';
  if (quote != '"' && quote != '\'') {
    return false;
  }
  for (std::size_t i = offset + 1; i < text.size(); ++i) {
    const bool doubled = quote == '\'' && text.substr(i).starts_with("''");
    if (doubled || (quote == '"' && text[i] == '\\')) {
      ++i;  // an escaped character
    } else if (text[i] == quote) {
      return false;
    }
  }
  return true;
}

PositionedMessage explain_yaml_error(std::string_view text, Position position,
                                     const std::string& message) {
  for (const int line : {position.line, position.line - 1, position.line + 1}) {
    if (line < 1) {
      continue;
    }
    if (const std::optional<int> column = indentation_tab(line_of(text, line))) {
      return {{line, *column}, "a tab in the indentation, which YAML forbids; use spaces"};
    }
  }
  const auto hint = std::find_if(hints.begin(), hints.end(), [&message](const Hint& candidate) {
    return message.starts_with(candidate.message);
  });
  std::string remedy = "check the indentation and the quotes of this line and the one before";
  if (hint != hints.end()) {
    remedy = hint->remedy;
  }
  return {position, "not valid YAML (" + message + "): " + remedy};
}

}  // namespace skep
