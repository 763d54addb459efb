#include "core/difference_table.hpp"

namespace skep {

DifferenceTable::DifferenceTable(int max_replicas, double utilization_limit, bool graded) {
  for (int n = 1; n <= max_replicas; ++n) {
    const double capacity = n * utilization_limit;
    capacities_.push_back(static_cast<float>(capacity));
    prices_.push_back(graded ? static_cast<float>(1 / capacity) : 0);
  }
}

void DifferenceTable::add(const FadingHistogram& histogram, double share, double bin_width) {
  Part& part =
      parts_.emplace_back(Part{static_cast<float>(bin_width), static_cast<float>(1 / bin_width)});
  const auto tails = histogram.tails();
  const auto scale = static_cast<float>(share / histogram.total());
  const auto half_bin = static_cast<float>(bin_width / 2);
  for (std::size_t bin = kBins; bin-- > 0;) {
    const Point& next = part.points[bin + 1];
    const float tail = scale * tails[bin];
    part.points[bin] = {tail, next.integral + half_bin * (tail + next.tail)};
  }
}

void DifferenceTable::add_to(std::span<const float> loads, std::span<float> expected) const {
  constexpr auto kEnd = static_cast<float>(kBins);
  constexpr auto kZero = kEnd / 2;  // where a difference of 0 is
  const std::size_t rows = loads.size();
  for (const Part& part : parts_) {
    for (std::size_t n = 0; n < expected.size() / rows; ++n) {
      const float zero = capacities_[n] * part.per_bin + kZero;
      const float price = prices_[n];
      const auto place_of = [&](std::size_t row) { return zero - loads[row] * part.per_bin; };
      float* const values = &expected[n * rows];
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
        values[i] +=
            first.tail + price * (first.integral - place_of(i) * part.bin_width * first.tail);
      }
    }
  }
}

}  // namespace skep
