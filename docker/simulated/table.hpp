// The live table of the simulated demo, made from the daemon's own log.
#pragma once

#include "core/time.hpp"

#include <cstddef>
#include <fstream>
#include <optional>
#include <string>

namespace skep::demo {

/// The lines of a file that another process writes, as they come.
class LogTail {
 public:
  explicit LogTail(const std::string& path) : file_(path) {}
  /// The next complete line, if it is there by now.
  std::optional<std::string> next();

 private:
  std::ifstream file_;
  std::string begun_;  ///< a line whose end has not been written yet
};

/// "####..": a replica that is busy is a '#', one to spare a '.', one that is missing a '!'.
std::string replica_bar(double load, int running);

class Table {
 public:
  static std::string header();
  /// The row for a line of the log, read at `now` of the simulated day under `load`; empty for
  /// lines that are not worth one: everything but decisions that scaled, and the first decision of
  /// each half hour.
  std::string row(const std::string& line, Duration now, double load);

 private:
  std::optional<std::size_t> half_hour_;
};

}  // namespace skep::demo
