// Input that wants to crash, hang or fill the memory.
#include "config/report.hpp"
#include "config/yaml_tree.hpp"
#include "help.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

std::string repeated(const std::string& text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) {
    out += text;
  }
  return out;
}

}  // namespace

TEST_CASE("Files that cannot be read", "[config][hostile]") {
  const TemporaryFolder folder;
  const auto problem = [](const std::string& path) {
    const LoadResult result = load_config_file(path, variables());
    CHECK_FALSE(result.settings);
    return shown(result);
  };
  CHECK(problem("/nowhere/skep.yaml") ==
        "/nowhere/skep.yaml:1:1: the configuration file does not exist; check the path\n");
  CHECK(problem(folder.path()) == folder.path() +
                                      ":1:1: the configuration file is a folder; give "
                                      "the path of a file in it\n");
  CHECK_THAT(problem(std::string("a\0b", 3)), Catch::Contains("zero byte"));
  const std::string largest =
      kMinimal + "#" + std::string(kLargestConfigBytes - kMinimal.size() - 1, 'x');
  CHECK(load_config_file(folder.write("largest.yaml", largest), variables()).settings);
  CHECK_THAT(problem(folder.write("huge.yaml", largest + 'x')),
             Catch::Contains(":1:1: the configuration file is larger than 1024 KiB"));
}

TEST_CASE("Texts that are no configuration", "[config][hostile]") {
  const auto [text, message] = GENERATE(table<std::string, std::string>({
      {"", "1:1: the file is empty; start from config/minimal.yaml"},
      {"\n\n", "1:1: the file is empty"},
      {"# only a comment\n", "1:1: the file is empty"},
      {"---\n", "1:1: the file is empty"},
      {"~\n", "1:1: the file is empty"},
      {"42", "1:1: the file must hold keys"},
      {"\x7F"
       "ELF",
       "1:1: a control character"},
      {std::string("a: b\nc: \0d", 10), "2:4: a control character"},
      {"a: \x1B[31m", "1:4: a control character"},
      {"a: b\nc: \xC3(", "2:4: not UTF-8 text; save the file as UTF-8"},
      {"a: \xC0\xAF", "1:4: not UTF-8"},
      {"a: \xED\xA0\x80", "1:4: not UTF-8"},
      {"a: \xF4\x90\x80\x80", "1:4: not UTF-8"},
      {"a: \xE2\x82", "1:4: not UTF-8"},
      {"\xFF\xFE"
       "a",
       "1:1: not UTF-8"},
      {"{", "1:1: a key must be a plain word, not a list or a map; close every '{' and '['"},
      {"a: {b: c", "1:4: not valid YAML"},
      {"*a", "1:1: not valid YAML"},
      {": b", "1:1: a key is missing before the ':'"},
      {"services: !x b", "1:11: tags (!name) are not supported"},
      {"{[a]: b}", "1:2: a key must be a plain word"},
  }));
  INFO(text);
  const LoadResult result = load(text);
  CHECK_FALSE(result.settings);
  REQUIRE_FALSE(result.problems.empty());
  CHECK_THAT(format_problem(result.problems[0]), Catch::StartsWith("skep.yaml:" + message));
}

TEST_CASE("Deep nesting is refused where it gets too deep", "[config][hostile]") {
  const auto [text, place] = GENERATE(table<std::string, std::string>({
      {repeated("[", 500) + repeated("]", 500), "1:33: nested more than 32 deep"},
      {"a: " + repeated("[", 500000) + repeated("]", 500000), "1:35: nested more than 32 deep"},
      {"a:\n  " + repeated("{a: ", 200) + repeated("}", 200), "2:127: nested more than 32 deep"},
      {repeated("- ", 100000), "1:65: nested more than 32 deep"},
      {repeated("? ", 100000), "1:3: a key must be a plain word"},
      {repeated("[", 1000000), "1:1: a key must be a plain word"},
      {repeated("{a: ", 100000), "1:1: a key must be a plain word"},
  }));
  const LoadResult result = load(text);
  CHECK_FALSE(result.settings);
  REQUIRE(result.problems.size() == 1);
  CHECK_THAT(format_problem(result.problems[0]), Catch::StartsWith("skep.yaml:" + place));
}

TEST_CASE("Nesting up to the limit is read", "[config][hostile]") {
  const std::size_t deepest = kDeepestYaml;
  CHECK(parse_yaml(repeated("[", deepest) + repeated("]", deepest)).root);
  CHECK_FALSE(parse_yaml(repeated("[", deepest + 1) + repeated("]", deepest + 1)).root);
}

TEST_CASE("An alias bomb is not expanded", "[config][hostile]") {
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char name = 'b'; name <= 'z'; ++name) {
    const std::string alias = std::string("*") + static_cast<char>(name - 1);
    bomb += std::string(1, name) + ": &" + name + " [" + repeated(alias + ", ", 8) + alias + "]\n";
  }
  const LoadResult result = load(bomb + kMinimal);
  CHECK_FALSE(result.settings);
  CHECK_THAT(shown(result), Catch::Contains("skep.yaml:2:8: aliases (*name) are not supported"));
}

TEST_CASE("A value that contains itself is refused", "[config][hostile]") {
  CHECK_FALSE(load("services: &a [*a]\n").settings);
}

TEST_CASE("Too many values are refused", "[config][hostile]") {
  const LoadResult result = load("a: [" + repeated("x,", 300000) + "]");
  REQUIRE(result.problems.size() == 1);
  CHECK_THAT(result.problems[0].message, Catch::StartsWith("more than 100000 values"));
}

TEST_CASE("Many problems are counted, not all shown", "[config][hostile]") {
  std::string text = kMinimal;
  for (int i = 0; i < 20000; ++i) {
    text += "unknown" + std::to_string(i) + ": 1\n";
  }
  const LoadResult result = load(text);
  CHECK_FALSE(result.settings);
  REQUIRE(result.problems.size() == Report::kMostProblems + 1);
  CHECK_THAT(result.problems.back().message, Catch::StartsWith("and 19800 more problems"));
}

TEST_CASE("A message stays one line of a sensible length", "[config][hostile]") {
  const LoadResult result = load("\"" + repeated("k\\n\\e", 200) + "\": 1\n" + kMinimal +
                                 "log: {level: \"" + repeated("\xC3\xA4", 1000) + "\"}\n");
  REQUIRE(result.problems.size() == 2);
  for (const Problem& problem : result.problems) {
    CHECK(problem.message.size() < 250);
    CHECK(problem.message.find('\n') == std::string::npos);
    CHECK(problem.message.find('\x1B') == std::string::npos);
  }
  CHECK_THAT(result.problems[1].message, Catch::Contains("\xC3\xA4...'"));
}
