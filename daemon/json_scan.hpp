// Reads JSON text without building a tree: walks the members of an object or the elements of an
// array and hands out each value as the text it was written in. So a number keeps every digit, an
// unknown field is kept as it is, and what nobody asked for costs no memory. Hostile input is safe:
// no recursion, nesting is limited.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

/// Values nested deeper than this are refused.
inline constexpr std::size_t kJsonDepthLimit = 128;

/// A walk over one level of JSON text, which must stay alive and unchanged:
///     JsonItems items = JsonItems::of_object(text);
///     while (items.next()) use(items.key(), items.value());
///     if (items.failed()) ...  // not well-formed, or not an object
class JsonItems {
 public:
  static JsonItems of_object(std::string_view text) { return JsonItems(text, '{'); }
  static JsonItems of_array(std::string_view text) { return JsonItems(text, '['); }

  /// Moves to the next item; false after the last one and when the text is malformed.
  bool next();
  bool failed() const { return failed_; }

  /// The key as it is written, without quotes, escapes not decoded. Empty in an array.
  std::string_view key() const { return key_; }
  /// The text of the value, without white space around it.
  std::string_view value() const { return value_; }

 private:
  JsonItems(std::string_view text, char open);
  bool fail();

  std::string_view text_;
  std::size_t position_ = 0;
  char close_;
  bool first_ = true;
  bool done_ = false;
  bool failed_ = false;
  std::string_view key_;
  std::string_view value_;
};

/// The value at `path` (member names from the outermost object inwards); nothing when there is none
/// or it is malformed.
std::optional<std::string_view> json_find(std::string_view object,
                                          std::initializer_list<std::string_view> path);

/// The decoded text of a JSON string; nothing for anything else and for broken escapes or UTF-8.
std::optional<std::string> json_string(std::string_view value);
/// A whole number from 0 to 2^64-1; nothing for anything else.
std::optional<std::uint64_t> json_uint(std::string_view value);
/// The strings of an array of strings; others are left out.
std::vector<std::string> json_strings(std::string_view value);

}  // namespace skep
