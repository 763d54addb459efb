#include "daemon/prometheus_history.hpp"

#include "core/observation.hpp"
#include "daemon/excerpt.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace skep {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

/// Below kMostRangePoints, with room for how a server counts.
constexpr std::size_t kPiecePoints = 10'000;

WallTime moment(const RangeGrid& grid, std::size_t point) {
  return grid.start + static_cast<Duration::rep>(point) * grid.step;
}

/// Puts the points of a piece, which begins at `first`, where they belong.
std::optional<Error> place(const RangeAnswer& answer, const RangeGrid& piece, std::size_t first,
                           const std::string& promql, QueryHistory& history) {
  const double start = to_seconds(piece.start.time_since_epoch());
  const double step = to_seconds(piece.step);
  for (const RangePoint& point : answer.points) {
    const double steps = (point.time_seconds - start) / step;
    const double nearest = std::round(steps);
    // Prometheus rounds to milliseconds.
    if (nearest < 0 || nearest >= static_cast<double>(piece.points) ||
        std::abs(steps - nearest) * step > 2e-3) {
      return Error(ErrorCode::kProtocol,
                   "The query \"" + excerpt(promql) +
                       "\" was answered with times that were not asked for; check prometheus.url "
                       "and any proxy that keeps answers.");
    }
    if (!(point.value >= 0 && point.value <= kLargestMetric)) {
      ++history.unusable;
      continue;
    }
    history.values[first + static_cast<std::size_t>(nearest)] = point.value;
  }
  return std::nullopt;
}

}  // namespace

RangeGrid history_grid(WallTime now, Duration from, Duration interval) {
  const auto most = static_cast<Duration::rep>(kMostHistoryPoints);
  const Duration whole = std::chrono::ceil<milliseconds>(interval);
  const auto multiple = std::max<Duration::rep>(1, (from / whole + most - 1) / most);
  RangeGrid grid;
  grid.step = multiple * whole;
  grid.points = static_cast<std::size_t>(std::max<Duration::rep>(1, from / grid.step));
  const WallTime end = std::chrono::floor<milliseconds>(now);
  grid.start = end - static_cast<Duration::rep>(grid.points - 1) * grid.step;
  return grid;
}

asio::awaitable<Result<QueryHistory>> read_history(PrometheusClient& client, std::string promql,
                                                   RangeGrid grid,
                                                   std::function<void(double)> progress) {
  QueryHistory history;
  history.values.assign(grid.points, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t first = 0; first < grid.points; first += kPiecePoints) {
    RangeGrid piece = grid;
    piece.start = moment(grid, first);
    piece.points = std::min(kPiecePoints, grid.points - first);
    Result<RangeAnswer> answer = co_await client.query_range(promql, piece);
    std::optional<Error> wrong;
    if (answer) {
      wrong = place(*answer, piece, first, promql, history);
      if (history.warnings.empty()) history.warnings = std::move(answer->warnings);
    } else {
      wrong = std::move(answer.error());
    }
    if (wrong) {
      co_return Error(wrong->code, "The history from " + rfc3339(piece.start) + " to " +
                                       rfc3339(moment(piece, piece.points - 1)) +
                                       " is missing: " + wrong->message);
    }
    progress(static_cast<double>(first + piece.points) / static_cast<double>(grid.points));
  }
  co_return history;
}

}  // namespace skep
