// The values of having 1 to max replicas, a row for each load bin and class of its recent past, and
// how often each row was taught. They are read between the bins, because a load that moves by less
// than a bin would otherwise seem to jump.
#pragma once

#include "core/load_bins.hpp"
#include "core/near_rows.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace skep {

/// The learning rate of a row by how often it was taught: (2 + visits)^-0.7, but at least `least`.
class VisitsRate {
 public:
  /// `least` must be at least 0.003.
  explicit VisitsRate(double least);
  double at(float visits) const {
    if (!(visits < static_cast<float>(powers_.size() - 1))) {
      return least_;
    }
    const auto whole = static_cast<std::size_t>(static_cast<int>(visits));
    const double part = static_cast<double>(visits) - static_cast<double>(whole);
    return powers_[whole] * (1 - part) + powers_[whole + 1] * part;
  }

 private:
  double least_;
  std::vector<double> powers_;  ///< by whole visits, until they fall to the least
};

class ValueRows {
 public:
  ValueRows(const LoadBins& bins, std::size_t classes, int max_replicas)
      : bins_(bins.count()),
        classes_(classes),
        width_(static_cast<std::size_t>(max_replicas)),
        values_(bins_ * classes * width_),
        visits_(bins_ * classes) {}

  std::size_t classes() const { return classes_; }
  std::size_t width() const { return width_; }
  /// Costs to come with n + 1 replicas in the rows of a class, by bin: neighbours in load, which
  /// learn together, lie side by side.
  std::span<float> column(std::size_t row_class, std::size_t n) {
    return {&values_[(row_class * width_ + n) * bins_], bins_};
  }
  std::span<const float> column(std::size_t row_class, std::size_t n) const {
    return {&values_[(row_class * width_ + n) * bins_], bins_};
  }
  /// Sets all rows of every class to `prior`, by replicas and then by bin.
  void begin_with(std::span<const float> prior);
  /// How often the rows of a class were taught, by bin.
  std::span<const float> visits(std::size_t row_class) const {
    return {&visits_[row_class * bins_], bins_};
  }

  /// A place on the straight line from a bin to the next one.
  struct Between {
    std::size_t bin;
    float part;
  };
  /// The first or the last bin when `place` is outside of them.
  Between between(double place) const;
  /// Of n + 1 replicas.
  float at(std::size_t row_class, std::size_t n, const Between& between) const {
    const float* const from = &column(row_class, n)[between.bin];
    return from[0] + between.part * (from[1] - from[0]);
  }
  /// At `place` and up to NearRows::kCount - 1 bins further, into `values` by replicas and then by
  /// row.
  void read_near(std::size_t row_class, double place, std::span<float> values) const;

  using Rates = std::array<float, NearRows::kCount>;
  /// The learning rates of the rows near a load, which count as visited.
  Rates visit(std::size_t row_class, const NearRows& near, const VisitsRate& rate);
  /// Moves the rows of a class from bin `first` on towards `targets`, by replicas and then by row.
  void teach(std::size_t row_class, std::size_t first, const Rates& rates,
             std::span<const float> targets);

  /// The rows that were taught.
  void save(std::vector<float>& values) const;
  /// Takes what save gave; false when it does not fit.
  bool restore(std::span<const float>& values);

 private:
  std::size_t bins_;
  std::size_t classes_;
  std::size_t width_;
  std::vector<float> values_;
  std::vector<float> visits_;
};

}  // namespace skep
