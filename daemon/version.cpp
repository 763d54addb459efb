#include "daemon/version.hpp"

#include <boost/version.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/version.h>

namespace skep {

namespace {

std::string dotted(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

#if defined(__clang__)
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "g++ " __VERSION__;
#endif

}  // namespace

std::string_view version() { return SKEP_VERSION; }

std::string version_text() {
  std::string text = "skep " + std::string(version()) + "\n";
  text += "compiler " + std::string(kCompiler) + "\n";
  text += "Boost " +
          dotted(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100) + "\n";
  text += "nlohmann_json " +
          dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                 NLOHMANN_JSON_VERSION_PATCH) +
          "\n";
  text += "spdlog " + dotted(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH) + "\n";
  text += "yaml-cpp " SKEP_YAML_CPP_VERSION "\n";
  text += "CLI11 " SKEP_CLI11_VERSION "\n";
  return text;
}

}  // namespace skep
