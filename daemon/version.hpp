// Which skep this is, and what it was built with.
#pragma once

#include <string>
#include <string_view>

namespace skep {

/// Such as "0.1.0".
std::string_view version();

/// Several lines: the version, the compiler, and the libraries with their versions.
std::string version_text();

}  // namespace skep
