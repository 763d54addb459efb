// Traces of load: CSV files with a header and one row for each step of time.
#pragma once

#include "daemon/result.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

constexpr std::size_t kLargestTraceBytes = std::size_t{64} * 1024 * 1024;
constexpr std::size_t kMostTraceRows = 5'000'000;

struct TraceColumn {
  std::string name;
  std::vector<double> values;  ///< finite, >= 0, at least one; NaN in the gaps that are kept
  std::size_t gaps = 0;        ///< empty, NaN, NA, null
};

/// Which columns to read: the one of that name, or, without a name, the first `most` that begin
/// with a number; not the first column of all, which is the time, unless it is the only one.
struct TraceSelection {
  std::optional<std::string> name;
  std::size_t most = std::numeric_limits<std::size_t>::max();
  bool keep_gaps = false;  ///< false: fill a gap with the value before, or the first one there is
};

/// Reads .gz files as well; both what is in the file and what comes out of it must be within
/// kLargestTraceBytes. Errors: kStorage (the file cannot be read), kDamaged (nor decompressed),
/// kNotFound (no column of that name), kEmpty (no column with numbers), kInvalid (too large, or
/// with FILE:LINE: no header, another separator than the comma, a quote without end, a row of
/// another width, no number, a negative one, too many rows, no rows).
Result<std::vector<TraceColumn>> read_trace_file(const std::string& path,
                                                 const TraceSelection& selection);
/// The same for a text; `file` is only the name in the errors.
Result<std::vector<TraceColumn>> parse_trace(std::string_view text, const std::string& file,
                                             const TraceSelection& selection);

/// sorted[int(part * n)], the last one at most; `values` is not empty, part in [0, 1].
double quantile(std::vector<double> values, double part);

}  // namespace skep
