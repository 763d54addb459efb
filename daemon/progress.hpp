// How far a long piece of work is, on standard error, when that is a terminal.
#pragma once

#include <string>

namespace skep {

/// One line that is written over, and gone at the end.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `part` of the work is done, 0 to 1. Cheap enough for every tick of a simulation.
  void at(double part);

 private:
  std::string what_;
  bool shown_;
  int last_percent_ = -1;
};

}  // namespace skep
