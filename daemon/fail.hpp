// How a command says what is wrong, on standard error.
#pragma once

#include <cstdio>
#include <string>

namespace skep {

/// Both give the exit status back.
inline int fail(int status, const std::string& message) {
  std::fprintf(stderr, "skep: %s\n", message.c_str());
  return status;
}

/// For a message that begins with FILE or FILE:LINE, which editors and people look for.
inline int fail_in_file(int status, const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  return status;
}

}  // namespace skep
