#include "config/report.hpp"

#include "config/suggest.hpp"

#include <algorithm>

namespace skep {
namespace {

std::string_view parent(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? "" : path.substr(0, dot);
}

std::string_view last_word(std::string_view path) { return path.substr(path.rfind('.') + 1); }

std::string place(std::string_view path) {
  return path.empty() ? "at the top level" : "in " + std::string(path);
}

}  // namespace

std::string without_indexes(std::string_view path) {
  std::string out;
  bool inside = false;
  for (const char c : path) {
    inside = inside && c != ']';
    if (!inside) {
      out += c;
    }
    inside = inside || c == '[';
  }
  return out;
}

void Report::error(Position position, std::string message) {
  problems_.push_back({"", position.line, position.column, std::move(message), Severity::kError});
  has_errors_ = true;
}

void Report::warning(Position position, std::string message) {
  problems_.push_back({"", position.line, position.column, std::move(message), Severity::kWarning});
}

// False for the path of a value that is no map: that it is one in the file was reported already.
bool Report::has_known_keys(const std::string& path) const {
  return std::any_of(known_keys_.begin(), known_keys_.end(),
                     [&path](const std::string& known) { return parent(known) == path; });
}

std::string Report::unknown_key_message(const std::string& path, const std::string& key) const {
  const std::string wanted_parent = without_indexes(path);
  std::vector<std::string> siblings;
  std::string elsewhere;
  bool ambiguous = false;
  for (const std::string& known : known_keys_) {
    if (parent(known) == wanted_parent) {
      siblings.emplace_back(last_word(known));
    } else if (last_word(known) == key) {
      ambiguous = !elsewhere.empty();
      elsewhere = parent(known);
    }
  }
  std::string message = "unknown key " + quoted(key) + ' ' + place(path);
  const std::string suggestion = did_you_mean(key, siblings);
  if (!suggestion.empty()) {
    return message + suggestion;
  }
  if (!elsewhere.empty() && !ambiguous) {
    return message + "; it belongs " + place(elsewhere);
  }
  message += "; known here:";
  for (const std::string& sibling : siblings) {
    message += (sibling == siblings.front() ? " " : ", ") + sibling;
  }
  return message;
}

void Report::refuse_unknown_keys(const YamlNode& node, const std::string& path) {
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const YamlNode& child = node.children[i];
    if (node.kind == YamlNode::Kind::kList) {
      refuse_unknown_keys(child, path + '[' + std::to_string(i) + ']');
      continue;
    }
    const std::string child_path = path.empty() ? child.key : path + '.' + child.key;
    if (known_keys_.contains(without_indexes(child_path))) {
      refuse_unknown_keys(child, child_path);
    } else if (has_known_keys(without_indexes(path))) {
      error(child.key_position, unknown_key_message(path, child.key));
    }
  }
}

std::vector<Problem> Report::problems(const std::string& file) const {
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return Position{a.line, a.column} < Position{b.line, b.column};
  });
  if (sorted.size() > kMostProblems) {
    Problem rest = sorted[kMostProblems];
    rest.message = "and " + std::to_string(sorted.size() - kMostProblems) +
                   " more problems from here on; mend the ones above first";
    rest.severity = has_errors_ ? Severity::kError : Severity::kWarning;
    sorted.resize(kMostProblems);
    sorted.push_back(std::move(rest));
  }
  for (Problem& problem : sorted) {
    problem.file = file;
  }
  return sorted;
}

}  // namespace skep
