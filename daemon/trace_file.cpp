#include "daemon/trace_file.hpp"

#include "config/text_file.hpp"
#include "daemon/excerpt.hpp"
#include "daemon/gzip.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <utility>

namespace skep {
namespace {

/// Takes the rows of a CSV text one by one. Cells may be in double quotes.
class Rows {
 public:
  explicit Rows(std::string_view text) : rest_(text) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }

  /// The next row that is not empty; false at the end. A cell in quotes keeps those in it doubled.
  bool next(std::vector<std::string_view>& cells) {
    while (!rest_.empty()) {
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      ++line_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
      split(line, cells);
      return true;
    }
    return false;
  }
  std::size_t line() const { return line_; }
  /// The row ended within quotes.
  bool open() const { return open_; }

 private:
  void split(std::string_view line, std::vector<std::string_view>& cells) {
    cells.clear();
    std::size_t begin = 0;
    bool in_quotes = false;  // the cell is
    open_ = false;           // and the quotes have not ended
    for (std::size_t i = 0; i <= line.size(); ++i) {
      if (i < line.size() && line[i] == '"') {
        in_quotes = in_quotes || trimmed(line.substr(begin, i - begin)).empty();
        open_ = in_quotes && !open_;
      }
      if (i == line.size() || (line[i] == ',' && !open_)) {
        std::string_view cell = trimmed(line.substr(begin, i - begin));
        if (in_quotes && cell.size() > 1 && cell.ends_with('"')) {
          cell = cell.substr(1, cell.size() - 2);
        }
        cells.push_back(cell);
        begin = i + 1;
        in_quotes = false;
      }
    }
  }
  static std::string_view trimmed(std::string_view cell) {
    const std::size_t first = std::min(cell.find_first_not_of(kBlanks), cell.size());
    return cell.substr(first, cell.find_last_not_of(kBlanks) + 1 - first);
  }

  static constexpr std::string_view kBlanks = " \t";
  std::string_view rest_;
  std::size_t line_ = 0;
  bool open_ = false;
};

/// A name as it was before it was put into quotes.
std::string unquoted(std::string_view cell) {
  std::string text;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    text += cell[i];
    if (cell.substr(i, 2) == "\"\"") ++i;
  }
  return text;
}

constexpr const char* kOpenQuote =
    "a quote in this row has no end: close it, and keep a quoted cell on one line.";

enum class CellKind { kGap, kNumber, kText };

CellKind read_cell(std::string_view cell, double& value) {
  constexpr std::array<std::string_view, 9> kGaps{"",     "NA",   "N/A",  "n/a", "null",
                                                  "NULL", "None", "none", "-"};
  if (std::find(kGaps.begin(), kGaps.end(), cell) != kGaps.end()) return CellKind::kGap;
  if (cell.size() > 1 && cell[0] == '+' && cell[1] != '-') cell.remove_prefix(1);
  const char* end = cell.data() + cell.size();
  const auto [stop, failure] = std::from_chars(cell.data(), end, value);
  if (failure != std::errc{} || stop != end) return CellKind::kText;
  if (std::isnan(value)) return CellKind::kGap;
  return std::isfinite(value) ? CellKind::kNumber : CellKind::kText;
}

Error invalid(const std::string& file, std::size_t line, const std::string& what) {
  return {ErrorCode::kInvalid, file + ":" + std::to_string(line) + ": " + what};
}

/// Also of a number that is too large, or infinite, which is told when it is read.
bool is_numeric(CellKind kind, std::string_view cell) {
  double value = 0;
  const auto [stop, failure] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return kind == CellKind::kNumber ||
         (failure != std::errc::invalid_argument && stop == cell.data() + cell.size());
}

/// The columns whose first value is a number, in order.
std::vector<std::size_t> numeric_columns(Rows rows, std::size_t width) {
  std::vector<std::size_t> numeric;
  std::vector<bool> decided(width);
  std::size_t undecided = width;
  std::vector<std::string_view> cells;
  while (undecided > 0 && rows.next(cells)) {
    if (rows.open()) return {width - 1};  // whoever reads the rows will stop here and say so
    for (std::size_t i = 0; i < std::min(width, cells.size()); ++i) {
      double value = 0;
      const CellKind kind = read_cell(cells[i], value);
      if (decided[i] || kind == CellKind::kGap) continue;
      decided[i] = true;
      --undecided;
      if (is_numeric(kind, cells[i]) && (i > 0 || width == 1)) numeric.push_back(i);
    }
  }
  std::sort(numeric.begin(), numeric.end());
  return numeric;
}

