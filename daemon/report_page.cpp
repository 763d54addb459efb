#include "daemon/report_page.hpp"

#include "daemon/fail.hpp"
#include "daemon/output_file.hpp"
#include "daemon/report_assets.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace skep {
namespace {

using Json = nlohmann::ordered_json;

/// Five digits are more than a chart can show, and the page stays small.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double unit = std::pow(10, std::floor(std::log10(std::abs(value))) - 4);
  return std::round(value / unit) * unit;
}

/// JSON that may stand in a script element: no "<" can end it or begin another.
std::string script_text(const Json& data) {
  std::string text;
  for (const char c : data.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    c == '<' ? text += "\\u003c" : text += c;
  }
  return text;
}

}  // namespace

Json series_json(const ReportSeries& series) {
  Json json{{"low", Json::array()},
            {"high", Json::array()},
            {"mean", Json::array()},
            {"late", Json::array()},
            {"cost", Json::array()}};
  for (const ReportSeries::Part& part : series.parts()) {
    const auto ticks = static_cast<double>(part.ticks);
    json["low"].push_back(part.least_replicas);
    json["high"].push_back(part.most_replicas);
    json["mean"].push_back(rounded(part.replicas / ticks));
    json["late"].push_back(std::round(100 * static_cast<double>(part.violations) / ticks));
    json["cost"].push_back(rounded(part.cost / ticks));
  }
  return json;
}

Json load_json(const ReportSeries& series) {
  Json json{{"low", Json::array()}, {"high", Json::array()}};
  for (const ReportSeries::Part& part : series.parts()) {
    json["low"].push_back(rounded(part.least_load));
    json["high"].push_back(rounded(part.most_load));
  }
  return json;
}

Json map_json(const PolicyMap& map) {
  if (map.wanted.empty()) return {};
  Json json;
  json["loads"] = Json::array();
  for (const double load : map.loads) json["loads"].push_back(rounded(load));
  json["replicas"] = map.replicas;
  json["wanted"] = map.wanted;
  return json;
}

Json report_column(const char* key, const char* label, int digits, bool best, const char* hint) {
  return {{"key", key}, {"label", label}, {"digits", digits}, {"best", best}, {"hint", hint}};
}

Json hidden_policies(const std::vector<std::string>& policies, const std::string& policy,
                     const std::string& baseline) {
  const bool there = std::find(policies.begin(), policies.end(), policy) != policies.end();
  const std::string& first = there ? policy : policies.front();
  Json hidden = Json::array();
  for (const std::string& name : policies) {
    if (name != first && name != "target_tracking" && name != baseline) hidden.push_back(name);
  }
  return hidden;
}

std::string report_page(const Json& data) {
  return kReportBeforeData + script_text(data) + kReportAfterData;
}

bool can_write_report(const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code unknown;
  const fs::path folder = fs::path(file).parent_path();
  const bool can = fs::exists(file, unknown)
                       ? !fs::is_directory(file, unknown) && access(file.c_str(), W_OK) == 0
                       : access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0;
  if (!can) fail(1, "cannot write " + file + "; check its folder and its owner.");
  return can;
}

bool write_report(const Json& data, const std::string& file) {
  const std::string page = report_page(data);
  OutputFile out;
  std::string wrong = out.open(file);
  if (wrong.empty()) {
    std::fwrite(page.data(), 1, page.size(), out.stream());
    wrong = out.finish();
  }
  if (!wrong.empty()) {
    fail(1, wrong);
    return false;
  }
  return true;
}

}  // namespace skep
