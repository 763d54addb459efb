#include "daemon/state_codec.hpp"

#include "daemon/excerpt.hpp"
#include "daemon/json_scan.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include <boost/crc.hpp>
#include <nlohmann/json.hpp>

namespace skep {
namespace {

constexpr std::string_view kMagic = "skep-state ";
constexpr std::string_view kVersion = "1";

/// CRC-32 as 8 hex digits.
std::string checksum(std::string_view body) {
  boost::crc_32_type crc;
  crc.process_bytes(body.data(), body.size());
  const std::uint32_t sum = crc.checksum();
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[(sum >> shift) & 15U];
  return text;
}

// Writing --------------------------------------------------------------------------------------

/// The shortest text that reads back as the same number.
template <class Number>
void append_number(std::string& text, Number value) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  text.append(digits, end);
}

bool all_finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

class BodyWriter {
 public:
  explicit BodyWriter(const Snapshot& snapshot) {
    std::size_t size = 1024 + 48 * snapshot.cells.size();
    for (const LearnedArray& array : snapshot.arrays) size += 64 + 12 * array.values.size();
    text_.reserve(size);
  }

  template <class Number>
  void number(std::string_view key, Number value) {
    name(key);
    append_number(text_, value);
  }
  void optional(std::string_view key, std::optional<int> value) {
    if (value) return number(key, *value);
    name(key);
    text_ += "null";
  }
  void boolean(std::string_view key, bool value) {
    name(key);
    text_ += value ? "true" : "false";
  }
  void string(std::string_view key, std::string_view value) {
    using Json = nlohmann::json;
    name(key);
    text_ += Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  void cells(const std::vector<TableCell>& cells) {
    name("cells");
    char separator = '[';
    for (const TableCell& cell : cells) {
      if (!std::isfinite(cell.value) || !std::isfinite(cell.visits)) continue;
      text_ += separator;
      text_ += "\n[";
      append_number(text_, cell.state);
      text_ += ',';
      append_number(text_, cell.action);
      text_ += ',';
      append_number(text_, cell.value);
      text_ += ',';
      append_number(text_, cell.visits);
      text_ += ']';
      separator = ',';
    }
    text_ += separator == '[' ? "[]" : "\n]";
  }
  void arrays(const std::vector<LearnedArray>& arrays) {
    name("arrays");
    text_ += '{';
    std::string_view separator = "\n";
    for (const LearnedArray& array : arrays) {
      text_.append(separator).append("\"").append(array.name).append("\": [");
      for (std::size_t i = 0; i < array.values.size(); ++i) {
        if (i > 0) text_ += ',';
        append_number(text_, array.values[i]);
      }
      text_ += ']';
      separator = ",\n";
    }
    text_ += '}';
  }
  /// The body behind its first line, in the same memory.
  std::string finish() {
    text_ += "\n}\n";
    std::string header(kMagic);
    header.append(kVersion).append(" ").append(checksum(text_)).append(" ");
    append_number(header, text_.size());
    return std::move(text_.insert(0, header + "\n"));
  }

 private:
  void name(std::string_view key) {
    text_ += text_.empty() ? "{\n\"" : ",\n\"";
    text_.append(key).append("\": ");
  }

  std::string text_;
};

// Reading --------------------------------------------------------------------------------------

Error damaged(std::string why) { return Error(ErrorCode::kDamaged, std::move(why)); }

/// All of `text` as a number.
template <class Number>
bool read_number(std::string_view text, Number& value) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && stop == text.data() + text.size();
}
/// As read_number, but finite.
bool read_value(std::string_view text, double& value) {
  return read_number(text, value) && std::isfinite(value);
}
/// As read_number, but not below 0.
template <class Count>
bool read_count(std::string_view text, Count& value) {
  return read_number(text, value) && value >= Count{0};
}
bool read_count(std::string_view text, double& value) {
  return read_value(text, value) && value >= 0;
}

/// Takes the members of an object one after the other, each exactly where it must be.
class BodyReader {
 public:
  explicit BodyReader(std::string_view body) : members_(JsonItems::of_object(body)) {}

