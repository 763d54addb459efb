#include "daemon/json_scan.hpp"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace skep {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs members(std::string_view text, bool& failed) {
  Pairs found;
  JsonItems items = JsonItems::of_object(text);
  while (items.next()) found.emplace_back(items.key(), items.value());
  failed = items.failed();
  return found;
}

bool is_well_formed(const std::string& value) {
  JsonItems items = JsonItems::of_array("[" + value + "]");
  int count = 0;
  const std::string text = "[" + value + "]";
  items = JsonItems::of_array(text);
  while (items.next()) ++count;
  return !items.failed() && count == 1;
}

TEST_CASE("members come with their text as it was written") {
  bool failed = true;
  const Pairs found =
      members(R"( { "a" : 1.50e+3 , "b":"x\"}{" ,"c":[1,{"d":[]} ], "e":{}, "":null } )", failed);
  CHECK_FALSE(failed);
  CHECK(found == Pairs{{"a", "1.50e+3"},
                       {"b", R"("x\"}{")"},
                       {"c", R"([1,{"d":[]} ])"},
                       {"e", "{}"},
                       {"", "null"}});
  CHECK(members("{}", failed).empty());
  CHECK_FALSE(failed);
}

TEST_CASE("malformed text is told") {
  for (const char* text : {"",
                           "[]",
                           "{",
                           "}",
                           "{,}",
                           R"({"a"})",
                           R"({"a":})",
                           R"({"a":1,})",
                           R"({"a":1 "b":2})",
                           R"({a:1})",
                           R"({"a":1}x)",
                           R"({"a":01})",
                           R"({"a":1.})",
                           R"({"a":.5})",
                           R"({"a":-})",
                           R"({"a":1e})",
                           R"({"a":+1})",
                           R"({"a":nul})",
                           R"({"a":[1,]})",
                           R"({"a":[1})",
                           R"({"a":{"b":1]})",
                           R"({"a":"x})",
                           R"({"a":")",
                           R"({"a":"\)",
                           "{\"a\":\"\n\"}",
                           R"({"a":tru e})",
                           R"({"a":[)"}) {
    INFO(text);
    bool failed = false;
    members(text, failed);
    CHECK(failed);
  }
}

TEST_CASE("nesting is limited, whatever its depth") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(is_well_formed(nested(kJsonDepthLimit)));
  CHECK_FALSE(is_well_formed(nested(kJsonDepthLimit + 1)));
  CHECK_FALSE(is_well_formed(std::string(4000000, '[')));
  std::string objects;
  for (int i = 0; i < 1000000; ++i) objects += R"({"a":)";
  CHECK_FALSE(is_well_formed(objects));
}

TEST_CASE("values are found and decoded") {
  constexpr std::string_view kText =
      R"({"a":{"b":{"c":18446744073709551615}},"s":"caf\u00e9 \n","l":["x",1,"y"],"n":-1})";
  CHECK(json_find(kText, {"a", "b", "c"}) == "18446744073709551615");
  CHECK(json_uint(*json_find(kText, {"a", "b", "c"})) == 18446744073709551615U);
  CHECK_FALSE(json_find(kText, {"a", "x"}));
  CHECK_FALSE(json_find(kText, {"s", "x"}));
  CHECK(json_string(*json_find(kText, {"s"})) == "caf\xC3\xA9 \n");
  CHECK(json_strings(*json_find(kText, {"l"})) == std::vector<std::string>{"x", "y"});
  for (const char* text : {"-1", "1.0", "1e3", "18446744073709551616", "", "\"1\"", "null", " 1"}) {
    INFO(text);
    CHECK_FALSE(json_uint(text));
  }
  for (const char* text : {"1", "", "\"", "\"\\x\"", "\"\xFF\"", "\"\\ud800\"", "[\"a\"]"}) {
    INFO(text);
    CHECK_FALSE(json_string(text));
  }
}

TEST_CASE("whatever a full JSON parser accepts is accepted, and brackets are never miscounted") {
  std::mt19937 random(20261124);
  const std::string seed =
      R"({"a":[1,-2.5e-3,{"b":"\\\"x\u0041"},[],{}],"c":true,"d":null,"e":{"f":[[0]]}})";
  const std::string alphabet = "{}[]\",:\\0123456789.eE+-truefalsn u\n";
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = seed;
    const int changes = static_cast<int>(random() % 3);
    for (int i = 0; i < changes; ++i) {
      const std::size_t at = random() % text.size();
      const char c = alphabet[random() % alphabet.size()];
      switch (random() % 3) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.erase(at, 1);
          break;
        default:
          text.insert(at, 1, c);
      }
    }
    if (nlohmann::json::accept(text)) {
      ++accepted;
      INFO(text);
      CHECK(is_well_formed(text));
    } else if (is_well_formed(text)) {
      // Only escapes inside of strings are left to whoever decodes the string.
      INFO(text);
      CHECK(text.find('\\') != std::string::npos);
    }
  }
  CHECK(accepted > 5000);
}

}  // namespace
}  // namespace skep
