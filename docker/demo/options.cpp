#include "options.hpp"

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <utility>

namespace skep::demo {
namespace {

[[noreturn]] void refuse(const std::string& message) {
  std::cerr << message << '\n';
  std::exit(2);
}

}  // namespace

Options::Options(int argc, char** argv, std::map<std::string, std::string> defaults,
                 std::string_view usage)
    : values_(std::move(defaults)) {
  for (int i = 1; i < argc; i += 2) {
    const std::string argument = argv[i];
    if (argument == "--help") {
      std::cout << usage;
      std::exit(0);
    }
    const std::string name = argument.starts_with("--") ? argument.substr(2) : std::string();
    const auto option = values_.find(name);
    if (option == values_.end()) refuse("Unknown option '" + argument + "': see --help.");
    if (i + 1 >= argc) refuse("The option '" + argument + "' needs a value: see --help.");
    option->second = argv[i + 1];
  }
}

double Options::number(const std::string& name, double low, double high) const {
  const std::string& value = text(name);
  char* end = nullptr;
  const double parsed = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0' || !std::isfinite(parsed) || parsed < low || parsed > high) {
    refuse("The option '--" + name + "' is '" + value + "', but must be a number from " +
           std::to_string(low) + " to " + std::to_string(high) + ".");
  }
  return parsed;
}

}  // namespace skep::demo
