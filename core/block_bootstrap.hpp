// How sure a difference between two runs over the same windows of time is.
#pragma once

#include <cstdint>
#include <span>

namespace skep {

/// Mean of a - b over the windows, and where it lies with 95% confidence.
struct PairedDifference {
  double mean = 0;
  double low = 0;
  double high = 0;
};

/// Window i of both is the same part of the trace, and neighbours are much alike: so whole blocks
/// of neighbours are drawn, round the end back to the beginning (the circular block bootstrap of
/// Politis and Romano, 1992; block length ceil(windows^(1/3)), 2,000 draws, the interval of their
/// percentiles). The same `seed` gives the same interval. `a` and `b` have the same size, at
/// least 1.
PairedDifference paired_difference(std::span<const double> a, std::span<const double> b,
                                   std::uint64_t seed);

}  // namespace skep
