// What the tests of the configuration share.
#pragma once

#include "config/loader.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace skep::test {

/// An environment of these variables only.
inline Environment variables(std::map<std::string, std::string> values = {}) {
  return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(std::string(name));
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

/// The least configuration that works, in three lines, so that what follows starts in line 4.
inline const std::string kMinimal =
    "services:\n  - name: app\n    metrics: {cpu: {query: c}, ram: {query: r}}\n";

inline LoadResult load(const std::string& text, const Environment& environment = variables()) {
  return load_config_text(text, "skep.yaml", environment);
}

/// The problems as they are shown, one a line.
inline std::string shown(const LoadResult& result) {
  std::string text;
  for (const Problem& problem : result.problems) {
    text += format_problem(problem) + '\n';
  }
  return text;
}

/// A folder of its own, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "skep_config_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      std::abort();
    }
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  /// Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& content) const {
    const std::filesystem::path file = path_ / name;
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace skep::test
