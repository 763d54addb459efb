#include "config/yaml_tree.hpp"

#include "config/utf8.hpp"
#include "config/yaml_hint.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace skep {
namespace {

// Ends the parsing from within an event; never leaves this file.
struct Refusal {
  PositionedMessage problem;
};

Position position_of(const YAML::Mark& mark) {
  return mark.is_null() ? Position{} : Position{mark.line + 1, mark.column + 1};
}

// Builds the tree from the parser's events. yaml-cpp's own tree would keep duplicate keys silently
// and expand aliases.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, std::vector<PositionedMessage>& problems)
      : text_(text), problems_(problems) {}

  YamlNode take_root() { return std::move(root_); }
  Position document_start() const { return document_start_; }
  /// Where the innermost list or map that is still open starts.
  Position open_start() const {
    return frames_.empty() ? Position{} : frames_.back().node.position;
  }

  void OnDocumentStart(const YAML::Mark& mark) override { document_start_ = position_of(mark); }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(YamlNode::Kind::kNull, position_of(mark), "", anchor, "");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    const Position position = position_of(mark);
    problems_.push_back({position, "aliases (*name) are not supported; write the value out here"});
    add(YamlNode::Kind::kRefused, position, "?", YAML::NullAnchor, "");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (is_unclosed_quote(text_, static_cast<std::size_t>(mark.pos))) {
      throw Refusal{{position_of(mark), "a quote starts here that is not closed; close it"}};
    }
    add(YamlNode::Kind::kScalar, position_of(mark), tag, anchor, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::kList, position_of(mark), tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::kMap, position_of(mark), tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    YamlNode node;
    bool has_key = false;  // of a map: the key of the next value was read
    std::string key;
    Position key_position;
    std::map<std::string, int> key_lines;
  };

  void check(Position position, const std::string& tag, YAML::anchor_t anchor) {
    if (++nodes_ > kMostYamlNodes) {
      throw Refusal{{position, "more than " + std::to_string(kMostYamlNodes) +
                                   " values; this is not a configuration of skep"}};
    }
    if (anchor != YAML::NullAnchor) {
      problems_.push_back(
          {position, "anchors (&name) are not supported; write the value out where it is needed"});
    }
    if (!tag.empty() && tag != "?" && tag != "!") {
      problems_.push_back({position, "tags (!name) are not supported; leave it out"});
    }
  }

  bool expects_key() const {
    return !frames_.empty() && frames_.back().node.kind == YamlNode::Kind::kMap &&
           !frames_.back().has_key;
  }

  void add(YamlNode::Kind kind, Position position, const std::string& tag, YAML::anchor_t anchor,
           const std::string& text) {
    check(position, tag, anchor);
    if (expects_key()) {
      if (kind == YamlNode::Kind::kNull) {
        problems_.push_back({position, "a key is missing before the ':'; write KEY: VALUE"});
      }
      set_key(text, position);
      return;
    }
    YamlNode node;
    node.kind = kind;
    node.position = position;
    node.text = text;
    attach(std::move(node));
  }

  void open(YamlNode::Kind kind, Position position, const std::string& tag, YAML::anchor_t anchor) {
    check(position, tag, anchor);
    if (expects_key()) {
      throw Refusal{
          {position,
           "a key must be a plain word, not a list or a map; close every '{' and '[', and "
           "put a text that starts with one into quotes"}};
    }
    if (static_cast<int>(frames_.size()) >= kDeepestYaml) {
      throw Refusal{{position, "nested more than " + std::to_string(kDeepestYaml) +
                                   " deep; the configuration needs no more than 7 levels"}};
    }
    Frame frame;
    frame.node.kind = kind;
    frame.node.position = position;
    frames_.push_back(std::move(frame));
  }

  void close() {
    YamlNode node = std::move(frames_.back().node);
    frames_.pop_back();
    attach(std::move(node));
  }

  void set_key(const std::string& key, Position position) {
    Frame& frame = frames_.back();
    const auto [first, is_new] = frame.key_lines.emplace(key, position.line);
    if (!is_new) {
      problems_.push_back({position, "the key " + quoted(key) +
                                         " occurs twice here, first in line " +
                                         std::to_string(first->second) + "; keep one of them"});
    }
    frame.key = key;
    frame.key_position = position;
    frame.has_key = true;
  }

  void attach(YamlNode node) {
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.kind == YamlNode::Kind::kMap) {
      node.key = std::move(frame.key);
      node.key_position = frame.key_position;
      if (node.kind == YamlNode::Kind::kNull) {
        node.position = frame.key_position;  // yaml-cpp names the token after it
      }
      frame.has_key = false;
    }
    frame.node.children.push_back(std::move(node));
  }

  std::string_view text_;
  std::vector<PositionedMessage>& problems_;
  std::vector<Frame> frames_;
  YamlNode root_;
  Position document_start_;
  std::size_t nodes_ = 0;
};

YamlTree refused(Position position, std::string message) {
  YamlTree tree;
  tree.problems.push_back({position, std::move(message)});
  return tree;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view wanted) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [wanted](const YamlNode& child) { return child.key == wanted; });
  return found == children.end() ? nullptr : &*found;
}

YamlTree parse_yaml(std::string_view text) {
  if (const std::optional<PositionedMessage> bad = find_bad_text(text)) {
    return refused(bad->position, bad->message);
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  YamlTree tree;
  TreeBuilder builder(text, tree.problems);
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      return refused({}, "the file is empty; start from config/minimal.yaml, the least that works");
    }
    tree.root = builder.take_root();
    TreeBuilder second(text, tree.problems);
    if (parser.HandleNextDocument(second)) {
      return refused(second.document_start(),
                     "a second document starts here; keep one, without a '---' after it");
    }
  } catch (const Refusal& refusal) {
    return refused(refusal.problem.position, refusal.problem.message);
  } catch (const YAML::Exception& error) {
    // At the end of the text yaml-cpp has no place to name.
    const Position place = position_of(error.mark);
    const PositionedMessage problem =
        explain_yaml_error(text, place == Position{} ? builder.open_start() : place, error.msg);
    return refused(problem.position, problem.message);
  }
  return tree;
}

}  // namespace skep
