// The configuration file: read, checked as a whole, and given back as typed settings or as a list
// of all its problems.
#pragma once

#include "config/environment.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

struct LoadResult {
  std::optional<Settings> settings;  ///< present when no problem is an error
  std::vector<Problem> problems;     ///< in the order of the text
};

constexpr std::size_t kLargestConfigBytes = std::size_t{1024} * 1024;

/// Reads and checks the file. Never throws on bad input, never touches the network; reads the files
/// that *_file keys name.
LoadResult load_config_file(const std::string& path, const Environment& environment);

/// The same for a text; `file` is only the name in the problems.
LoadResult load_config_text(std::string_view text, const std::string& file,
                            const Environment& environment);

}  // namespace skep
