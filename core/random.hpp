// Seeded randomness: the same seed gives the same numbers on every platform.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace skep {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in [0, 1), from the upper 53 bits (the distributions of <random> differ between
  /// libraries).
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  /// Uniform in 0..count-1; count >= 1.
  std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(uniform() * static_cast<double>(count));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace skep
