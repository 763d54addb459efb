// The traces that the benchmarks read from a folder of CSV files.
#pragma once

#include "daemon/result.hpp"

#include <string>
#include <vector>

namespace skep {

struct Trace {
  std::string name;  ///< of the file, and of the column where the file has several
  std::vector<double> values;
};

/// Every numeric column but the first of one CSV file with a header, or that one too with
/// `first_too`. A cell that is empty or no finite number repeats the value above it; a column in
/// which that is so for every row is not numeric. Reads .gz as well. At most 64 MiB of text.
Result<std::vector<Trace>> read_traces(const std::string& file, bool first_too);

/// The same of every *.csv of the folder, in the order of their names.
Result<std::vector<Trace>> read_trace_folder(const std::string& folder);

}  // namespace skep
