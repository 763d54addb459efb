#include "config/loader.hpp"

#include "config/read_settings.hpp"
#include "config/report.hpp"
#include "config/text_file.hpp"
#include "config/yaml_tree.hpp"

namespace skep {

LoadResult load_config_file(const std::string& path, const Environment& environment) {
  const FileText file = read_text_file(path, kLargestConfigBytes);
  if (!file.text) {
    return {std::nullopt, {{path, 1, 1, "the configuration file " + file.error}}};
  }
  return load_config_text(*file.text, path, environment);
}

LoadResult load_config_text(std::string_view text, const std::string& file,
                            const Environment& environment) {
  Report report;
  const YamlTree tree = parse_yaml(text);
  for (const PositionedMessage& problem : tree.problems) {
    report.error(problem.position, problem.message);
  }
  Settings settings;
  if (tree.root && tree.root->kind == YamlNode::Kind::kMap) {
    ReadContext context{environment, report};
    settings = read_settings(*tree.root, context);
  } else if (tree.root && tree.root->kind == YamlNode::Kind::kNull) {
    report.error({}, "the file is empty; start from config/minimal.yaml, the least that works");
  } else if (tree.root) {
    report.error(tree.root->position,
                 "the file must hold keys at its top level, such as \"services:\"");
  }
  LoadResult result;
  if (!report.has_errors()) {
    result.settings = std::move(settings);
  }
  result.problems = report.problems(file);
  return result;
}

}  // namespace skep
