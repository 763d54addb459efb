// A file that a command writes, one at a time. It takes its name when it is whole, so that a run
// that fails or is stopped does not cost what was there before, and leaves nothing.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace skep {

class OutputFile {
 public:
  OutputFile() = default;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Gives up what is not finished.
  ~OutputFile();

  /// Begins to write. A device or a pipe, and a file in a folder where the user may make none, are
  /// written as they are. Returns what is wrong, or "".
  std::string open(const std::string& file);
  bool is_open() const { return stream_ != nullptr; }
  std::FILE* stream() const { return stream_.get(); }
  /// The file takes its name. Returns what is wrong, or ""; what was there before is
  /// there still then, but for a file that is written as it is.
  std::string finish();

 private:
  void begin_part();
  void give_up();

  std::string name_;    ///< as it was given
  std::string target_;  ///< where links lead to
  std::string part_;    ///< FILE.XXXXXX; empty when it is written as it is
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream_{nullptr, &std::fclose};
};

/// That `option` names one of the files that are read, in one sentence, or "".
std::string refuse_input_as_output(const char* option, const std::string& output,
                                   const std::vector<std::string>& inputs);

}  // namespace skep