  /// Whether `key`, which may be missing, comes next.
  bool has(std::string_view key) { return look_ahead() && members_.key() == key; }

  template <class Count>
  void count(std::string_view key, Count& value) {
    if (next(key)) check(key, read_count(members_.value(), value));
  }
  void duration(std::string_view key, Duration& value) {
    std::int64_t nanoseconds = 0;
    count(key, nanoseconds);
    value = Duration(nanoseconds);
  }
  void optional(std::string_view key, std::optional<int>& value) {
    if (!next(key) || members_.value() == "null") return;
    check(key, read_count(members_.value(), value.emplace()));
  }
  void boolean(std::string_view key, bool& value) {
    if (!next(key)) return;
    value = members_.value() == "true";
    check(key, value || members_.value() == "false");
  }
  void string(std::string_view key, std::string& value) {
    if (!next(key)) return;
    std::optional<std::string> text = json_string(members_.value());
    check(key, text.has_value());
    if (text) value = std::move(*text);
  }
  void cells(std::vector<TableCell>& cells) {
    if (!next("cells")) return;
    JsonItems items = JsonItems::of_array(members_.value());
    while (items.next()) {
      TableCell cell;
      if (!read_cell(items.value(), cell)) return check("cells", false);
      cells.push_back(cell);
    }
    check("cells", !items.failed());
  }
  void arrays(std::vector<LearnedArray>& arrays) {
    if (!next("arrays")) return;
    JsonItems items = JsonItems::of_object(members_.value());
    while (items.next()) {
      LearnedArray& array = arrays.emplace_back();
      array.name = items.key();
      JsonItems values = JsonItems::of_array(items.value());
      while (values.next()) {
        float& value = array.values.emplace_back();
        if (!read_number(values.value(), value) || !std::isfinite(value)) {
          return check("arrays", false);
        }
      }
      if (values.failed()) return check("arrays", false);
    }
    check("arrays", !items.failed());
  }
  /// What is wrong; nothing when all was there and nothing else is.
  std::optional<Error> finish() {
    if (!error_ && (look_ahead() || members_.failed())) {
      error_ = damaged("something follows its cells");
    }
    return error_;
  }

 private:
  /// To the next member, unless one is waiting to be taken.
  bool look_ahead() {
    waiting_ = waiting_ || members_.next();
    return waiting_;
  }
  bool next(std::string_view key) {
    if (error_) return false;
    if (has(key)) {
      waiting_ = false;
      return true;
    }
    error_ = damaged("\"" + std::string(key) + "\" is not where it must be");
    return false;
  }
  void check(std::string_view key, bool good) {
    if (!good && !error_) {
      error_ = damaged("its value of \"" + std::string(key) + "\" makes no sense");
    }
  }
  static bool read_cell(std::string_view text, TableCell& cell) {
    JsonItems parts = JsonItems::of_array(text);
    return parts.next() && read_number(parts.value(), cell.state) &&   //
           parts.next() && read_number(parts.value(), cell.action) &&  //
           parts.next() && read_value(parts.value(), cell.value) &&    //
           parts.next() && read_count(parts.value(), cell.visits) &&   //
           !parts.next() && !parts.failed();
  }

  JsonItems members_;
  bool waiting_ = false;
  std::optional<Error> error_;
};

/// Takes the text up to and without the next `end` away from `text`.
std::string_view take(std::string_view& text, char end) {
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return taken;
}

/// The body, once its first line vouches for it.
Result<std::string_view> checked_body(std::string_view text) {
  if (text.empty()) return damaged("it is empty");
  if (text.size() > kLargestStateBytes) return damaged("it is larger than 64 MiB");
  if (!text.starts_with(kMagic)) return damaged("it was not written by skep");
  text.remove_prefix(kMagic.size());
  std::string_view header = take(text, '\n');
  const std::string_view version = take(header, ' ');
  if (version != kVersion) {
    return damaged("it is in version " + excerpt(version, 20) +
                   " of the format, and this skep knows only version 1");
  }
  const std::string_view sum = take(header, ' ');
  std::size_t size = 0;
  if (!read_number(header, size)) return damaged("its first line is broken");
  if (text.size() < size) {
    return damaged("it is cut off: " + std::to_string(text.size()) + " of " + std::to_string(size) +
                   " bytes are there");
  }
  if (text.size() > size) return damaged("something was added to it");
  if (checksum(text) != sum)
    return damaged("its checksum is wrong, so something in it was changed");
  return text;
}

}  // namespace

