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

/// JavaScript with the types of Flow says so in its first comment; TSX reads most of it.
bool has_flow_types(std::string_view text) {
  return text.substr(0, 1024).find("@flow") != std::string_view::npos;
}

struct Parsed {
  std::optional<std::string> masked;  ///< what was parsed in place of the text
  syntax::TreePtr tree;
  syntax::FlatTree flat;
};

std::optional<Parsed> parse(const syntax::Vocabulary& words, source::FileId file,
                            std::string_view text, bool has_types) {
  Parsed result;
  if (has_types) result.masked = mask_for_grammar(text);
  result.tree = syntax::parse(words.language, result.masked ? *result.masked : text);
  if (!result.tree) return std::nullopt;
  result.flat = syntax::flatten(result.tree.get(), words, file);
  for (int again = 0; again < kMaxRepairs && !result.flat.errors.empty(); ++again) {
    std::string repaired = result.masked ? *result.masked : std::string(text);
    if (!mask_ampersands(repaired, result.flat.errors)) break;
    syntax::TreePtr better = syntax::parse(words.language, repaired);
    if (!better) break;
    result.masked = std::move(repaired);
    result.tree = std::move(better);
    result.flat = syntax::flatten(result.tree.get(), words, file);
  }
  return result;
}

const syntax::Vocabulary& tsx_words();

ir::Module lower_with(const syntax::Vocabulary& words, std::string_view language,
                      const FileInfo& info, std::string_view text) {
  const Name name = Name::of(language);
  const bool has_types = language != "javascript";
  std::optional<Parsed> parsed = parse(words, info.file, text, has_types);
  if (!has_types && has_flow_types(text) && (!parsed || !parsed->flat.errors.empty())) {
    std::optional<Parsed> typed = parse(tsx_words(), info.file, text, /*has_types=*/true);
    if (typed && (!parsed || typed->flat.errors.size() < parsed->flat.errors.size())) {
      parsed = std::move(typed);
    }
  }
  if (!parsed) {
    ir::ModuleBuilder empty(info.file, name);
    empty.problem(source::ProblemCode::ParseStopped, {info.file, 0, 0},
                  "the parser used up its steps");
    return std::move(empty).finish();
  }
  const bool declares_only = info.path.ends_with(".d.ts") || info.path.ends_with(".d.mts") ||
                             info.path.ends_with(".d.cts");
  return Lowering(info.file, text, name, declares_only, parsed->flat).run();
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
