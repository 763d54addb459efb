#include "daemon/state_codec.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <boost/crc.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace skep {
namespace {

Snapshot some_snapshot() {
  Snapshot snapshot;
  snapshot.layout = "replicas 1-10, load 86, ram 5; scale_in, hold, scale_out";
  snapshot.cells = {{0, 1, -9.1, 3}, {1017, 2, 0.1, 10.5}};
  snapshot.arrays = {{"sums", {0.1F, -3, 1e20F}}, {"none", {}}};
  snapshot.last_load = {std::chrono::seconds(7), std::chrono::seconds(15)};
  snapshot.epsilon = 0.05;
  snapshot.ticks = 42;
  snapshot.cooldown_left = std::chrono::nanoseconds(12300000001);
  snapshot.pending_target = 4;
  snapshot.known_desired = 3;
  snapshot.spec_fingerprint = 0xfedcba9876543210U;
  snapshot.paused = true;
  snapshot.pause_left = std::chrono::hours(1);
  return snapshot;
}

Moment some_time() {
  return Moment(WallTime(std::chrono::nanoseconds(1795528800123456789)), "c0ffee",
                std::chrono::seconds(5));
}

std::string some_text() { return *encode_state("app", some_snapshot(), some_time()); }

std::string body_of(const std::string& text) { return text.substr(text.find('\n') + 1); }

/// `body` behind a first line that fits it, so that only the body can be wrong.
std::string sealed(const std::string& body) {
  boost::crc_32_type crc;
  crc.process_bytes(body.data(), body.size());
  char header[64];
  std::snprintf(header, sizeof header, "skep-state 1 %08x %zu\n", crc.checksum(), body.size());
  return header + body;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string why(const std::string& text) {
  const Result<SavedState> state = decode_state(text);
  if (state) return "";
  CHECK(state.error().code == ErrorCode::kDamaged);
  return state.error().message;
}

class RandomSnapshots {
 public:
  explicit RandomSnapshots(std::uint64_t seed) : random_(seed) {}

  Snapshot next() {
    Snapshot snapshot;
    snapshot.layout = text();
    for (std::uint64_t n = random_() % 40; n > 0; --n) {
      snapshot.cells.push_back({random_(), random_(), number(), std::abs(number())});
    }
    snapshot.arrays = {{"values", {static_cast<float>(random_() % 1000) / 7}}};
    if (random_() % 2 == 0) {
      snapshot.last_load = {Duration(static_cast<std::int64_t>(random_() >> 1U)),
                            Duration(static_cast<std::int64_t>(random_() >> 1U))};
    }
    snapshot.epsilon = std::abs(number());
    snapshot.ticks = random_();
    snapshot.cooldown_left = Duration(static_cast<std::int64_t>(random_() >> 1U));
    snapshot.pending_target = count();
    snapshot.known_desired = count();
    snapshot.own_target = count();
    snapshot.spec_fingerprint = random_();
    snapshot.paused = random_() % 2 == 0;
    snapshot.pause_left = Duration(static_cast<std::int64_t>(random_() >> 1U));
    return snapshot;
  }
  Moment time() {
    const WallTime wall(Duration(static_cast<std::int64_t>(random_() >> 1U)));
    if (random_() % 2 == 0) return wall;
    return Moment(wall, text(), Duration(static_cast<std::int64_t>(random_() >> 1U)));
  }

 private:
  /// Any finite double, the smallest and the largest ones as likely as the others.
  double number() {
    for (;;) {
      const auto value = std::bit_cast<double>(random_());
      if (std::isfinite(value)) return value;
    }
  }
  std::optional<int> count() {
    if (random_() % 3 == 0) return std::nullopt;
    return static_cast<int>(random_() >> 33U);
  }
  std::string text() {
    std::string text;
    for (std::uint64_t n = random_() % 20; n > 0; --n) text += static_cast<char>(random_() % 128);
    return text + "\u00e9\u4e2d";
  }

  std::mt19937_64 random_;
};

TEST_CASE("The text of a state is one line that guards it, and JSON") {
  const std::string text = some_text();
  CHECK(text == sealed(body_of(text)));
  const auto json = nlohmann::json::parse(body_of(text));
  CHECK(json["service"] == "app");
  CHECK(json["saved_at"] == "2026-11-24T14:00:00.123Z");
  CHECK(json["ticks"] == 42);
  CHECK(json["own_target"].is_null());
  CHECK(json["pending_target"] == 4);
  CHECK(json["spec_fingerprint"] == 0xfedcba9876543210U);
  CHECK(json["cells"].dump() == "[[0,1,-9.1,3],[1017,2,0.1,10.5]]");
}

TEST_CASE("A state reads back as it was") {
  const SavedState expected{"app", some_time(), some_snapshot()};
  const Result<SavedState> state = decode_state(some_text());
  REQUIRE(state);
  CHECK(*state == expected);
}

TEST_CASE("A state without the clock since boot is read too") {
  const std::string clock = "\"boot_id\": \"c0ffee\",\n\"since_boot_ns\": 5000000000,\n";
  const Result<SavedState> state = decode_state(sealed(replaced(body_of(some_text()), clock, "")));
  REQUIRE(state);
  CHECK(*state == SavedState{"app", some_time().wall, some_snapshot()});
}

TEST_CASE("A state that does not know its last load is read too") {
  const std::string load = "\"load_age_ns\": 7000000000,\n\"load_interval_ns\": 15000000000,\n";
  const Result<SavedState> state = decode_state(sealed(replaced(body_of(some_text()), load, "")));
  REQUIRE(state);
  Snapshot expected = some_snapshot();
  expected.last_load.reset();
  CHECK(*state == SavedState{"app", some_time(), expected});
  CHECK(decode_state(*encode_state("app", expected, some_time()))->snapshot == expected);
}

TEST_CASE("Any snapshot reads back as it was, every double to the last bit") {
  const auto seed = GENERATE(range(1, 201));
  RandomSnapshots random(static_cast<std::uint64_t>(seed));
  const SavedState written{"app", random.time(), random.next()};
  const std::string text = *encode_state(written.service, written.snapshot, written.saved_at);
  const Result<SavedState> read = decode_state(text);
  REQUIRE(read);
  CHECK(*read == written);
  CHECK(*encode_state(read->service, read->snapshot, read->saved_at) == text);
}

TEST_CASE("What is not finite is not saved") {
  Snapshot snapshot = some_snapshot();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  snapshot.cells = {{1, 0, nan, 1},
                    {2, 0, 1, std::numeric_limits<double>::infinity()},
                    {3, 0, 1, 1},
                    {4, 0, nan, 1}};
  snapshot.epsilon = nan;
  const Result<SavedState> state = decode_state(*encode_state("app", snapshot, some_time()));
  REQUIRE(state);
  CHECK(state->snapshot.cells == std::vector<TableCell>{{3, 0, 1, 1}});
  CHECK(state->snapshot.epsilon == 0);
}

TEST_CASE("An array that is not finite is refused, for it would not read back") {
  Snapshot snapshot = some_snapshot();
  snapshot.arrays[0].values[1] =
      GENERATE(std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
               -std::numeric_limits<float>::infinity());
  const Result<std::string> text = encode_state("app", snapshot, some_time());
  REQUIRE_FALSE(text);
  CHECK(text.error().code == ErrorCode::kNotFinite);
  CHECK(text.error().message == "its array sums is not finite");
}

TEST_CASE("A state that is cut off anywhere is refused") {
  const std::string text = some_text();
  for (std::size_t size = 0; size < text.size(); ++size) {
    INFO("the first " << size << " bytes");
    CHECK_FALSE(why(text.substr(0, size)).empty());
  }
  const std::size_t body = body_of(text).size();
  CHECK(why(text.substr(0, text.size() - 10)) == "it is cut off: " + std::to_string(body - 10) +
                                                     " of " + std::to_string(body) +
                                                     " bytes are there");
}

TEST_CASE("A state in which one bit is flipped is refused") {
  const std::string text = some_text();
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    INFO("bit " << bit);
    CHECK_FALSE(why(flipped).empty());
  }
}

TEST_CASE("Each kind of damage is told") {
  const std::string text = some_text();
  CHECK(why("") == "it is empty");
  CHECK(why("replicas: 3\n") == "it was not written by skep");
  CHECK(why(std::string(1000, '\0')) == "it was not written by skep");
  CHECK(why("skep-state 2 something new\n") ==
        "it is in version 2 of the format, and this skep knows only version 1");
  CHECK(why("skep-state 1 \n") == "its first line is broken");
  CHECK(why("skep-state 1 00000000 -5\n") == "its first line is broken");
  CHECK(why("skep-state 1 00000000 99999999999999999999999\n") == "its first line is broken");
  CHECK(why(text + "x") == "something was added to it");
  CHECK(why(replaced(text, "-9.1", "-9.2")) ==
        "its checksum is wrong, so something in it was changed");
  CHECK(why(std::string(kLargestStateBytes + 1, 'x')) == "it is larger than 64 MiB");
}

TEST_CASE("A body with a good checksum that makes no sense is refused") {
  const std::string body = body_of(some_text());
  REQUIRE(why(sealed(body)).empty());

  using Change = std::pair<const char*, const char*>;
  const auto [from, to] = GENERATE(
      Change("\"ticks\": 42", "\"ticks\": -42"), Change("\"ticks\": 42", "\"ticks\": 4.2"),
      Change("\"ticks\": 42", "\"ticks\": \"42\""), Change("\"ticks\": 42", "\"tocks\": 42"),
      Change("\"ticks\": 42,", ""), Change("\"ticks\": 42,", "\"ticks\": 42,\"ticks\": 42,"),
      Change("\"ticks\": 42", "\"ticks\": 18446744073709551616"),
      Change("\"epsilon\": 0.05", "\"epsilon\": NaN"),
      Change("\"epsilon\": 0.05", "\"epsilon\": inf"),
      Change("\"epsilon\": 0.05", "\"epsilon\": 1e999"),
      Change("\"epsilon\": 0.05", "\"epsilon\": -0.05"),
      Change("\"cooldown_left_ns\": 12300000001", "\"cooldown_left_ns\": -1"),
      Change("\"pending_target\": 4", "\"pending_target\": -4"),
      Change("\"pending_target\": 4", "\"pending_target\": 4294967296"),
      Change("\"own_target\": null", "\"own_target\": nil"),
      Change("\"paused\": true", "\"paused\": 1"),
      Change("\"service\": \"app\"", "\"service\": \"\\ud800\""),
      Change("\"service\": \"app\"", "\"service\": [\"app\"]"),
      Change("\"saved_at_unix_ns\": 1", "\"saved_at_unix_ns\": -1"),
      Change("\"since_boot_ns\": 5000000000", "\"since_boot_ns\": -5000000000"),
      Change("\"load_age_ns\": 7000000000", "\"load_age_ns\": -7"),
      Change("\"load_interval_ns\": 15000000000,", ""),
      Change("\"since_boot_ns\": 5000000000,", ""), Change("\"boot_id\": \"c0ffee\",", ""),
      Change("\"boot_id\": \"c0ffee\"", "\"boot_id\": 5"), Change("[0,1,-9.1,3]", "[0,1,-9.1]"),
      Change("[0,1,-9.1,3]", "[0,1,-9.1,3,4]"), Change("[0,1,-9.1,3]", "[0,1,-9.1,-3]"),
      Change("[0,1,-9.1,3]", "[-1,1,-9.1,3]"), Change("[0,1,-9.1,3]", "[0,1,nan,3]"),
      Change("[0,1,-9.1,3]", "[0,1,-9.1,3],"), Change("[0,1,-9.1,3]", "{}"),
      Change("[0,1,-9.1,3]", "null"), Change("\n}\n", "\n"), Change("\n}\n", ",\"more\": 1}\n"),
      Change("\n}\n", "\n}{}"));
  INFO(from << " -> " << to);
  CHECK_FALSE(why(sealed(replaced(body, from, to))).empty());
}

TEST_CASE("Hostile nesting is refused without using up the stack") {
  const std::string deep(std::size_t{4} << 20, '[');
  const std::string body = body_of(some_text());
  CHECK_FALSE(why(sealed(deep)).empty());
  CHECK_FALSE(why(sealed("{\"service\": " + deep)).empty());
  CHECK_FALSE(why(sealed(replaced(body, "[0,1,-9.1,3]", deep))).empty());
}

}  // namespace
}  // namespace skep
