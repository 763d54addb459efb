#include "daemon/wall_clock.hpp"

#include <cstdint>
#include <string_view>

namespace skep {
namespace {

/// `value`, 0 or above, as exactly `digits` decimal digits.
void append_digits(std::string& text, std::int64_t value, int digits) {
  const std::size_t begin = text.size();
  text.append(static_cast<std::size_t>(digits), '0');
  for (std::size_t at = text.size(); at > begin; value /= 10) {
    text[--at] = static_cast<char>('0' + value % 10);
  }
}

struct Calendar {
  explicit Calendar(WallTime time)
      : day(std::chrono::floor<std::chrono::days>(time)),
        date(day),
        clock(std::chrono::floor<std::chrono::milliseconds>(time - day)) {}

  void append_date(std::string& text, std::string_view separator) const {
    append_digits(text, static_cast<int>(date.year()), 4);
    text += separator;
    append_digits(text, static_cast<unsigned>(date.month()), 2);
    text += separator;
    append_digits(text, static_cast<unsigned>(date.day()), 2);
  }
  void append_clock(std::string& text, std::string_view separator) const {
    append_digits(text, clock.hours().count(), 2);
    text += separator;
    append_digits(text, clock.minutes().count(), 2);
    text += separator;
    append_digits(text, clock.seconds().count(), 2);
  }

  std::chrono::sys_days day;
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::milliseconds> clock;
};

}  // namespace

std::string rfc3339(WallTime time) {
  const Calendar calendar(time);
  std::string text;
  text.reserve(24);
  calendar.append_date(text, "-");
  text += 'T';
  calendar.append_clock(text, ":");
  text += '.';
  append_digits(text, calendar.clock.subseconds().count(), 3);
  text += 'Z';
  return text;
}

std::string compact_utc(WallTime time) {
  const Calendar calendar(time);
  std::string text;
  calendar.append_date(text, "");
  text += 'T';
  calendar.append_clock(text, "");
  text += 'Z';
  return text;
}

}  // namespace skep
