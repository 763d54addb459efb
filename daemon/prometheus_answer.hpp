// Reads the answers of Prometheus to an instant query and to a range query. Pure: text in, values
// out.
#pragma once

#include "daemon/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace skep {

struct Sample {
  double value = 0;  ///< finite
  double time_seconds =
      0;  ///< Unix time of the evaluation by the server's clock; 0 when it is not told
  std::vector<std::string>
      warnings;  ///< what Prometheus wants to be known about a successful answer
};

/// The one number in `body`, the answer to GET or POST /api/v1/query with HTTP status `status`: a
/// scalar, a string that is a number, a vector of one series, or the last value of a matrix of one
/// series. `query` is for the messages. Errors: kRefused (the server or a proxy said no), kProtocol
/// (not an answer of Prometheus), kEmpty, kSeveralSeries, kNotFinite (NaN, infinite, outside the
/// range of a double, a histogram, no number).
Result<Sample> parse_instant_answer(std::string_view body, unsigned status, std::string_view query);

struct RangePoint {
  double time_seconds = 0;  ///< Unix time
  double value = 0;         ///< may be NaN or infinite
};

struct RangeAnswer {
  std::vector<RangePoint> points;  ///< in order of time, no two at the same time
  std::vector<std::string> warnings;
};

/// The points in `body`, the answer to /api/v1/query_range; none when nothing was found. A service
/// whose labels change over time has several series, one after the other: they count as one.
/// Errors: kRefused, kProtocol, kSeveralSeries (two values at one time), kNotFinite (a histogram).
Result<RangeAnswer> parse_range_answer(std::string_view body, unsigned status,
                                       std::string_view query);

}  // namespace skep
