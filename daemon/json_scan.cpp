#include "daemon/json_scan.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

namespace skep {
namespace {

constexpr std::size_t kBroken = std::string_view::npos;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

/// From the opening quote to just behind the closing one.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') return at + 1;
    if (static_cast<unsigned char>(c) < ' ') return kBroken;
    if (c == '\\') ++at;
  }
  return kBroken;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  return at == begin ? kBroken : at;
}

/// The grammar of RFC 8259, section 6.
std::size_t skip_number(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '-') ++at;
  if (at < text.size() && text[at] == '0') {
    ++at;
  } else if ((at = skip_digits(text, at)) == kBroken) {
    return kBroken;
  }
  if (at < text.size() && text[at] == '.') {
    if ((at = skip_digits(text, at + 1)) == kBroken) return kBroken;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    return skip_digits(text, at);
  }
  return at;
}

std::size_t skip_scalar(std::string_view text, std::size_t at) {
  if (at >= text.size()) return kBroken;
  if (text[at] == '"') return skip_string(text, at);
  for (const std::string_view word : {"true", "false", "null"}) {
    if (text.substr(at, word.size()) == word) return at + word.size();
  }
  return skip_number(text, at);
}

/// Behind the key and its colon, at the value.
std::size_t skip_key(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '"') return kBroken;
  if ((at = skip_string(text, at)) == kBroken) return kBroken;
  at = skip_space(text, at);
  return at < text.size() && text[at] == ':' ? skip_space(text, at + 1) : kBroken;
}

/// From the first character of a value to just behind it.
std::size_t skip_value(std::string_view text, std::size_t at) {
  char closers[kJsonDepthLimit];  // the bracket that ends each open level
  std::size_t depth = 0;
  for (;;) {
    const char c = at < text.size() ? text[at] : '\0';
    if (c == '{' || c == '[') {
      if (depth == kJsonDepthLimit) return kBroken;
      closers[depth++] = c == '{' ? '}' : ']';
      at = skip_space(text, at + 1);
      if (at >= text.size()) return kBroken;
      if (text[at] != closers[depth - 1]) {
        if (c == '{' && (at = skip_key(text, at)) == kBroken) return kBroken;
        continue;
      }
    } else {
      if ((at = skip_scalar(text, at)) == kBroken) return kBroken;
      if (depth == 0) return at;
      at = skip_space(text, at);
    }
    // Behind a value, or at the closing bracket of an empty level: close what closes here.
    while (at < text.size() && text[at] == closers[depth - 1]) {
      ++at;
      if (--depth == 0) return at;
      at = skip_space(text, at);
    }
    if (at >= text.size() || text[at] != ',') return kBroken;
    at = skip_space(text, at + 1);
    if (closers[depth - 1] == '}' && (at = skip_key(text, at)) == kBroken) return kBroken;
  }
}

}  // namespace

JsonItems::JsonItems(std::string_view text, char open)
    : text_(text), position_(skip_space(text, 0)), close_(open == '{' ? '}' : ']') {
  if (position_ >= text_.size() || text_[position_] != open) {
    fail();
    return;
  }
  position_ = skip_space(text_, position_ + 1);
}

bool JsonItems::fail() {
  failed_ = true;
  done_ = true;
  return false;
}

bool JsonItems::next() {
  if (done_) return false;
  if (position_ >= text_.size()) return fail();
  if (text_[position_] == close_) {
    done_ = true;
    return skip_space(text_, position_ + 1) == text_.size() ? false : fail();
  }
  if (!first_) {
    if (text_[position_] != ',') return fail();
    position_ = skip_space(text_, position_ + 1);
  }
  first_ = false;
  if (close_ == '}') {
    const std::size_t key = position_;
    if ((position_ = skip_key(text_, position_)) == kBroken) return fail();
    key_ = text_.substr(key + 1, skip_string(text_, key) - key - 2);
  }
  const std::size_t begin = position_;
  if ((position_ = skip_value(text_, position_)) == kBroken) return fail();
  value_ = text_.substr(begin, position_ - begin);
  position_ = skip_space(text_, position_);
  return true;
}

std::optional<std::string_view> json_find(std::string_view object,
                                          std::initializer_list<std::string_view> path) {
  std::string_view here = object;
  for (const std::string_view name : path) {
    JsonItems items = JsonItems::of_object(here);
    bool found = false;
    while (!found && items.next()) {
      if (items.key() == name) {
        here = items.value();
        found = true;
      }
    }
    if (!found) return std::nullopt;
  }
  return here;
}

std::optional<std::string> json_string(std::string_view value) {
  if (value.size() < 2 || value.front() != '"') return std::nullopt;
  const nlohmann::json parsed = nlohmann::json::parse(value, nullptr, false);
  if (!parsed.is_string()) return std::nullopt;
  return parsed.get<std::string>();
}

std::optional<std::uint64_t> json_uint(std::string_view value) {
  std::uint64_t number = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

std::vector<std::string> json_strings(std::string_view value) {
  std::vector<std::string> strings;
  JsonItems items = JsonItems::of_array(value);
  while (items.next()) {
    if (std::optional<std::string> text = json_string(items.value())) {
      strings.push_back(std::move(*text));
    }
  }
  return strings;
}

}  // namespace skep
