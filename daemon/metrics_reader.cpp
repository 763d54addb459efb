#include "daemon/metrics_reader.hpp"

#include "config/duration.hpp"
#include "config/query_text.hpp"
#include "core/words.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace skep {
namespace {

namespace asio = boost::asio;

constexpr Duration kShortestWindow = std::chrono::minutes(1);

/// The key of the configuration, as messages name it.
constexpr const char* kNames[] = {"cpu", "ram", "uptime", "load", "latency", "targets"};

}  // namespace

std::string filled_query(std::string_view query, std::string_view service,
                         std::string_view window) {
  std::string filled;
  while (!query.empty()) {
    const std::size_t dollar = query.find('$');
    filled += query.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    const std::string_view rest = query.substr(dollar + 1);
    const std::string_view name = variable_name(rest);
    if (name == "service") {
      filled += service;
    } else if (name == "window") {
      filled += window;
    } else {
      filled += '$';
      filled += name;
    }
    query = rest.substr(name.size());
  }
  return filled;
}

std::string query_window(Duration interval) {
  return format_duration(std::max(interval, kShortestWindow));
}

MetricsReader::MetricsReader(const MetricsSettings& settings, Duration interval)
    : cpu_of_service_(settings.cpu.of == QueryScope::kService),
      ram_of_service_(settings.ram.of == QueryScope::kService),
      window_(query_window(interval)) {
  const auto add = [this](Kind kind, const std::string& text) {
    queries_.push_back({kind, text, {}});
  };
  add(kCpu, settings.cpu.query);
  add(kRam, settings.ram.query);
  if (settings.uptime) add(kUptime, *settings.uptime);
  if (settings.load) add(kLoad, *settings.load);
  if (settings.latency) add(kLatency, *settings.latency);
  if (settings.targets) add(kTargets, *settings.targets);
}

void MetricsReader::fill(const std::string& service) {
  if (service == service_) return;
  service_ = service;
  for (Query& query : queries_) query.filled = filled_query(query.text, service, window_);
}

std::optional<Error> MetricsReader::check(const Query& query, const Result<Sample>& sample) {
  const std::string name = std::string("The ") + kNames[query.kind] + " query: ";
  if (!sample) {
    const ErrorCode code = sample.error().code;
    if (query.kind == kTargets && code == ErrorCode::kEmpty) return std::nullopt;
    if (query.kind == kUptime && code == ErrorCode::kEmpty) {
      return Error(code,
                   "The service is not up yet: its uptime query has no value. If that stays "
                   "so, check the query and that Prometheus scrapes the service.");
    }
    return Error(code, name + sample.error().message);
  }
  if (sample->value < 0) {
    return Error(ErrorCode::kRefused, name + "the value " + number_text(sample->value) +
                                          " is negative, which cannot be: correct the query.");
  }
  if (query.kind != kUptime && sample->value > kLargestMetric) {
    return Error(ErrorCode::kRefused, name + "the value " + number_text(sample->value) +
                                          " is larger than anything that it can measure: correct "
                                          "the query.");
  }
  if (query.kind == kUptime && sample->value == 0) {
    return Error(ErrorCode::kEmpty, "The service is not up yet: its uptime is 0.");
  }
  return std::nullopt;
}

void MetricsReader::take(Kind kind, double value, int running, Metrics& metrics) const {
  switch (kind) {
    case kCpu: {
      const MeanAndSum cpu = mean_and_sum(value, cpu_of_service_, running);
      metrics.cpu_percent = cpu.mean;
      metrics.cpu_service_percent = cpu.sum;
      break;
    }
    case kRam: {
      const MeanAndSum ram = mean_and_sum(value, ram_of_service_, running);
      metrics.ram_percent = ram.mean;
      metrics.ram_service_percent = ram.sum;
      break;
    }
    case kUptime:
      break;
    case kLoad:
      metrics.demand = value;
      break;
    case kLatency:
      metrics.latency_seconds = value;
      break;
    case kTargets:
      metrics.targets = value;
      break;
  }
}

asio::awaitable<Result<MetricsReading>> MetricsReader::read(Sources& sources, std::string service,
                                                            int running, TimePoint not_before) {
  fill(service);
  MetricsReading reading;
  // One after the other: a single kept connection serves them all.
  for (const Query& query : queries_) {
    const std::shared_ptr<const Result<Sample>> sample =
        co_await sources.queries().get(query.filled, not_before);
    std::optional<Error> wrong = check(query, *sample);
    if (wrong) co_return std::move(*wrong);
    take(query.kind, sample->ok() ? sample->value().value : 0, running, reading.metrics);
    if (sample->ok()) {
      const std::vector<std::string>& said = sample->value().warnings;
      reading.warnings.insert(reading.warnings.end(), said.begin(), said.end());
    }
  }
  co_return reading;
}

}  // namespace skep
