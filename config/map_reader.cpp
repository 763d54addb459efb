#include "config/map_reader.hpp"

#include "config/address.hpp"
#include "config/duration.hpp"
#include "config/not_built_yet.hpp"
#include "config/suggest.hpp"
#include "config/text_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace skep {
namespace {

// The whole of `text` as a number; nothing when it is none or does not fit.
template <class Number>
std::from_chars_result parse_whole(const std::string& text, Number& value) {
  const char* end = text.data() + text.size();
  std::from_chars_result result = std::from_chars(text.data(), end, value);
  if (result.ec == std::errc() && result.ptr != end) {
    result.ec = std::errc::invalid_argument;
  }
  return result;
}

std::string range_text(const NumberRange& range) {
  const bool has_max = range.max != std::numeric_limits<double>::max();
  const std::string min = number_as_text(range.min);
  const std::string max = number_as_text(range.max);
  if (has_max && range.min_allowed && range.max_allowed) {
    return "from " + min + " to " + max;
  }
  std::string text = (range.min_allowed ? "of at least " : "above ") + min;
  if (has_max) {
    text += (range.max_allowed ? " and at most " : " and below ") + max;
  }
  return text;
}

bool within(double value, const NumberRange& range) {
  return (range.min_allowed ? value >= range.min : value > range.min) &&
         (range.max_allowed ? value <= range.max : value < range.max);
}

}  // namespace

