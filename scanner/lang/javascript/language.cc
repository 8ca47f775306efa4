#include "lang/language.h"

#include <array>
#include <iterator>
#include <optional>
#include <string>

#include "lang/javascript/lowering.h"
#include "lang/javascript/mask.h"
#include "lang/syntax/tree.h"

extern "C" const TSLanguage* tree_sitter_javascript();
extern "C" const TSLanguage* tree_sitter_typescript();
extern "C" const TSLanguage* tree_sitter_tsx();

namespace privet::lang {
namespace javascript {
namespace {

using syntax::NodeType;

#define PRIVET_NODE(id, text) \
  NodeType{text, static_cast<std::uint16_t>(Kind::id), true, NodeType::Treatment::Keep},
#define PRIVET_OPAQUE(id, text) \
  NodeType{text, static_cast<std::uint16_t>(Kind::id), true, NodeType::Treatment::Opaque},
#define PRIVET_TOKEN(id, text) \
  NodeType{text, static_cast<std::uint16_t>(Kind::id), false, NodeType::Treatment::Opaque},
#define PRIVET_DROPPED(text) NodeType{text, syntax::kOtherKind, true, NodeType::Treatment::Drop},
constexpr NodeType kNodeTypes[] = {
    PRIVET_JS_NODES(PRIVET_NODE) PRIVET_JS_OPAQUE(PRIVET_OPAQUE) PRIVET_JS_TOKENS(PRIVET_TOKEN)
        PRIVET_JS_DROPPED(PRIVET_DROPPED)};
#undef PRIVET_NODE
#undef PRIVET_OPAQUE
#undef PRIVET_TOKEN
#undef PRIVET_DROPPED

// The grammars' spelling, in the order of Field.
#define PRIVET_FIELD(id, text) text,
constexpr std::string_view kFields[] = {PRIVET_JS_FIELDS(PRIVET_FIELD)};
#undef PRIVET_FIELD

/// How often a file is parsed again after a repair.
constexpr int kMaxRepairs = 3;

ir::Module lower_with(const syntax::Vocabulary& words, std::string_view language,
                      const FileInfo& info, std::string_view text) {
  const Name name = Name::of(language);
  const bool is_typescript = language != "javascript";
  std::optional<std::string> masked =
      is_typescript ? mask_for_grammar(text) : std::optional<std::string>();
  syntax::TreePtr tree = syntax::parse(words.language, masked ? *masked : text);
  if (!tree) {
    ir::ModuleBuilder empty(info.file, name);
    empty.problem(source::ProblemCode::ParseStopped, {info.file, 0, 0},
                  "the parser used up its steps");
    return std::move(empty).finish();
  }
  syntax::FlatTree flat = syntax::flatten(tree.get(), words, info.file);
  for (int again = 0; again < kMaxRepairs && !flat.errors.empty(); ++again) {
    std::string repaired = masked ? *masked : std::string(text);
    if (!mask_ampersands(repaired, flat.errors)) break;
    masked = std::move(repaired);
    syntax::TreePtr better = syntax::parse(words.language, *masked);
    if (!better) break;
    tree = std::move(better);
    flat = syntax::flatten(tree.get(), words, info.file);
  }
  return Lowering(info.file, text, name, flat).run();
}

const syntax::Vocabulary& javascript_words() {
  static const syntax::Vocabulary words = vocabulary(tree_sitter_javascript());
  return words;
}
const syntax::Vocabulary& typescript_words() {
  static const syntax::Vocabulary words = vocabulary(tree_sitter_typescript());
  return words;
}
const syntax::Vocabulary& tsx_words() {
  static const syntax::Vocabulary words = vocabulary(tree_sitter_tsx());
  return words;
}

constexpr std::array<std::string_view, 4> kJavascript{".js", ".mjs", ".cjs", ".jsx"};
constexpr std::array<std::string_view, 3> kTypescript{".ts", ".mts", ".cts"};
constexpr std::array<std::string_view, 1> kTsx{".tsx"};

}  // namespace

syntax::Vocabulary vocabulary(const TSLanguage* language) {
  return syntax::make_vocabulary(language, kNodeTypes, kFields);
}

}  // namespace javascript

extern const Language kLanguage_javascript;
extern const Language kLanguage_typescript;
extern const Language kLanguage_tsx;

const Language kLanguage_javascript{
    "javascript", "javascript", javascript::kJavascript, {}, "//",
    [](const FileInfo& info, std::string_view text) {
      return javascript::lower_with(javascript::javascript_words(), "javascript", info, text);
    },
    [](std::string_view text) { syntax::parse(tree_sitter_javascript(), text); }};

const Language kLanguage_typescript{
    "typescript", "javascript", javascript::kTypescript, {}, "//",
    [](const FileInfo& info, std::string_view text) {
      return javascript::lower_with(javascript::typescript_words(), "typescript", info, text);
    },
    [](std::string_view text) { syntax::parse(tree_sitter_typescript(), text); }};

const Language kLanguage_tsx{
    "tsx", "javascript", javascript::kTsx, {}, "//",
    [](const FileInfo& info, std::string_view text) {
      return javascript::lower_with(javascript::tsx_words(), "tsx", info, text);
    },
    [](std::string_view text) { syntax::parse(tree_sitter_tsx(), text); }};

}  // namespace privet::lang
