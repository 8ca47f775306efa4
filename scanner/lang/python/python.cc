#include "lang/language.h"
#include "lang/python/lowerer.h"

namespace privet::lang {
namespace {

constexpr std::string_view kExtensions[] = {".py", ".pyi"};

ir::Module lower(const FileInfo& info, std::string_view text) {
  const syntax::TreePtr tree = syntax::parse(python::grammar(), text);
  const syntax::Node root =
      tree ? syntax::Node(ts_tree_root_node(tree.get()), text) : syntax::Node();
  return python::Lowerer(info.file, text).lower(root);
}

void parse_only(std::string_view text) { syntax::parse(python::grammar(), text); }

}  // namespace

extern const Language kLanguage_python;
const Language kLanguage_python = {
    .name = "python",
    .family = "python",
    .extensions = kExtensions,
    .file_names = {},
    .line_comment = "#",
    .lower = lower,
    .parse_only = parse_only,
};

}  // namespace privet::lang
