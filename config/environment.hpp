// Environment variables, from outside, so that tests bring their own.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace skep {

/// The value of an environment variable, or nothing when it is not set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The environment of this process.
Environment process_environment();

struct ExpandedText {
  std::optional<std::string> value;
  std::string error;  ///< when there is no value: what is wrong and what would be right
};

/// Replaces each ${NAME}; "$${" stands for "${" itself. A number in the braces (a capture group of
/// PromQL's label_replace) stays as it is, and so does '$' without a brace ($service, $window). A
/// variable that is not set, or a name that cannot be one, is an error.
ExpandedText expand_environment(std::string_view text, const Environment& environment);

}  // namespace skep
