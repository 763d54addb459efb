// Whether the load repeats, and after how many ticks: a day, or a job that runs each hour.
//
// The period is the lag at which the changes of the load were most like those of now: their
// autocorrelation, kept for every lag while old ticks fade. Changes over some ticks tell more than
// those of single ones, which are mostly noise.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace skep {

class Season {
 public:
  /// So many ticks are remembered; a period is shorter.
  static constexpr std::size_t kMost = 2048;
  static constexpr std::size_t kLeastPeriod = 16;
  static constexpr std::size_t kPartsBits = 2;
  /// Of the lags, one of which is looked at in each tick.
  static constexpr std::size_t kParts = 1 << kPartsBits;
  static constexpr std::size_t kPart = kMost / kParts;

  /// The log load of the next tick.
  void see(double log_load);
  /// So many ticks were not seen after the last one: they count as if the last season had come
  /// again, or where there is none, as if nothing had changed. Where they are too many to be filled
  /// in, the load begins anew.
  void skip(std::size_t ticks);

  /// In ticks, in [kLeastPeriod, size()); 0 while none is known.
  std::size_t period() const { return period_; }
  /// How many ticks are remembered.
  std::size_t size() const { return size_; }
  /// The log load `ticks` (less than size()) before the newest.
  double before(std::size_t ticks) const {
    return static_cast<double>(logs_[(newest_ + ticks) % kMost]);
  }

  static constexpr std::size_t kSaved = 4 + kParts + 4 * kMost;
  void save(std::vector<float>& values) const;
  /// Takes kSaved `values`; false when they are none of save's.
  bool restore(std::span<const float> values);

 private:
  void remember(double log_load);
  double newest_change() const;
  std::size_t part_of_this_tick() const;
  void compare(std::size_t part);
  /// The correlation, less what chance may give.
  double alikeness(std::size_t lag) const;
  /// What a load does while it goes on is much like what it did a little before. A season is what
  /// is alike again after it was not.
  std::size_t first_candidate() const;
  /// Of a part, as far as the square of the correlation tells; 0: none.
  std::size_t most_alike(std::size_t part) const;
  void choose(std::size_t part);
  /// The alikeness above which `lag` is a better period than the one that is known.
  double needed_for(std::size_t lag) const;

  // Rings, from newest_ back in time:
  std::array<float, kMost> logs_{};
  std::array<float, kMost> changes_{};  ///< 0 where there are too few ticks before
  // By lag, faded: sums of the products of the changes of now and of then, and of the squares of
  // those of then.
  std::array<float, kMost> products_{};
  std::array<float, kMost> squares_{};
  std::array<double, kParts> squares_now_{};  ///< by part, likewise
  std::size_t newest_ = 0;
  std::size_t size_ = 0;
  std::size_t ticks_ = 0;      ///< since the load began, the filled ones too
  double usual_change_ = 0.2;  ///< root of a moving mean of the squares
  std::size_t period_ = 0;
};

}  // namespace skep
