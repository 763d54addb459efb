#include "daemon/trace_folder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <zlib.h>

namespace skep {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;

/// The whole text; zlib passes what is not compressed through as it is.
Result<std::string> read_text(const std::string& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> in(gzopen(file.c_str(), "rb"), gzclose);
  if (!in) return Error{ErrorCode::kStorage, file + " cannot be opened: does it exist?"};
  std::string text;
  std::array<char, 65536> piece;
  int got = 0;
  while ((got = gzread(in.get(), piece.data(), static_cast<unsigned>(piece.size()))) > 0) {
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > kMostBytes) {
      return Error{ErrorCode::kInvalid, file + " holds more than 64 MiB of text: split it."};
    }
  }
  // A gzip file that ends too early is no error of gzread, only of gzclose and gzerror.
  int status = Z_OK;
  gzerror(in.get(), &status);
  if (got < 0 || status != Z_OK) {
    return Error{ErrorCode::kDamaged, file + " cannot be read to its end: it is damaged."};
  }
  return text;
}

std::string_view next_piece(std::string_view& rest, char end) {
  const std::size_t at = std::min(rest.find(end), rest.size());
  const std::string_view piece = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return piece;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '"' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<double> number(std::string_view cell) {
  cell = trimmed(cell);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

struct Column {
  std::string name;
  std::vector<double> values;
  bool numeric = false;
};

}  // namespace

Result<std::vector<Trace>> read_traces(const std::string& file, bool first_too) {
  const Result<std::string> text = read_text(file);
  if (!text) return text.error();
  std::string_view rest = *text;
  std::vector<Column> columns;
  std::string_view header = next_piece(rest, '\n');
  while (!header.empty()) {
    columns.push_back({std::string(trimmed(next_piece(header, ','))), {}, false});
  }
  for (std::size_t line = 2; !rest.empty(); ++line) {
    std::string_view row = next_piece(rest, '\n');
    if (trimmed(row).empty()) continue;
    for (Column& column : columns) {
      const std::optional<double> value = number(next_piece(row, ','));
      if (value && *value < 0) {
        return Error{ErrorCode::kInvalid, file + ":" + std::to_string(line) + ": the load in '" +
                                              column.name + "' is negative."};
      }
      column.numeric = column.numeric || value.has_value();
      column.values.push_back(value.value_or(column.values.empty() ? 0 : column.values.back()));
    }
  }
  std::vector<Trace> traces;
  for (std::size_t i = first_too ? 0 : 1; i < columns.size(); ++i) {
    if (!columns[i].numeric) continue;
    traces.push_back({std::move(columns[i].name), std::move(columns[i].values)});
  }
  const std::string stem = std::filesystem::path(file).stem().string();
  for (Trace& trace : traces) {
    trace.name = traces.size() == 1 ? stem : stem + ":" + trace.name;
  }
  return traces;
}

Result<std::vector<Trace>> read_trace_folder(const std::string& folder) {
  std::error_code failed;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path().string());
  }
  if (failed) {
    return Error{ErrorCode::kStorage, folder + " cannot be read: " + failed.message() + "."};
  }
  std::sort(files.begin(), files.end());
  std::vector<Trace> all;
  for (const std::string& file : files) {
    Result<std::vector<Trace>> traces = read_traces(file, false);
    if (!traces) return traces.error();
    std::move(traces->begin(), traces->end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace skep
