// Command line of the demo programs: `--name value` pairs of numbers and texts, nothing more.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace skep::demo {

class Options {
 public:
  // `defaults` lists every option there is with its default value.
  // Ends the program with status 2 and one line on standard error on an unknown option or a
  // missing value; prints `usage` and ends with 0 on --help.
  Options(int argc, char** argv, std::map<std::string, std::string> defaults,
          std::string_view usage);

  const std::string& text(const std::string& name) const { return values_.at(name); }

  // The option as a finite number in [low, high]; anything else ends the program with status 2.
  double number(const std::string& name, double low, double high) const;

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace skep::demo
