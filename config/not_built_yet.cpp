#include "config/not_built_yet.hpp"

#include <array>

namespace skep {
namespace {

struct Row {
  std::string_view key;
  std::string_view value;  // "*": any value but the empty one
  std::string_view instead;
};

// Delete a line when its part is built.
constexpr std::array<Row, 6> kRows{{
    {"http.listen", "*", "nothing listens"},
    {"http.token_file", "*", "nothing listens"},
    {"services[].agent.policy", "mixture", "q_learning is used instead"},
    {"services[].agent.policy", "dyna_q", "q_learning is used instead"},
    {"services[].agent.policy", "model_based", "q_learning is used instead"},
    {"services[].agent.updates", "counterfactual", "factual is used instead"},
}};

}  // namespace

std::optional<std::string_view> not_built_yet(std::string_view key, std::string_view value) {
  for (const Row& row : kRows) {
    if (row.key == key && (row.value == value || (row.value == "*" && !value.empty()))) {
      return row.instead;
    }
  }
  return std::nullopt;
}

}  // namespace skep