Result<std::string> encode_state(std::string_view service, const Snapshot& snapshot,
                                 const Moment& saved_at) {
  for (const LearnedArray& array : snapshot.arrays) {
    if (!all_finite(array.values)) {
      return Error(ErrorCode::kNotFinite, "its array " + array.name + " is not finite");
    }
  }
  BodyWriter writer(snapshot);
  writer.string("service", service);
  writer.string("saved_at", rfc3339(saved_at.wall));  // for people
  writer.number("saved_at_unix_ns", saved_at.wall.time_since_epoch().count());
  if (!saved_at.boot_id.empty()) {
    writer.string("boot_id", saved_at.boot_id);
    writer.number("since_boot_ns", saved_at.since_boot.count());
  }
  writer.string("layout", snapshot.layout);
  writer.number("epsilon", std::isfinite(snapshot.epsilon) ? snapshot.epsilon : 0.0);
  writer.number("ticks", snapshot.ticks);
  writer.number("cooldown_left_ns", snapshot.cooldown_left.count());
  writer.optional("pending_target", snapshot.pending_target);
  writer.optional("known_desired", snapshot.known_desired);
  writer.optional("own_target", snapshot.own_target);
  writer.number("spec_fingerprint", snapshot.spec_fingerprint);
  writer.boolean("paused", snapshot.paused);
  writer.number("pause_left_ns", snapshot.pause_left.count());
  if (snapshot.last_load) {
    writer.number("load_age_ns", snapshot.last_load->age.count());
    writer.number("load_interval_ns", snapshot.last_load->interval.count());
  }
  writer.arrays(snapshot.arrays);
  writer.cells(snapshot.cells);
  return writer.finish();
}

Result<SavedState> decode_state(std::string_view text) {
  const Result<std::string_view> body = checked_body(text);
  if (!body) return body.error();
  SavedState state;
  Snapshot& snapshot = state.snapshot;
  std::string saved_at_for_people;
  Duration saved_at{0};

  BodyReader reader(*body);
  reader.string("service", state.service);
  reader.string("saved_at", saved_at_for_people);
  reader.duration("saved_at_unix_ns", saved_at);
  if (reader.has("boot_id")) {
    reader.string("boot_id", state.saved_at.boot_id);
    reader.duration("since_boot_ns", state.saved_at.since_boot);
  }
  reader.string("layout", snapshot.layout);
  reader.count("epsilon", snapshot.epsilon);
  reader.count("ticks", snapshot.ticks);
  reader.duration("cooldown_left_ns", snapshot.cooldown_left);
  reader.optional("pending_target", snapshot.pending_target);
  reader.optional("known_desired", snapshot.known_desired);
  reader.optional("own_target", snapshot.own_target);
  reader.count("spec_fingerprint", snapshot.spec_fingerprint);
  reader.boolean("paused", snapshot.paused);
  reader.duration("pause_left_ns", snapshot.pause_left);
  if (reader.has("load_age_ns")) {
    LastLoad& last = snapshot.last_load.emplace();
    reader.duration("load_age_ns", last.age);
    reader.duration("load_interval_ns", last.interval);
  }
  reader.arrays(snapshot.arrays);
  reader.cells(snapshot.cells);
  if (std::optional<Error> error = reader.finish()) return std::move(*error);
  state.saved_at.wall = WallTime(saved_at);
  return state;
}

}  // namespace skep
