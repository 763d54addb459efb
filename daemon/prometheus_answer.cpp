#include "daemon/prometheus_answer.hpp"

#include "daemon/excerpt.hpp"
#include "daemon/json_scan.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace skep {
namespace {

std::string quoted(std::string_view query) { return '"' + excerpt(query) + '"'; }

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

Error not_prometheus(std::string_view body) {
  return Error(ErrorCode::kProtocol, "This is not an answer of Prometheus: \"" + excerpt(body, 80) +
                                         "\"; check prometheus.url.");
}

Error not_a_number(std::string_view query, std::string_view what) {
  return Error(ErrorCode::kNotFinite,
               "The query " + quoted(query) + " gave " + excerpt(what, 80) +
                   " instead of a finite number: make it always give one (0/0 is NaN).");
}

Error wrong_count(std::string_view query, std::size_t count) {
  if (count == 0) {
    return Error(ErrorCode::kEmpty,
                 "The query " + quoted(query) +
                     " found nothing (0 series): check that the metric is scraped, its labels, "
                     "and for a share of a limit that the service has that limit.");
  }
  return Error(
      ErrorCode::kSeveralSeries,
      "The query " + quoted(query) + " found " + std::to_string(count) +
          " series instead of 1: put sum(...) or avg(...) around it, or select one by its labels.");
}

/// The server, or a proxy in front of it, said no.
Error refused(std::string_view body, unsigned status, std::string_view query) {
  const auto type = json_find(body, {"errorType"});
  const auto text = json_find(body, {"error"});
  std::string why;
  if (text) {
    if (type) why = json_string(*type).value_or("") + ": ";
    why += json_string(*text).value_or(std::string(*text));
  } else {
    why = body.empty() ? "no explanation" : std::string(body.substr(0, 400));
  }
  std::string advice = "check the query.";
  if (status == 401 || status == 403) {
    advice = "check the user and password in prometheus.url.";
  } else if (status == 404 || (status >= 300 && status < 400)) {
    advice = "check prometheus.url.";
  } else if (status >= 500 || (status == 200 && why.starts_with("timeout"))) {
    advice = "check that Prometheus is up and not overloaded.";
  }
  return Error(ErrorCode::kRefused, "Prometheus refused the query " + quoted(query) +
                                        " with HTTP " + std::to_string(status) + " (" +
                                        excerpt(why) + "): " + advice);
}

/// [time, "value"]
Result<Sample> parse_pair(std::string_view pair, std::string_view query) {
  JsonItems items = JsonItems::of_array(pair);
  if (!items.next()) return not_prometheus(pair);
  Sample sample;
  sample.time_seconds = parse_number(items.value()).value_or(0);
  if (!items.next()) return not_prometheus(pair);
  const std::optional<std::string> text = json_string(items.value());
  if (!text) return not_prometheus(pair);
  const std::optional<double> number = parse_number(*text);
  if (!number || !std::isfinite(*number)) return not_a_number(query, *text);
  sample.value = *number;
  return sample;
}

/// The last value of the one series in a vector or matrix.
Result<Sample> parse_series(std::string_view result, std::string_view query) {
  std::size_t count = 0;
  std::string_view series;
  JsonItems all = JsonItems::of_array(result);
  while (all.next()) {
    if (count++ == 0) series = all.value();
  }
  if (all.failed()) return not_prometheus(result);
  if (count != 1) return wrong_count(query, count);

  if (const auto value = json_find(series, {"value"})) return parse_pair(*value, query);
  const auto values = json_find(series, {"values"});
  if (!values) {
    const bool histogram = json_find(series, {"histogram"}) || json_find(series, {"histograms"});
    return histogram ? not_a_number(query, "a histogram") : not_prometheus(series);
  }
  std::string_view last;
  JsonItems pairs = JsonItems::of_array(*values);
  while (pairs.next()) last = pairs.value();
  if (pairs.failed()) return not_prometheus(series);
  if (last.empty()) return wrong_count(query, 0);
  return parse_pair(last, query);
}

/// What every successful answer has.
struct Envelope {
  std::string_view type;    ///< of the result, with its quotation marks
  std::string_view result;  ///< JSON
  std::vector<std::string> warnings;
};

Result<Envelope> open_envelope(std::string_view body, unsigned status, std::string_view query) {
  std::string_view outcome;
  std::string_view data;
  std::string_view warnings = "[]";
  JsonItems root = JsonItems::of_object(body);
  while (root.next()) {
    if (root.key() == "status") outcome = root.value();
    if (root.key() == "data") data = root.value();
    if (root.key() == "warnings") warnings = root.value();
  }
  if (status != 200 || (!root.failed() && outcome == "\"error\"")) {
    return refused(body, status, query);
  }
  if (root.failed() || outcome != "\"success\"") return not_prometheus(body);
  const auto type = json_find(data, {"resultType"});
  const auto result = json_find(data, {"result"});
  if (!type || !result) return not_prometheus(body);
  return Envelope{*type, *result, json_strings(warnings)};
}

/// Adds the points of one series of a matrix.
std::optional<Error> add_points(std::string_view series, std::string_view query,
                                std::vector<RangePoint>& points) {
  const auto values = json_find(series, {"values"});
  if (!values) {
    if (json_find(series, {"histograms"})) return not_a_number(query, "a histogram");
    return not_prometheus(series);
  }
  JsonItems pairs = JsonItems::of_array(*values);
  while (pairs.next()) {
    JsonItems pair = JsonItems::of_array(pairs.value());
    const auto time = pair.next() ? parse_number(pair.value()) : std::nullopt;
    const auto text = time && pair.next() ? json_string(pair.value()) : std::nullopt;
    const auto value = text ? parse_number(*text) : std::nullopt;
    if (!time || !std::isfinite(*time) || !value) return not_prometheus(pairs.value());
    points.push_back({*time, *value});
  }
  if (pairs.failed()) return not_prometheus(series);
  return std::nullopt;
}

}  // namespace

