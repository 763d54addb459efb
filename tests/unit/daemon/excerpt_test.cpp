#include "daemon/excerpt.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace skep {
namespace {

TEST_CASE("an excerpt is one line of valid UTF-8 of limited length") {
  using namespace std::string_literals;
  const struct {
    std::string text;
    std::string expected;
  } cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"  a\r\n\tb  ", "a b"},
      {"nul\0l"s, "nul l"},
      {"\x1b[31mred\x7f", "[31mred"},
      {"\xCE\xB1\xCE\xB2", "\xCE\xB1\xCE\xB2"},
      {"\xF0\x9F\x90\x9D!", "\xF0\x9F\x90\x9D!"},
      {"a\xFF\xFE", "a??"},
      {"\xC0\xAF", "??"},            // an overlong slash
      {"\xED\xA0\x80", "???"},       // a surrogate
      {"\xF4\x90\x80\x80", "????"},  // above U+10FFFF
      {"cut\xE2\x82", "cut??"},      // the end is missing
  };
  for (const auto& one : cases) {
    INFO(one.text);
    CHECK(excerpt(one.text) == one.expected);
  }
  CHECK(excerpt("abcdef", 6) == "abcdef");
  CHECK(excerpt("abcdefg", 6) == "abcdef...");
  CHECK(excerpt("abc\xCE\xB1", 4) == "abc...");
}

TEST_CASE("of many texts there are ten excerpts and the number of the others") {
  CHECK(excerpts({}).empty());
  CHECK(excerpts({"a\nb"}) == std::vector<std::string>{"a b"});
  std::vector<std::string> texts(10, std::string(1000, 'x'));
  CHECK(excerpts(texts) == std::vector<std::string>(10, std::string(200, 'x') + "..."));
  texts.resize(17);
  REQUIRE(excerpts(texts).size() == 11);
  CHECK(excerpts(texts).back() == "... and 7 more");
}

}  // namespace
}  // namespace skep
