// Reads the answer of Prometheus to an instant query. Pure: text in, value out.
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

}  // namespace skep