/// What is wrong with the first row; "" when nothing is.
std::string check_header(const std::vector<std::string_view>& header) {
  bool has_number = false;
  for (const std::string_view cell : header) {
    double value = 0;
    const CellKind kind = read_cell(cell, value);
    if (kind == CellKind::kText) return {};
    has_number = has_number || kind == CellKind::kNumber;
  }
  if (!has_number) return {};
  return "the first row must be a header, but it holds only numbers: put a row of column names "
         "before it.";
}

/// A trace without a header, whose times are dates: the name of a column would be a number, and the
/// first row be lost.
std::string check_names(const std::vector<std::string_view>& header,
                        const std::vector<std::size_t>& chosen) {
  if (header.front().empty() || header.front().front() < '0' || header.front().front() > '9') {
    return {};
  }
  for (const std::size_t index : chosen) {
    double value = 0;
    if (read_cell(header[index], value) == CellKind::kNumber) {
      return "the first row must be a header, but it begins with '" + excerpt(header.front(), 40) +
             "' and a column would be called " + excerpt(header[index], 40) +
             ": put a row of column names before it.";
    }
  }
  return {};
}

/// Where a whole row became one column; "" when it did not.
std::string other_separator(const std::vector<std::string_view>& header) {
  if (header.size() != 1) return {};
  const std::string_view row = header.front();
  const bool semicolon = row.find(';') != std::string_view::npos;
  if (!semicolon && row.find('\t') == std::string_view::npos) return {};
  return std::string("the columns are separated by ") + (semicolon ? "semicolons" : "tabs") +
         ": save the file with commas between them, and with points in the numbers.";
}

/// Which columns to read, by their place in the header.
Result<std::vector<std::size_t>> choose(const Rows& rows, const std::vector<std::string>& names,
                                        std::string_view text, const std::string& file,
                                        const TraceSelection& selection) {
  if (selection.names.empty()) {
    std::vector<std::size_t> chosen = numeric_columns(rows, names.size());
    if (chosen.size() > selection.most) chosen.resize(selection.most);
    if (!chosen.empty()) return chosen;
    return Error(
        ErrorCode::kEmpty,
        file +
            ":1: no column after the first, which is the time, holds numbers: a row of column "
            "names is needed, and below it rows with commas between their cells.");
  }
  std::vector<std::size_t> chosen;
  for (const std::string& name : selection.names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      return Error(ErrorCode::kNotFound, file + ": there is no column '" + excerpt(name) +
                                             "'; the header is '" +
                                             excerpt(text.substr(0, text.find('\n'))) + "'.");
    }
    chosen.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  return chosen;
}

void add_gap(TraceColumn& column, bool keep) {
  const double before = column.values.empty() ? 0 : column.values.back();
  column.values.push_back(keep ? std::nan("") : before);
  ++column.gaps;
}

/// Adds what a cell says. Returns what is wrong with it; "" when nothing is.
std::string add_cell(TraceColumn& column, std::string_view cell, bool keep_gaps) {
  double value = 0;
  const CellKind kind = read_cell(cell, value);
  const std::string what = kind == CellKind::kText ? "is no finite number: repair it"
                           : value < 0             ? "is negative, which no load can be: repair it"
                           : value > kLargestLoad
                               ? "is larger than 1e15: give the load in a larger unit, repair it"
                               : "";
  if (!what.empty()) {
    return "'" + excerpt(cell, 40) + "' in column '" + excerpt(column.name) + "' " + what +
           " or leave it out.";
  }
  std::vector<double>& values = column.values;
  if (kind == CellKind::kNumber) {
    if (column.gaps == values.size() && !keep_gaps) std::fill(values.begin(), values.end(), value);
    values.push_back(value);
  } else {
    add_gap(column, keep_gaps);
  }
  return {};
}

/// Makes gaps of the rows that are missing by the times.
void add_missing(TraceColumn& column, const TraceTimes::Rows& times, bool keep_gaps) {
  column.times = times.told;
  if (times.missing.empty()) return;
  const std::vector<double> rows = std::exchange(column.values, {});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t gap = times.missing[i]; gap > 0; --gap) add_gap(column, keep_gaps);
    column.values.push_back(rows[i]);
  }
}

}  // namespace

