// What the times in the first column of a trace say: how far apart its rows are, and which are
// missing.
#pragma once

#include "core/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

/// Seconds since 1970 of a date like "2026-11-24", with or without a clock like " 14:00",
/// "T14:00:00" or "T14:00:00.5", and with or without a zone like "Z" or "+01:00" behind it; empty:
/// it is none.
std::optional<double> seconds_of_date(std::string_view text);

/// What a user should know of the times of a trace.
struct RowTimes {
  double seconds = 0;  ///< from one row to the next; 0: there are no dates, or they do not tell
  std::string note;    ///< why the times are not used, with the line; or ""

  /// Where a row counts as `step`; a sentence, or "".
  std::string text(Duration step) const;
};

/// Takes the times of the rows in order: dates or plain numbers of any unit.
class TraceTimes {
 public:
  /// The line is for the note.
  void add(std::string_view cell, std::size_t line);

  struct Rows {
    std::vector<std::size_t> missing;  ///< before each row; empty: none at all
    RowTimes told;
  };
  /// Rows are as far apart as most of them are, and where there is room for more than one, rows are
  /// missing: at most `most` in all, or else the times are not used.
  Rows rows(std::size_t most) const;

 private:
  enum class Kind { kUnknown, kDates, kNumbers, kNone };

  Kind kind_ = Kind::kUnknown;
  std::vector<double> times_;
  std::size_t bad_line_ = 0;  ///< where they end to be times that rise; 0: nowhere
};

}  // namespace skep
