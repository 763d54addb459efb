// The traces of whole files and folders, each with a name that tells it from the others.
#pragma once

#include "daemon/result.hpp"

#include <string>
#include <vector>

namespace skep {

struct Trace {
  std::string file;            ///< as it was given
  std::string name;            ///< of the file, and of the column where the file has several
  std::vector<double> values;  ///< finite, >= 0, at least one
};

/// Every numeric column but the first of one CSV file; the errors are those of read_trace_file.
Result<std::vector<Trace>> read_traces(const std::string& file);

/// The same of several files, with names that differ: the folder is put before a name that files of
/// several folders have, as in "monday/load", and " (2)" behind one that is still there already.
Result<std::vector<Trace>> read_trace_files(const std::vector<std::string>& files);

/// The same, of every *.csv of the folder, in the order of their names. A file without a numeric
/// column adds none.
Result<std::vector<Trace>> read_trace_folder(const std::string& folder);

}  // namespace skep
