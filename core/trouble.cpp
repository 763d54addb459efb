#include "core/trouble.hpp"

namespace skep {
namespace {
constexpr Duration kReportEvery = std::chrono::seconds(60);
}

std::optional<TroubleReport> Trouble::seen(TimePoint now) {
  ++count_;
  if (!active_) {
    active_ = true;
    count_ = 1;
    began_ = last_report_ = now;
    return TroubleReport{TroublePhase::kBegin, count_, Duration::zero()};
  }
  if (now - last_report_ < kReportEvery && !report_again_) {
    return std::nullopt;
  }
  last_report_ = now;
  report_again_ = false;
  return TroubleReport{TroublePhase::kOngoing, count_, now - began_};
}

std::optional<TroubleReport> Trouble::gone(TimePoint now) {
  if (!active_) {
    return std::nullopt;
  }
  active_ = false;
  report_again_ = false;
  return TroubleReport{TroublePhase::kEnd, count_, now - began_};
}

}  // namespace skep
