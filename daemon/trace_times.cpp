#include "daemon/trace_times.hpp"

#include "config/duration.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

namespace skep {
namespace {

/// Takes a text from its beginning.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool ended() const { return rest_.empty(); }
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly so many digits, as a number of at most `most`.
  std::optional<int> digits(std::size_t count, int most) {
    int value = 0;
    const char* const begin = rest_.data();
    if (rest_.size() < count) return std::nullopt;
    const auto [stop, failure] = std::from_chars(begin, begin + count, value);
    if (failure != std::errc{} || stop != begin + count || value < 0 || value > most) {
      return std::nullopt;
    }
    rest_.remove_prefix(count);
    return value;
  }
  /// What follows the point of a second.
  std::optional<double> fraction() {
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (end == 0) return std::nullopt;
    double value = 0;
    const std::string text = "0." + std::string(rest_.substr(0, end));
    std::from_chars(text.data(), text.data() + text.size(), value);
    rest_.remove_prefix(end);
    return value;
  }

 private:
  std::string_view rest_;
};

std::optional<double> read_date(Reader& reader) {
  const auto year = reader.digits(4, 9999);
  if (!year || !reader.take("-/")) return std::nullopt;
  const auto month = reader.digits(2, 12);
  if (!month || !reader.take("-/")) return std::nullopt;
  const auto day = reader.digits(2, 31);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return 86400.0 * static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

std::optional<double> read_clock(Reader& reader) {
  const auto hours = reader.digits(2, 24);
  if (!hours || !reader.take(":")) return std::nullopt;
  const auto minutes = reader.digits(2, 59);
  if (!minutes) return std::nullopt;
  double seconds = 3600.0 * *hours + 60.0 * *minutes;
  if (!reader.take(":")) return seconds;
  const auto more = reader.digits(2, 60);
  if (!more) return std::nullopt;
  seconds += *more;
  if (!reader.take(".,")) return seconds;
  const auto fraction = reader.fraction();
  if (!fraction) return std::nullopt;
  return seconds + *fraction;
}

/// How far the clocks of a zone are ahead; 0 without one.
std::optional<double> read_zone(Reader& reader) {
  reader.take(" ");
  if (reader.ended() || reader.take("Zz")) return 0;
  const bool ahead = reader.take("+");
  if (!ahead && !reader.take("-")) return std::nullopt;
  const auto hours = reader.digits(2, 23);
  reader.take(":");
  const auto minutes = reader.ended() ? std::optional(0) : reader.digits(2, 59);
  if (!hours || !minutes) return std::nullopt;
  return (ahead ? 1 : -1) * (3600.0 * *hours + 60.0 * *minutes);
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<double> seconds_of_date(std::string_view text) {
  Reader reader(text);
  const std::optional<double> date = read_date(reader);
  if (!date || reader.ended()) return date;
  if (!reader.take(" Tt")) return std::nullopt;
  const std::optional<double> clock = read_clock(reader);
  if (!clock) return std::nullopt;
  const std::optional<double> zone = read_zone(reader);
  if (!zone || !reader.ended()) return std::nullopt;
  return *date + *clock - *zone;
}

std::string RowTimes::text(Duration step) const {
  if (!note.empty()) return note;
  const double given = to_seconds(step);
  if (seconds == 0 || std::abs(seconds - given) < 0.1 * given) return "";
  const std::string apart = format_duration(
      std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(seconds)));
  return "a row counts as " + format_duration(step) + ", but the times of the rows are " + apart +
         " apart: give --step " + apart + " to let each take as long as it took.";
}

void TraceTimes::add(std::string_view cell, std::size_t line) {
  if (kind_ == Kind::kUnknown) {
    kind_ = seconds_of_date(cell) ? Kind::kDates : number_of(cell) ? Kind::kNumbers : Kind::kNone;
  }
  if (kind_ == Kind::kNone || bad_line_ != 0) return;
  const std::optional<double> time =
      kind_ == Kind::kDates ? seconds_of_date(cell) : number_of(cell);
  if (!time || (!times_.empty() && *time <= times_.back())) {
    bad_line_ = line;
    return;
  }
  times_.push_back(*time);
}

TraceTimes::Rows TraceTimes::rows(std::size_t most) const {
  Rows rows;
  if (bad_line_ != 0) {
    rows.told.note = "the times in the first column do not rise at line " +
                     std::to_string(bad_line_) +
                     ", so each row counts as one step, and no row as missing.";
    return rows;
  }
  if (times_.size() < 3) return rows;
  std::vector<double> apart;
  for (std::size_t i = 1; i < times_.size(); ++i) apart.push_back(times_[i] - times_[i - 1]);
  const auto middle = apart.begin() + static_cast<std::ptrdiff_t>((apart.size() - 1) / 2);
  std::nth_element(apart.begin(), middle, apart.end());
  const double usual = *middle;
  std::vector<std::size_t> missing(times_.size());
  double sum = 0;
  for (std::size_t i = 1; i < times_.size(); ++i) {
    const double steps = std::round((times_[i] - times_[i - 1]) / usual);
    sum += std::max(0.0, steps - 1);
    if (sum > static_cast<double>(most)) {
      rows.told.note =
          "by the times in the first column more rows are missing than a trace may have, "
          "so each row counts as one step.";
      return rows;
    }
    missing[i] = steps > 1 ? static_cast<std::size_t>(steps) - 1 : 0;
  }
  if (sum > 0) rows.missing = std::move(missing);
  if (kind_ == Kind::kDates) rows.told.seconds = usual;
  return rows;
}

}  // namespace skep
