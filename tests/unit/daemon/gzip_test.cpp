#include "daemon/gzip.hpp"

#include "tests/unit/daemon/gzip.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace skep;

TEST_CASE("what was compressed comes back, of every member of the file") {
  const std::string large(300'000, 'a');
  CHECK(is_gzip(gzip("x")));
  CHECK_FALSE(is_gzip("x,y\n"));
  CHECK(*gunzip(gzip(large), 400'000) == large);
  CHECK(*gunzip(gzip("one,") + gzip("two"), 100) == "one,two");
  CHECK((*gunzip(gzip(""), 0)).empty());
}

TEST_CASE("a damaged file is an error wherever it ends or differs") {
  const std::string whole = gzip("a text that is long enough to be cut and changed");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    REQUIRE_FALSE(gunzip(whole.substr(0, size), 1000).ok());
  }
  std::string changed = whole;
  changed[whole.size() - 6] = static_cast<char>(changed[whole.size() - 6] ^ 1);  // its checksum
  CHECK(gunzip(changed, 1000).error().code == ErrorCode::kDamaged);
  CHECK(gunzip(whole + "trailing", 1000).error().code == ErrorCode::kDamaged);
}

TEST_CASE("a small file that would become a large one is refused") {
  const std::string bomb = gzip(std::string(20'000'000, '\0'));
  const auto text = gunzip(bomb, 1'000'000);
  REQUIRE_FALSE(text.ok());
  CHECK(text.error().code == ErrorCode::kInvalid);
  CHECK(gunzip(gzip("abc"), 3).ok());
  CHECK_FALSE(gunzip(gzip("abc"), 2).ok());
}
