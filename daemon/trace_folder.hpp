// The traces of whole files and folders, each with a name that tells it from the others.
#pragma once

#include "daemon/result.hpp"
#include "daemon/trace_file.hpp"

#include <string>
#include <vector>

namespace skep {

struct Trace {
  std::string file;            ///< as it was given
  std::string name;            ///< of the file, and of the column where the file has several
  std::string where;           ///< "FILE: column 'NAME'", for messages
  std::vector<double> values;  ///< finite, >= 0, at least one
  RowTimes times;              ///< where they are read
};

struct Traces {
  std::vector<Trace> usable;
  std::vector<std::string>
      left_out;  ///< what is wrong with the others, each with FILE or FILE:LINE
};

/// The selected columns of one CSV file. The errors are those of read_trace_file but for kInvalid.
Result<Traces> read_traces(const std::string& file, const TraceSelection& selection = {});

/// The columns of those names, or every numeric one but the first, of several files, with gaps
/// where rows are missing by their times. A file without a numeric column is left out. The names
/// differ: the folder is put before a name that files of several folders have, as in "monday/load",
/// and " (2)" behind one that is still there already.
Result<Traces> read_trace_files(const std::vector<std::string>& files,
                                const std::vector<std::string>& columns);

/// Every numeric column but the first of every *.csv of the folder, in the order of their names,
/// row by row. A file without a numeric column adds none, and one that cannot be read is left out.
/// Error: kStorage (the folder cannot be read).
Result<Traces> read_trace_folder(const std::string& folder);

/// A line on standard error for a trace that is not compared.
void tell_left_out(const std::string& why);

}  // namespace skep
