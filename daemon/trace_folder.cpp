#include "daemon/trace_folder.hpp"

#include <algorithm>
#include <cstdio>
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

void add(Traces& all, Traces some) {
  std::move(some.usable.begin(), some.usable.end(), std::back_inserter(all.usable));
  std::move(some.left_out.begin(), some.left_out.end(), std::back_inserter(all.left_out));
}

}  // namespace

Result<Traces> read_traces(const std::string& file, const TraceSelection& selection) {
  Result<std::vector<TraceColumn>> read = read_trace_file(file, selection);
  Traces traces;
  if (!read && read.error().code == ErrorCode::kInvalid) {
    traces.left_out.push_back(read.error().message);
    return traces;
  }
  if (!read) return read.error();
  std::filesystem::path name = std::filesystem::path(file).filename();
  if (name.extension() == ".gz") name = name.stem();
  const std::string stem = name.stem().string();
  for (TraceColumn& column : *read) {
    if (!column.unusable.empty()) {
      traces.left_out.push_back(std::move(column.unusable));
      continue;
    }
    traces.usable.push_back({file, read->size() == 1 ? stem : stem + ":" + column.name,
                             file + ": column '" + column.name + "'", std::move(column.values),
                             std::move(column.times)});
  }
  return traces;
}

Result<Traces> read_trace_files(const std::vector<std::string>& files,
                                const std::vector<std::string>& columns) {
  TraceSelection selection;
  selection.names = columns;
  selection.by_time = true;
  Traces all;
  for (const std::string& file : files) {
    Result<Traces> traces = read_traces(file, selection);
    if (!traces && traces.error().code == ErrorCode::kEmpty) {
      all.left_out.push_back(traces.error().message);
      continue;
    }
    if (!traces) return traces.error();
    add(all, std::move(*traces));
  }
  make_names_differ(all.usable);
  return all;
}

Result<Traces> read_trace_folder(const std::string& folder) {
  std::error_code failed;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".csv") files.push_back(entry.path().string());
  }
  if (failed) {
    return Error{ErrorCode::kStorage, folder + " cannot be read: " + failed.message() + "."};
  }
  std::sort(files.begin(), files.end());
  Traces all;
  for (const std::string& file : files) {
    Result<Traces> traces = read_traces(file);
    if (!traces && traces.error().code == ErrorCode::kEmpty) continue;
    if (!traces) {
      all.left_out.push_back(traces.error().message);
      continue;
    }
    add(all, std::move(*traces));
  }
  make_names_differ(all.usable);
  return all;
}

void tell_left_out(const std::string& why) {
  std::fprintf(stderr, "%s%s It is not compared.\n", why.c_str(), why.ends_with('.') ? "" : ".");
}

}  // namespace skep
