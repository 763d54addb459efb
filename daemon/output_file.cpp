#include "daemon/output_file.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace skep {
namespace {

namespace fs = std::filesystem;

// The part that goes when the program is stopped. A signal handler can read nothing longer lived.
char part_to_remove[4096] = "";

void remove_part(int signal) {
  if (part_to_remove[0] != '\0') ::unlink(part_to_remove);
  ::raise(signal);  // to whom it ends the program, now that this handler is gone
}

/// SIGINT or SIGTERM removes `part` from now on, unless the program ignores or handles it.
void remove_when_stopped(const std::string& part) {
  if (part.size() >= sizeof part_to_remove) return;
  part.copy(part_to_remove, part.size());
  part_to_remove[part.size()] = '\0';
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_DFL) continue;
    action.sa_handler = remove_part;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(signal, &action, nullptr);
  }
}

void keep_when_stopped() { part_to_remove[0] = '\0'; }

/// What a new file may be for whom, as the user wants it.
fs::perms permissions_of_new_files() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return static_cast<fs::perms>(0666 & ~mask);
}

}  // namespace

OutputFile::~OutputFile() {
  if (stream_) give_up();
}

void OutputFile::give_up() {
  keep_when_stopped();
  std::error_code ignored;
  if (!part_.empty()) fs::remove(part_, ignored);
}

std::string OutputFile::open(const std::string& file) {
  std::error_code unknown;
  name_ = file;
  target_ = file;
  const fs::file_status before = fs::status(file, unknown);
  const bool link = fs::is_symlink(file, unknown);
  bool in_place = true;
  if (fs::is_regular_file(before) || (!fs::exists(before) && !link)) {
    if (link) target_ = fs::weakly_canonical(file, unknown).string();
    begin_part();
    in_place = !stream_ && (errno == EACCES || errno == EPERM || errno == EROFS);
    if (stream_) {
      const bool replaces = fs::exists(before);
      fs::permissions(part_, replaces ? before.permissions() : permissions_of_new_files(), unknown);
    }
  }
  if (!stream_ && in_place) {
    part_.clear();
    stream_.reset(std::fopen(target_.c_str(), "wb"));
  }
  return stream_ ? "" : "cannot write " + name_ + "; check its folder and its owner.";
}

void OutputFile::begin_part() {
  part_ = target_ + ".XXXXXX";
  const int descriptor = ::mkstemp(part_.data());
  if (descriptor < 0) return;
  remove_when_stopped(part_);
  stream_.reset(::fdopen(descriptor, "wb"));
}

std::string OutputFile::finish() {
  const bool broken = std::ferror(stream_.get()) != 0;
  std::error_code failed;
  if (std::fclose(stream_.release()) != 0 || broken) {
    failed = std::make_error_code(std::errc::no_space_on_device);
  } else if (!part_.empty()) {
    fs::rename(part_, target_, failed);
  }
  if (failed) {
    give_up();
    return "cannot write all of " + name_ + "; is the disk full?";
  }
  keep_when_stopped();
  return "";
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
