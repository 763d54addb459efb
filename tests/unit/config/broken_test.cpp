// Every file in broken/ says in its first lines what is wrong with it: "# expect LINE:COLUMN: part
// of the message".
#include "help.hpp"

#include <algorithm>
#include <fstream>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

struct Expectation {
  std::string place;    // "LINE:COLUMN: "
  std::string message;  // a part of it
};

std::vector<Expectation> expectations(const std::filesystem::path& path) {
  const std::string kMarker = "# expect ";
  std::vector<Expectation> out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line) && line.starts_with(kMarker);) {
    const std::size_t end = line.find(": ") + 2;
    out.push_back({line.substr(kMarker.size(), end - kMarker.size()), line.substr(end)});
  }
  return out;
}

std::vector<std::filesystem::path> broken_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(SKEP_BROKEN_FOLDER)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

TEST_CASE("Broken configurations are refused with every problem in its place", "[config]") {
  const std::vector<std::filesystem::path> files = broken_files();
  REQUIRE(files.size() >= 70);
  for (const std::filesystem::path& file : files) {
    const std::vector<Expectation> expected = expectations(file);
    const LoadResult result = load_config_file(file.string(), variables());
    INFO(shown(result));
    CHECK_FALSE(result.settings);
    std::vector<std::string> errors;
    for (const Problem& problem : result.problems) {
      if (problem.severity == Severity::kError) {
        errors.push_back(format_problem(problem));
      }
    }
    REQUIRE_FALSE(expected.empty());
    REQUIRE(errors.size() == expected.size());
    for (std::size_t i = 0; i < errors.size(); ++i) {
      CHECK_THAT(errors[i], Catch::StartsWith(file.string() + ':' + expected[i].place));
      CHECK_THAT(errors[i], Catch::Contains(expected[i].message));
      CHECK(errors[i].find('\n') == std::string::npos);
    }
  }
}
