#include "config/duration.hpp"

#include "config/problem.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace skep {
namespace {

struct Unit {
  std::string_view name;
  std::chrono::milliseconds size;
};

constexpr std::array<Unit, 5> kUnits{{{"d", std::chrono::hours(24)},
                                      {"h", std::chrono::hours(1)},
                                      {"m", std::chrono::minutes(1)},
                                      {"s", std::chrono::seconds(1)},
                                      {"ms", std::chrono::milliseconds(1)}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_while(std::string_view& text, bool digits) {
  std::size_t length = 0;
  while (length < text.size() && is_digit(text[length]) == digits) {
    ++length;
  }
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

ParsedDuration failure(std::string_view text, const std::string& why) {
  return {std::nullopt, quoted(text) + ' ' + why};
}

const Unit* find_unit(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.name == name) {
      return &unit;
    }
  }
  return nullptr;
}

}  // namespace

ParsedDuration parse_duration(std::string_view text) {
  static const std::string examples = "as in 250ms, 30s, 5m, 1h or 7d";
  if (text.starts_with('-')) {
    return failure(text, "is negative; a duration is zero or more, " + examples);
  }
  const auto longest = std::chrono::duration_cast<std::chrono::milliseconds>(kLongestDuration);
  std::chrono::milliseconds sum{0};
  std::string_view rest = text;
  do {
    const std::string_view digits = take_while(rest, true);
    const std::string_view unit_name = take_while(rest, false);
    if (digits.empty()) {
      return failure(text, "is not a duration; write a whole number with its unit, " + examples);
    }
    if (unit_name.empty()) {
      return failure(text, "has no unit; write " + std::string(digits.substr(0, 20)) +
                               "s for seconds (units: ms, s, m, h, d)");
    }
    if (unit_name.starts_with('.') || unit_name.starts_with(',')) {
      return failure(text,
                     "has a fraction; write a whole number in a smaller unit, such as 1500ms "
                     "for one and a half seconds");
    }
    const Unit* unit = find_unit(unit_name);
    if (unit == nullptr) {
      return failure(text, "has the unknown unit " + quoted(unit_name) +
                               "; the units are ms, s, m, h, d, " + examples);
    }
    std::int64_t count = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (parsed.ec != std::errc() || count > (longest - sum) / unit->size) {
      return failure(text, "is too long; a duration is at most 365d");
    }
    sum += count * unit->size;
  } while (!rest.empty());
  return {sum, ""};
}

std::string format_duration(Duration duration) {
  auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  std::string text;
  for (const Unit& unit : kUnits) {
    const auto count = rest / unit.size;
    if (count > 0) {
      text += std::to_string(count);
      text += unit.name;
      rest -= count * unit.size;
    }
  }
  return text.empty() ? "0s" : text;
}

}  // namespace skep
