// Made-up load: one value a row, in units of one replica at 100%.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace skep {

/// Each of `levels` for `rows_each` rows.
std::vector<double> step_load(std::span<const double> levels, std::size_t rows_each);

/// A straight line from `from` in the first row to `to` in the last.
std::vector<double> ramp_load(double from, double to, std::size_t rows);

/// A sine from `low` (the first row) to `high` (half a period later) and back; `period_rows` >= 1.
std::vector<double> diurnal_load(double low, double high, std::size_t period_rows,
                                 std::size_t rows);

struct BurstShape {
  double base = 1;
  double peak = 5;                ///< the highest load; bursts reach from the middle up to it
  double chance = 0.01;           ///< that a burst begins in a row without one, in [0, 1]
  std::size_t longest_rows = 10;  ///< bursts last 1 to this many rows, >= 1
};

/// `base` with bursts; the same seed gives the same load on every platform.
std::vector<double> burst_load(const BurstShape& shape, std::size_t rows, std::uint64_t seed);

}  // namespace skep
