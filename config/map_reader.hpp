// Reads the values of one map of the configuration, each with its type and range, and reports what
// is wrong with its place. A value that is absent or wrong leaves the default as it is.
#pragma once

#include "config/environment.hpp"
#include "config/report.hpp"
#include "core/time.hpp"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skep {

struct ReadContext {
  const Environment& environment;
  Report& report;
};

struct NumberRange {
  double min = 0;
  double max = std::numeric_limits<double>::max();
  bool min_allowed = true;  ///< false: the value must be above min
  bool max_allowed = true;  ///< false: the value must be below max
};

constexpr NumberRange kPercent{0, 100};
constexpr NumberRange kPositivePercent{0, 100, false};
constexpr NumberRange kFraction{0, 1};
constexpr NumberRange kNotNegative{};

/// A word of the configuration and what it means.
template <class Value>
using Words = std::vector<std::pair<std::string_view, Value>>;

class MapReader {
 public:
  /// `map` is nullptr when the map is absent: then all defaults stay. `path` is for messages, such
  /// as "services[0]".
  MapReader(ReadContext& context, const YamlNode* map, std::string path)
      : context_(context), map_(map), path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  /// Whether this map is there and is a map.
  bool present() const { return map_ != nullptr; }
  bool has(std::string_view key) const { return map_ != nullptr && map_->find(key) != nullptr; }
  /// Of the value of `key`, or of the map when the key is absent.
  Position position(std::string_view key) const;

  /// The text of `key` as the file has it: with ${NAME} in place of what may be a secret.
  std::string_view written(std::string_view key) const;

  /// The node of `key` or nullptr, for what has a shape of its own.
  const YamlNode* node(std::string_view key);
  MapReader section(std::string_view key);
  /// The same, with an error when it is absent or empty.
  MapReader required_section(std::string_view key, const std::string& example);

  /// The maps of a list, each to be read. When the list is there but is none, or is empty, an error
  /// says that the key "must be a list of at least one" `what`; `first_key` is for items that are
  /// no maps.
  std::vector<MapReader> sections(std::string_view key, const std::string& what,
                                  const std::string& first_key);

  void boolean(std::string_view key, bool& value);
  void integer(std::string_view key, int& value, int min, int max);
  void unsigned_integer(std::string_view key, std::uint64_t& value);
  void number(std::string_view key, double& value, const NumberRange& range);
  /// From `min` to kLongestDuration.
  void duration(std::string_view key, Duration& value, Duration min);
  /// Any text; when `may_be_empty` is false an empty one is an error. Returns whether `value` was
  /// set.
  bool text(std::string_view key, std::string& value, bool may_be_empty = false);
  /// The content of the file that `key` names, without the line feeds at its end; at most 64 KiB
  /// and not empty.
  bool file_content(std::string_view key, std::string& value);

  template <class Value>
  void choice(std::string_view key, Value& value, const Words<Value>& words) {
    const std::optional<std::string> text = scalar(key, "one of " + list(names(words)));
    if (!text) {
      return;
    }
    if (const auto index = chosen(*text, position(key), child(key), names(words))) {
      value = words[*index].second;
    }
  }

  /// A list of words, none of them twice, at least one.
  template <class Value>
  void choices(std::string_view key, std::vector<Value>& values, const Words<Value>& words) {
    if (const auto indexes = chosen_list(key, names(words))) {
      values.clear();
      for (const std::size_t index : *indexes) {
        values.push_back(words[index].second);
      }
    }
  }

  /// The message follows the path of the key: "services[0].replicas.min" + " is ...".
  void error(std::string_view key, const std::string& message) const;
  void warning(std::string_view key, const std::string& message) const;
  /// An error when this map is present but lacks `key`.
  void require(std::string_view key, const std::string& example) const;

 private:
  template <class Value>
  static std::vector<std::string> names(const Words<Value>& words) {
    std::vector<std::string> out;
    for (const auto& word : words) {
      out.emplace_back(word.first);
    }
    return out;
  }
  static std::string list(const std::vector<std::string>& words);

  std::string child(std::string_view key) const;
  /// The text of `key` with the environment filled in, or nothing (with a problem unless the key is
  /// absent).
  std::optional<std::string> scalar(std::string_view key, const std::string& expected);
  std::optional<std::string> scalar_of(const YamlNode& node, const std::string& path,
                                       const std::string& expected);
  std::optional<std::size_t> chosen(const std::string& text, Position position,
                                    const std::string& path, const std::vector<std::string>& words);
  std::optional<std::vector<std::size_t>> chosen_list(std::string_view key,
                                                      const std::vector<std::string>& words);
  template <std::integral Integer>
  void whole_number(std::string_view key, Integer& value, Integer min, Integer max);

  ReadContext& context_;
  const YamlNode* map_;
  std::string path_;
};

/// The shortest text of a number that reads back the same.
std::string number_as_text(double value);

}  // namespace skep
