#include "daemon/trace_folder.hpp"

#include "daemon/trace_file.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace skep {
namespace {

std::string folder_of(const Trace& trace) {
  return std::filesystem::path(trace.file).lexically_normal().parent_path().filename().string();
}

void make_names_differ(std::vector<Trace>& traces) {
  std::map<std::string, std::set<std::string>> folders;
  for (const Trace& trace : traces) folders[trace.name].insert(folder_of(trace));
  std::set<std::string> taken;
  for (Trace& trace : traces) {
    const std::string folder = folder_of(trace);
    if (folders[trace.name].size() > 1 && !folder.empty()) trace.name.insert(0, folder + "/");
    const std::string name = trace.name;
    for (int i = 2; !taken.insert(trace.name).second; ++i) {
      trace.name = name + " (" + std::to_string(i) + ")";
    }
  }
}

}  // namespace

Result<std::vector<Trace>> read_traces(const std::string& file) {
  Result<std::vector<TraceColumn>> columns = read_trace_file(file, {});
  if (!columns) return columns.error();
  std::filesystem::path name = std::filesystem::path(file).filename();
  if (name.extension() == ".gz") name = name.stem();
  const std::string stem = name.stem().string();
  std::vector<Trace> traces;
  for (TraceColumn& column : *columns) {
    traces.push_back(
        {file, columns->size() == 1 ? stem : stem + ":" + column.name, std::move(column.values)});
  }
  return traces;
}

Result<std::vector<Trace>> read_trace_files(const std::vector<std::string>& files) {
  std::vector<Trace> all;
  for (const std::string& file : files) {
    Result<std::vector<Trace>> traces = read_traces(file);
    if (!traces) return traces.error();
    std::move(traces->begin(), traces->end(), std::back_inserter(all));
  }
  make_names_differ(all);
  return all;
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
  make_names_differ(all);
  return all;
}

}  // namespace skep
