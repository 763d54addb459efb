#include "core/load_generator.hpp"

#include "core/random.hpp"

#include <cmath>
#include <numbers>

namespace skep {

std::vector<double> step_load(std::span<const double> levels, std::size_t rows_each) {
  std::vector<double> load;
  load.reserve(levels.size() * rows_each);
  for (const double level : levels) {
    load.insert(load.end(), rows_each, level);
  }
  return load;
}

std::vector<double> ramp_load(double from, double to, std::size_t rows) {
  std::vector<double> load(rows, from);
  for (std::size_t row = 1; row < rows; ++row) {
    load[row] = from + (to - from) * static_cast<double>(row) / static_cast<double>(rows - 1);
  }
  return load;
}

std::vector<double> diurnal_load(double low, double high, std::size_t period_rows,
                                 std::size_t rows) {
  std::vector<double> load(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const double phase = static_cast<double>(row % period_rows) / static_cast<double>(period_rows);
    load[row] = low + (high - low) * (1 - std::cos(2 * std::numbers::pi * phase)) / 2;
  }
  return load;
}

std::vector<double> burst_load(const BurstShape& shape, std::size_t rows, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> load(rows, shape.base);
  std::size_t left = 0;
  double height = 0;
  for (double& value : load) {
    if (left == 0 && random.uniform() < shape.chance) {
      left = 1 + random.below(shape.longest_rows);
      height = (shape.peak - shape.base) * (1 + random.uniform()) / 2;
    }
    if (left > 0) {
      value += height;
      --left;
    }
  }
  return load;
}

}  // namespace skep