Result<Sample> parse_instant_answer(std::string_view body, unsigned status,
                                    std::string_view query) {
  Result<Envelope> answer = open_envelope(body, status, query);
  if (!answer) return std::move(answer.error());
  const std::string_view type = answer->type;
  const bool single = type == "\"scalar\"" || type == "\"string\"";
  if (!single && type != "\"vector\"" && type != "\"matrix\"") return not_prometheus(body);
  Result<Sample> sample =
      single ? parse_pair(answer->result, query) : parse_series(answer->result, query);
  if (sample) sample->warnings = std::move(answer->warnings);
  return sample;
}

Result<RangeAnswer> parse_range_answer(std::string_view body, unsigned status,
                                       std::string_view query) {
  Result<Envelope> answer = open_envelope(body, status, query);
  if (!answer) return std::move(answer.error());
  if (answer->type != "\"matrix\"") return not_prometheus(body);
  RangeAnswer range;
  range.warnings = std::move(answer->warnings);
  std::size_t count = 0;
  JsonItems all = JsonItems::of_array(answer->result);
  for (; all.next(); ++count) {
    if (std::optional<Error> wrong = add_points(all.value(), query, range.points)) {
      return std::move(*wrong);
    }
  }
  if (all.failed()) return not_prometheus(body);
  const auto earlier = [](const RangePoint& left, const RangePoint& right) {
    return left.time_seconds < right.time_seconds;
  };
  std::sort(range.points.begin(), range.points.end(), earlier);
  const auto twice =
      std::adjacent_find(range.points.begin(), range.points.end(),
                         [&earlier](const RangePoint& left, const RangePoint& right) {
                           return !earlier(left, right);
                         });
  if (twice != range.points.end()) {
    if (count < 2) return not_prometheus(body);
    return wrong_count(query, count);
  }
  return range;
}

}  // namespace skep
