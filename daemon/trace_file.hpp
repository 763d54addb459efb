// Traces of load: CSV files with a header and one row for each step of time.
#pragma once

#include "daemon/result.hpp"
#include "daemon/trace_times.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

constexpr std::size_t kLargestTraceBytes = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kMostTraceRows = 5'000'000;

/// Larger loads are refused: sums of them would lose their digits.
constexpr double kLargestLoad = 1e15;
/// So are traces whose peak is smaller.
constexpr double kLeastPeak = 1e-15;

struct TraceColumn {
  std::string name;
  std::vector<double> values;  ///< 0 to kLargestLoad, at least one; NaN in the gaps that are kept
  std::size_t gaps = 0;        ///< empty, NaN, NA, N/A, null, none, -, and missing rows
  std::string unusable;  ///< FILE:LINE and what is wrong with it, then `values` say nothing; or ""
  RowTimes times;        ///< where they are read
};

/// Which columns to read: those of the names, or, without names, the first `most` that begin with a
/// number; not the first column of all, which is the time, unless it is the only one.
struct TraceSelection {
  std::vector<std::string> names;
  std::size_t most = std::numeric_limits<std::size_t>::max();
  bool keep_gaps = false;  ///< false: fill a gap with the value before, or the first one there is
  bool by_time = false;    ///< rows that are missing by the times in the first column are gaps
};

/// Reads .gz files as well; both what is in the file and what comes out of it must be within
/// kLargestTraceBytes. Errors: kStorage (the file cannot be read), kDamaged (nor decompressed),
/// kNotFound (no column of that name), kEmpty (no column with numbers), kInvalid (too large, or
/// with FILE:LINE: no header, another separator than the comma, a row of another width, a quote
/// without end, too many rows; and what makes a column unusable when it is the only one: no number,
/// a negative or too large one, no rows).
Result<std::vector<TraceColumn>> read_trace_file(const std::string& path,
                                                 const TraceSelection& selection);
/// The same for a text; `file` is only the name in the errors.
Result<std::vector<TraceColumn>> parse_trace(std::string_view text, const std::string& file,
                                             const TraceSelection& selection);

/// sorted[int(part * n)], the last one at most; `values` is not empty, part in [0, 1].
double quantile(std::vector<double> values, double part);

/// What a trace is scaled by.
struct Peak {
  double load = 0;       ///< 0: there is no load at all
  bool largest = false;  ///< load is so rare that the 99.9th percentile is 0
};
/// The 99.9th percentile of the values, or the largest of them where that is 0. NaN is no value.
Peak peak_of(const std::vector<double>& load);
/// "6.4 replicas' worth of load", and that it is the largest value where it is.
std::string peak_text(const Peak& peak);

}  // namespace skep
