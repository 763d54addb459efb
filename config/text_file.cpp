#include "config/text_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace skep {
namespace {

std::string why(int error_number) {
  switch (error_number) {
    case ENOENT:
      return "does not exist; check the path";
    case EACCES:
      return "must not be read by this user; change its owner or mode, or run as another user";
    case EISDIR:
      return "is a folder; give the path of a file in it";
    default:
      return "cannot be read: " + std::generic_category().message(error_number);
  }
}

}  // namespace

FileText read_text_file(const std::string& path, std::size_t limit_bytes) {
  if (path.find('\0') != std::string::npos) {
    return {std::nullopt, "has a zero byte in its path; check the path"};
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) {
    return {std::nullopt, why(errno)};
  }
  std::string text;
  std::array<char, 16384> buffer{};
  while (text.size() <= limit_bytes) {
    const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get());
    if (count == 0) {
      break;
    }
    text.append(buffer.data(), count);
  }
  if (std::ferror(file.get()) != 0) {
    return {std::nullopt, why(errno)};
  }
  if (text.size() > limit_bytes) {
    return {std::nullopt,
            "is larger than " + std::to_string(limit_bytes / 1024) + " KiB; is it the right file?"};
  }
  return {std::move(text), ""};
}

}  // namespace skep
