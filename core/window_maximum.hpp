// The largest of what was added within a time window, in amortised constant time.
#pragma once

#include "core/time.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace skep {

class WindowMaximum {
 public:
  /// What is exactly `window` (>= 0) old still counts.
  explicit WindowMaximum(Duration window) : window_(window), ring_(8) {}

  Duration window() const { return window_; }
  /// Adds `value` at `now`, which must not go back, and returns the largest of the window.
  int add(int value, TimePoint now) {
    while (size_ > 0 && entry(size_ - 1).value <= value) {
      --size_;
    }
    while (size_ > 0 && entry(0).time < now - window_) {
      ++front_;
      --size_;
    }
    if (size_ == ring_.size()) {
      grow();
    }
    entry(size_++) = {now, value};
    return entry(0).value;
  }

 private:
  struct Entry {
    TimePoint time;
    int value = 0;
  };

  /// Of the falling values that no later one reaches, the oldest first.
  Entry& entry(std::size_t index) { return ring_[(front_ + index) & (ring_.size() - 1)]; }

  void grow() {
    std::vector<Entry> larger(2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) {
      larger[i] = entry(i);
    }
    ring_ = std::move(larger);
    front_ = 0;
  }

  Duration window_;
  std::vector<Entry> ring_;  ///< its size is a power of two
  std::size_t front_ = 0;
  std::size_t size_ = 0;
};

}  // namespace skep