Result<std::vector<TraceColumn>> parse_trace(std::string_view text, const std::string& file,
                                             const TraceSelection& selection) {
  Rows rows(text);
  std::vector<std::string_view> header;
  if (!rows.next(header)) {
    return invalid(file, 1, "the file is empty: a header and rows of numbers are needed.");
  }
  if (rows.open()) return invalid(file, rows.line(), kOpenQuote);
  if (const std::string wrong = check_header(header); !wrong.empty()) {
    return invalid(file, rows.line(), wrong);
  }
  std::vector<std::string> names;
  for (const std::string_view cell : header) names.push_back(unquoted(cell));
  const Result<std::vector<std::size_t>> chosen = choose(rows, names, text, file, selection);
  if (!chosen) {
    const std::string separator = other_separator(header);
    return separator.empty() ? chosen.error() : invalid(file, rows.line(), separator);
  }
  if (const std::string wrong = check_names(header, *chosen); !wrong.empty()) {
    return invalid(file, rows.line(), wrong);
  }

  std::vector<TraceColumn> columns;
  for (const std::size_t index : *chosen) columns.push_back({names[index], {}, 0, {}, {}});
  TraceTimes times;
  const bool by_time = selection.by_time && header.size() > 1;
  std::vector<std::string_view> cells;
  std::size_t count = 0;
  while (rows.next(cells)) {
    ++count;
    if (count > kMostTraceRows) {
      return invalid(file, rows.line(),
                     "this is one row more than the limit of 5 million: cut the file.");
    }
    if (rows.open()) return invalid(file, rows.line(), kOpenQuote);
    if (cells.size() != header.size()) {
      return invalid(file, rows.line(),
                     "the row has " + std::to_string(cells.size()) + " columns, but the header " +
                         std::to_string(header.size()) + ": repair the row.");
    }
    if (by_time) times.add(cells.front(), rows.line());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      TraceColumn& column = columns[i];
      if (!column.unusable.empty()) continue;
      const std::string what = add_cell(column, cells[(*chosen)[i]], selection.keep_gaps);
      if (!what.empty()) column.unusable = invalid(file, rows.line(), what).message;
    }
  }
  const TraceTimes::Rows apart = times.rows(kMostTraceRows - count);
  for (TraceColumn& column : columns) {
    if (!column.unusable.empty()) continue;
    if (column.gaps == column.values.size()) {
      column.unusable =
          invalid(file, rows.line(),
                  "column '" + excerpt(column.name) + "' has no number: choose another column.")
              .message;
      continue;
    }
    add_missing(column, apart, selection.keep_gaps);
  }
  if (columns.size() == 1 && !columns.front().unusable.empty()) {
    return Error(ErrorCode::kInvalid, columns.front().unusable);
  }
  return columns;
}

Result<std::vector<TraceColumn>> read_trace_file(const std::string& path,
                                                 const TraceSelection& selection) {
  const FileText read = read_text_file(path, kLargestTraceBytes);
  if (!read.text) return Error(ErrorCode::kStorage, path + ": " + read.error);
  if (!is_gzip(*read.text)) return parse_trace(*read.text, path, selection);
  const Result<std::string> text = gunzip(*read.text, kLargestTraceBytes);
  if (!text) return Error(text.error().code, path + ": " + text.error().message);
  return parse_trace(*text, path, selection);
}

double quantile(std::vector<double> values, double part) {
  const auto rank = static_cast<std::size_t>(part * static_cast<double>(values.size()));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::min(rank, values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

Peak peak_of(const std::vector<double>& load) {
  std::vector<double> known;
  std::copy_if(load.begin(), load.end(), std::back_inserter(known),
               [](double value) { return !std::isnan(value); });
  if (known.empty()) return {};
  const double largest = *std::max_element(known.begin(), known.end());
  const double usual = quantile(std::move(known), 0.999);
  return usual > 0 ? Peak{usual, false} : Peak{largest, largest > 0};
}

std::string peak_text(const Peak& peak) {
  std::array<char, 32> number;
  std::snprintf(number.data(), number.size(), "%.4g", peak.load);
  return std::string(number.data()) + " replicas' worth of load" +
         (peak.largest ? ", the largest value, since load is rare" : "");
}

}  // namespace skep
