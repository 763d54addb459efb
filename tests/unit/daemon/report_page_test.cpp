#include "daemon/report_page.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

using namespace skep;
using Json = nlohmann::ordered_json;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("nothing in the data of a report page can become markup") {
  const std::string hostile = "</script><script>alert(1)</script><!--<img src=x onerror=1>\xff";
  const std::string empty = report_page({{"title", ""}});
  const std::string page = report_page({{"title", hostile}});
  CHECK(count(page, "<script") == count(empty, "<script"));
  CHECK(count(page, "</script") == count(empty, "</script"));
  CHECK(count(page, "<!--") == 0);
  CHECK(count(page, "<img") == 0);
  // What a browser reads as the data is the text again, but for the byte that is no UTF-8.
  const std::string begin = "id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  const Json data = Json::parse(page.substr(from, page.find("</script>", from) - from));
  const auto title = data.at("title").get<std::string>();
  CHECK(title.starts_with(hostile.substr(0, hostile.size() - 1)));
}

TEST_CASE("a report page needs nothing from elsewhere") {
  const std::string page = report_page({});
  CHECK(count(page, "default-src 'none'") == 1);
  CHECK(count(page, "src=") == 0);
  CHECK(count(page, "@import") == 0);
  CHECK(count(page, "http") == 2);  // http-equiv, and the name of the SVG namespace
}

TEST_CASE("a chart begins with the policy in question, target tracking and the baseline") {
  const std::vector<std::string> all{"q_learning", "mixture", "target_tracking", "hpa_best"};
  CHECK(hidden_policies(all, "mixture", "hpa_best") == Json({"q_learning"}));
  CHECK(hidden_policies(all, "static", "hpa_best") == Json({"mixture"}));
}

TEST_CASE("a series keeps the least and the most of what it thins, and every late tick") {
  ReportSeries series(1000, 10);
  for (std::size_t tick = 0; tick < 1000; ++tick) {
    series.add(tick, tick == 555 ? 9.0 : 1.0, tick == 556 ? 7 : 2, tick == 557, 0.5);
  }
  series.add_cost(557, 10);
  const Json runs = series_json(series);
  const Json load = load_json(series);
  REQUIRE(runs.at("low").size() == 10);
  CHECK(runs.at("low").at(5) == 2);
  CHECK(runs.at("high").at(5) == 7);
  CHECK(runs.at("high").at(4) == 2);
  CHECK(runs.at("mean").at(5).get<double>() == Approx(2.05));
  CHECK(runs.at("late").at(5) == 1);
  CHECK(runs.at("late").at(6) == 0);
  CHECK(runs.at("cost").at(5).get<double>() == Approx(0.6));
  CHECK(runs.at("cost").at(6).get<double>() == Approx(0.5));
  CHECK(load.at("low").at(5) == 1);
  CHECK(load.at("high").at(5) == 9);
  CHECK(series_json(ReportSeries(3, 10)).at("low").size() == 3);
}

TEST_CASE("a policy map tells what the controller wants, within its bounds") {
  ControllerSettings settings;
  settings.agent.policy = PolicyType::kStatic;
  settings.replicas = {2, 4, 1};
  const PolicyMap map = policy_map(Controller(settings));
  CHECK(map.replicas == std::vector<int>{2, 3, 4});
  REQUIRE(map.wanted.size() == 3);
  CHECK(map.wanted[1] == std::vector<int>(map.loads.size(), 3));
  CHECK(map.loads.front() == 0);
  CHECK(map.loads.back() == 4);
  CHECK(map_json({}).is_null());
}
