// The rows of a table around a load: all of them learn from a step of it, as if it had begun at
// their own load and gone by the same ratio.
#pragma once

#include "core/load_bins.hpp"

#include <array>
#include <cstddef>

namespace skep {

struct NearRows {
  static constexpr std::size_t kCount = 20;

  double place = 0;                      ///< of the load itself among the bins
  std::size_t first = 0;                 ///< bin
  std::array<float, kCount> nearness{};  ///< 1 at the load itself, in (0, 1]
  /// Where the load of the first one went, as a place among the bins, which may be outside of
  /// them; that of each other row went one bin further.
  double next_place = 0;
  std::array<float, kCount> next_loads{};
};

/// Those around `before` for a step from there to `after`, both >= 0.
NearRows near_rows(const LoadBins& bins, double before, double after);

}  // namespace skep
