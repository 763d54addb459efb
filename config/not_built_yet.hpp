// Keys and values that are valid but whose part of skep is not built yet.
#pragma once

#include <optional>
#include <string_view>

namespace skep {

/// What happens instead when `key` (such as "services[].agent.policy") has this value; nothing when
/// its part is built.
std::optional<std::string_view> not_built_yet(std::string_view key, std::string_view value);

}  // namespace skep
