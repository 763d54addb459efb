// What is wrong with a configuration, and where.
#pragma once

#include <string>
#include <string_view>

namespace skep {

/// A place in a text, counted from 1.
struct Position {
  int line = 1;
  int column = 1;

  auto operator<=>(const Position&) const = default;
};

/// One line about a place in a text: what is wrong and what would be right.
struct PositionedMessage {
  Position position;
  std::string message;
};

enum class Severity {
  kError,    ///< the configuration is refused
  kWarning,  ///< it is used, but not quite as it says
};

struct Problem {
  std::string file;
  int line = 1;         ///< from 1; 1 when the problem concerns the whole file
  int column = 1;       ///< from 1, in bytes
  std::string message;  ///< one line: what is wrong and what would be right
  Severity severity = Severity::kError;

  bool operator==(const Problem&) const = default;
};

/// "FILE:LINE:COLUMN: message", for a warning "FILE:LINE:COLUMN: warning: message".
std::string format_problem(const Problem& problem);

/// `text` between single quotes for a message: control characters become '?', and what is long is
/// cut.
std::string quoted(std::string_view text);

}  // namespace skep
