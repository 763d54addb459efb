// Collects what is wrong with a configuration while it is read, and which keys were asked for.
#pragma once

#include "config/problem.hpp"
#include "config/yaml_tree.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

/// "services[3].replicas" without its numbers: "services[].replicas".
std::string without_indexes(std::string_view path);

class Report {
 public:
  void error(Position position, std::string message);
  void warning(Position position, std::string message);

  /// Says that the configuration has the key `path`, such as "services[].replicas.min".
  void know(std::string path) { known_keys_.insert(std::move(path)); }
  const std::set<std::string>& known_keys() const { return known_keys_; }

  /// An error for every key in the tree that nobody said to know, with the key that may have been
  /// meant.
  void refuse_unknown_keys(const YamlNode& root) { refuse_unknown_keys(root, ""); }

  bool has_errors() const { return has_errors_; }
  /// All problems in the order of the text, at most kMostProblems of them and one that counts the
  /// rest.
  std::vector<Problem> problems(const std::string& file) const;

  static constexpr std::size_t kMostProblems = 200;

 private:
  void refuse_unknown_keys(const YamlNode& node, const std::string& path);
  bool has_known_keys(const std::string& path) const;
  std::string unknown_key_message(const std::string& path, const std::string& key) const;

  std::vector<Problem> problems_;
  std::set<std::string> known_keys_;
  bool has_errors_ = false;
};

}  // namespace skep
