// One failure, told once when it begins, once a minute with a count while it lasts, and once when
// it ends.
#pragma once

#include "core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace skep {

enum class TroublePhase { kBegin, kOngoing, kEnd };

struct TroubleReport {
  TroublePhase phase = TroublePhase::kBegin;
  std::uint64_t count = 0;  ///< how often it was seen since it began
  Duration lasted{0};       ///< since it began
};

class Trouble {
 public:
  /// It is there. A report when it is new, or when the last report is a minute old.
  std::optional<TroubleReport> seen(TimePoint now);
  /// It is gone. A report when it was there.
  std::optional<TroubleReport> gone(TimePoint now);
  /// Something changed that may mend it: when it is seen again, that is worth a report.
  void report_again() { report_again_ = true; }

 private:
  bool active_ = false;
  bool report_again_ = false;
  std::uint64_t count_ = 0;
  TimePoint began_{};
  TimePoint last_report_{};
};

}  // namespace skep
