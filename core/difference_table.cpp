#include "core/difference_table.hpp"

namespace skep {

void DifferenceTable::add(const FadingHistogram& histogram, double share, double bin_width) {
  Part& part = parts_.emplace_back(Part{static_cast<float>(1 / bin_width)});
  const auto tails = histogram.tails();
  const auto scale = static_cast<float>(share / histogram.total());
  for (std::size_t bin = kBins; bin-- > 0;) {
    const Point& next = part.points[bin + 1];
    const float tail = scale * tails[bin];
    part.points[bin] = {tail, next.integral + (tail + next.tail) / 2};
  }
}

void DifferenceTable::add_to(std::span<const float> loads, std::span<float> expected) const {
  constexpr auto kEnd = static_cast<float>(kBins);
  constexpr auto kZero = kEnd / 2;  // where a difference of 0 is
  const std::size_t rows = loads.size();
  for (const Part& part : parts_) {
    const float replica = static_cast<float>(utilization_limit_) * part.per_bin;  // in bins
    float capacity = 0;
    for (std::size_t begin = 0; begin < expected.size(); begin += rows) {
      capacity += replica;
      const float price = graded_ ? 1 / capacity : 0;
      const auto place_of = [&](std::size_t row) {
        return capacity + kZero - loads[row] * part.per_bin;
      };
      float* const values = &expected[begin];
      std::size_t i = 0;
      while (i < rows && place_of(i) >= kEnd) {  // nothing exceeds the capacity
        ++i;
      }
      if (i == rows) {
        break;  // and less so that of more replicas
      }
      for (float place = place_of(i); place > 0;) {
        const int bin = static_cast<int>(place);
        const float beyond = place - static_cast<float>(bin);
        const Point& from = part.points[static_cast<std::size_t>(bin)];
        const Point& to = part.points[static_cast<std::size_t>(bin) + 1];
        values[i] += from.tail + beyond * (to.tail - from.tail) +
                     price * (from.integral + beyond * (to.integral - from.integral));
        if (++i == rows) {
          break;
        }
        place = place_of(i);
      }
      const Point& first = part.points[0];
      for (; i < rows; ++i) {  // everything does
        values[i] += first.tail + price * (first.integral - place_of(i) * first.tail);
      }
    }
  }
}

}  // namespace skep
