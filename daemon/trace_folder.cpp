#include "daemon/trace_folder.hpp"

#include "daemon/trace_file.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

namespace skep {

Result<std::vector<Trace>> read_traces(const std::string& file) {
  Result<std::vector<TraceColumn>> columns = read_trace_file(file, {});
  if (!columns) return columns.error();
  std::filesystem::path name = std::filesystem::path(file).filename();
  if (name.extension() == ".gz") name = name.stem();
  const std::string stem = name.stem().string();
  std::vector<Trace> traces;
  for (TraceColumn& column : *columns) {
    traces.push_back(
        {columns->size() == 1 ? stem : stem + ":" + column.name, std::move(column.values)});
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
    Result<std::vector<Trace>> traces = read_traces(file);
    if (!traces && traces.error().code == ErrorCode::kEmpty) continue;
    if (!traces) return traces.error();
    std::move(traces->begin(), traces->end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace skep
