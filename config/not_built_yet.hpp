// Keys and values that are valid but whose part of skep is not built yet.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skep {

/// That it is so and what happens instead, when `key` (such as "services[].agent.policy") has this
/// value: the sentence that follows the key in a warning. Nothing when its part is built.
std::optional<std::string> not_built_yet(std::string_view key, std::string_view value);

}  // namespace skep
