#include "config/not_built_yet.hpp"

#include "config/problem.hpp"

#include <array>

namespace skep {
namespace {

struct Row {
  std::string_view key;
  std::string_view value;  // "*": any value but the empty one
  std::string_view instead;
};

// Delete a line when its part is built.
constexpr std::array<Row, 2> kRows{{
    {"http.listen", "*", "nothing listens"},
    {"http.token_file", "*", "nothing listens"},
}};

}  // namespace

std::optional<std::string> not_built_yet(std::string_view key, std::string_view value) {
  for (const Row& row : kRows) {
    const bool any_value = row.value == "*" && !value.empty();
    if (row.key == key && (any_value || row.value == value)) {
      const std::string what = any_value ? "" : quoted(value) + ' ';
      return what + "is not built yet; " + std::string(row.instead);
    }
  }
  return std::nullopt;
}

}  // namespace skep
