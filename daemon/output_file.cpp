#include "daemon/output_file.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace skep {

namespace fs = std::filesystem;

OutputFile::~OutputFile() {
  if (stream_ && !part_.empty()) {
    std::error_code ignored;
    fs::remove(part_, ignored);
  }
}

std::string OutputFile::open(const std::string& file) {
  std::error_code unknown;
  name_ = file;
  target_ = file;
  const fs::file_status before = fs::status(file, unknown);
  bool in_place = true;
  if (fs::is_regular_file(before) || !fs::exists(before)) {
    if (fs::is_symlink(file, unknown)) target_ = fs::weakly_canonical(file, unknown).string();
    part_ = target_ + ".part";
    fs::remove(part_, unknown);  // of a run that was stopped
    stream_.reset(std::fopen(part_.c_str(), "wbx"));
    in_place = !stream_ && (errno == EACCES || errno == EPERM || errno == EROFS);
    if (stream_ && fs::exists(before)) fs::permissions(part_, before.permissions(), unknown);
  }
  if (!stream_ && in_place) {
    part_.clear();
    stream_.reset(std::fopen(target_.c_str(), "wb"));
  }
  return stream_ ? "" : "cannot write " + name_ + "; check its folder and its owner.";
}

std::string OutputFile::finish() {
  const bool broken = std::ferror(stream_.get()) != 0;
  std::error_code failed;
  if (std::fclose(stream_.release()) != 0 || broken) {
    failed = std::make_error_code(std::errc::no_space_on_device);
  } else if (!part_.empty()) {
    fs::rename(part_, target_, failed);
  }
  if (!failed) return "";
  std::error_code ignored;
  if (!part_.empty()) fs::remove(part_, ignored);
  return "cannot write all of " + name_ + "; is the disk full?";
}

std::string refuse_input_as_output(const char* option, const std::string& output,
                                   const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    std::error_code unknown;
    if (fs::equivalent(input, output, unknown)) {
      return std::string(option) + " is " + input + ", which is read; give another file.";
    }
  }
  return "";
}

}  // namespace skep