std::string number_as_text(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

std::string MapReader::list(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

std::string MapReader::child(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + '.' + std::string(key);
}

Position MapReader::position(std::string_view key) const {
  if (map_ == nullptr) {
    return {};
  }
  const YamlNode* found = map_->find(key);
  return found == nullptr ? map_->position : found->position;
}

void MapReader::error(std::string_view key, const std::string& message) const {
  context_.report.error(position(key), child(key) + ' ' + message);
}

void MapReader::warning(std::string_view key, const std::string& message) const {
  context_.report.warning(position(key), child(key) + ' ' + message);
}

void MapReader::require(std::string_view key, const std::string& example) const {
  if (present() && !has(key)) {
    error(key, "is missing; add it, as in " + example);
  }
}

std::string_view MapReader::written(std::string_view key) const {
  const YamlNode* found = map_ == nullptr ? nullptr : map_->find(key);
  return found == nullptr ? std::string_view() : found->text;
}

const YamlNode* MapReader::node(std::string_view key) {
  context_.report.know(without_indexes(child(key)));
  const YamlNode* found = map_ == nullptr ? nullptr : map_->find(key);
  return found == nullptr || found->kind == YamlNode::Kind::kRefused ? nullptr : found;
}

MapReader MapReader::section(std::string_view key) {
  const YamlNode* found = node(key);
  // A section whose keys are all commented out is as good as absent.
  if (found != nullptr && found->kind != YamlNode::Kind::kMap) {
    if (found->kind != YamlNode::Kind::kNull) {
      error(key, "must hold keys of its own, indented below it or as {KEY: VALUE}");
    }
    found = nullptr;
  }
  return {context_, found, child(key)};
}

MapReader MapReader::required_section(std::string_view key, const std::string& example) {
  require(key, example);
  const YamlNode* found = node(key);
  if (found != nullptr && found->kind == YamlNode::Kind::kNull) {
    error(key, "is empty; fill it, as in " + example);
  }
  return section(key);
}

std::vector<MapReader> MapReader::sections(std::string_view key, const std::string& what,
                                           const std::string& first_key) {
  const YamlNode* found = node(key);
  std::vector<MapReader> readers;
  if (found == nullptr) {
    return readers;
  }
  if (found->kind != YamlNode::Kind::kList || found->children.empty()) {
    error(key, "must be a list of at least one " + what);
    return readers;
  }
  for (std::size_t i = 0; i < found->children.size(); ++i) {
    const YamlNode& item = found->children[i];
    const std::string path = child(key) + '[' + std::to_string(i) + ']';
    if (item.kind == YamlNode::Kind::kMap) {
      readers.emplace_back(context_, &item, path);
    } else if (item.kind != YamlNode::Kind::kRefused) {
      context_.report.error(item.position,
                            path + " must hold keys, starting with \"" + first_key + ": \"");
    }
  }
  return readers;
}

std::optional<std::string> MapReader::scalar_of(const YamlNode& node, const std::string& path,
                                                const std::string& expected) {
  if (node.kind == YamlNode::Kind::kRefused) {
    return std::nullopt;
  }
  if (node.kind != YamlNode::Kind::kScalar) {
    const std::string what = node.kind == YamlNode::Kind::kNull   ? "has no value"
                             : node.kind == YamlNode::Kind::kList ? "is a list"
                                                                  : "is a map";
    context_.report.error(node.position, path + ' ' + what + "; it must be " + expected);
    return std::nullopt;
  }
  ExpandedText expanded = expand_environment(node.text, context_.environment);
  if (!expanded.value) {
    context_.report.error(node.position, path + ": " + expanded.error);
    return std::nullopt;
  }
  if (const auto warning = not_built_yet(without_indexes(path), *expanded.value)) {
    context_.report.warning(node.position, path + ' ' + *warning);
  }
  return std::move(expanded.value);
}

std::optional<std::string> MapReader::scalar(std::string_view key, const std::string& expected) {
  const YamlNode* found = node(key);
  return found == nullptr ? std::nullopt : scalar_of(*found, child(key), expected);
}

void MapReader::boolean(std::string_view key, bool& value) {
  const std::optional<std::string> text = scalar(key, "true or false");
  if (!text) {
    return;
  }
  if (*text != "true" && *text != "false") {
    error(key, "is " + quoted(*text) + "; write true or false, in lower case");
    return;
  }
  value = *text == "true";
}

template <std::integral Integer>
void MapReader::whole_number(std::string_view key, Integer& value, Integer min, Integer max) {
  const std::string expected = "a whole number from " + std::to_string(min) + " to " +
                               std::to_string(max) + ", such as " + std::to_string(value);
  const std::optional<std::string> text = scalar(key, expected);
  if (!text) {
    return;
  }
  Integer parsed = 0;
  if (parse_whole(*text, parsed).ec != std::errc() || parsed < min || parsed > max) {
    error(key, "is " + quoted(*text) + "; it must be " + expected);
    return;
  }
  value = parsed;
}

void MapReader::integer(std::string_view key, int& value, int min, int max) {
  whole_number(key, value, min, max);
}

void MapReader::unsigned_integer(std::string_view key, std::uint64_t& value) {
  whole_number(key, value, std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max());
}

void MapReader::number(std::string_view key, double& value, const NumberRange& range) {
  const std::string expected =
      "a number " + range_text(range) + ", such as " + number_as_text(value);
  const std::optional<std::string> text = scalar(key, expected);
  if (!text) {
    return;
  }
  double parsed = 0;
  const auto result = parse_whole(*text, parsed);
  if (result.ec == std::errc::invalid_argument && text->ends_with('%')) {
    error(key, "is " + quoted(*text) + "; leave out the percent sign: it must be " + expected);
  } else if (result.ec != std::errc() || !std::isfinite(parsed) || !within(parsed, range)) {
    error(key, "is " + quoted(*text) + "; it must be " + expected);
  } else {
    value = parsed;
  }
}

void MapReader::duration(std::string_view key, Duration& value, Duration min) {
  const std::optional<std::string> text =
      scalar(key, "a duration with its unit, such as " + format_duration(value));
  if (!text) {
    return;
  }
  const ParsedDuration parsed = parse_duration(*text);
  if (!parsed.value) {
    context_.report.error(position(key), child(key) + ": " + parsed.error);
  } else if (*parsed.value < min) {
    error(key, "is " + quoted(*text) + "; it must be at least " + format_duration(min) +
                   ", such as " + format_duration(value));
  } else {
    value = *parsed.value;
  }
}

bool MapReader::text(std::string_view key, std::string& value, bool may_be_empty) {
  std::optional<std::string> text = scalar(key, "a text");
  if (!text) {
    return false;
  }
  if (text->empty() && !may_be_empty) {
    error(key, "is empty; give a value, or leave the key out");
    return false;
  }
  value = std::move(*text);
  return true;
}

bool MapReader::file_content(std::string_view key, std::string& value) {
  constexpr std::size_t kLargestBytes = std::size_t{64} * 1024;
  std::string path;
  if (!text(key, path)) {
    return false;
  }
  FileText file = read_text_file(path, kLargestBytes);
  if (!file.text) {
    error(key, "names " + quoted_address(written(key)) + ", which " + file.error);
    return false;
  }
  const std::size_t end = file.text->find_last_not_of("\r\n");
  file.text->resize(end == std::string::npos ? 0 : end + 1);
  if (file.text->empty()) {
    error(key, "names " + quoted(written(key)) + ", which is empty; write the value into it");
    return false;
  }
  value = std::move(*file.text);
  return true;
}

std::optional<std::size_t> MapReader::chosen(const std::string& text, Position position,
                                             const std::string& path,
                                             const std::vector<std::string>& words) {
  const auto found = std::find(words.begin(), words.end(), text);
  if (found != words.end()) {
    return static_cast<std::size_t>(found - words.begin());
  }
  if (!not_built_yet(without_indexes(path), text)) {
    context_.report.error(position, path + " is " + quoted(text) + did_you_mean(text, words) +
                                        "; possible: " + list(words));
  }
  return std::nullopt;
}

std::optional<std::vector<std::size_t>> MapReader::chosen_list(
    std::string_view key, const std::vector<std::string>& words) {
  const YamlNode* found = node(key);
  if (found == nullptr) {
    return std::nullopt;
  }
  if (found->kind != YamlNode::Kind::kList || found->children.empty()) {
    error(key, "must be a list with at least one of " + list(words) + ", such as [" +
                   words.front() + ']');
    return std::nullopt;
  }
  std::vector<std::size_t> indexes;
  bool good = true;
  for (std::size_t i = 0; i < found->children.size(); ++i) {
    const YamlNode& item = found->children[i];
    const std::string path = child(key) + '[' + std::to_string(i) + ']';
    const std::optional<std::string> text = scalar_of(item, path, "one of " + list(words));
    const auto index = text ? chosen(*text, item.position, path, words) : std::nullopt;
    if (!index) {
      good = false;
    } else if (std::find(indexes.begin(), indexes.end(), *index) != indexes.end()) {
      context_.report.error(item.position,
                            path + " repeats " + quoted(*text) + "; name each one once");
      good = false;
    } else {
      indexes.push_back(*index);
    }
  }
  return good ? std::optional(indexes) : std::nullopt;
}

}  // namespace skep
