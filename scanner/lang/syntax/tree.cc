#include "lang/syntax/tree.h"

namespace privet::lang::syntax {
namespace {

struct Bound {
  std::uint64_t calls = 0;
  std::uint64_t limit = 0;
};

// The runtime reports progress every hundred or so parse operations. Honest files need well under
// one report per ten bytes; grammars that run for ever on hostile input pass any bound.
bool on_progress(TSParseState* state) {
  auto* bound = static_cast<Bound*>(state->payload);
  return ++bound->calls > bound->limit;
}

struct Chunk {
  std::string_view text;
};

const char* read_chunk(void* payload, std::uint32_t byte, TSPoint, std::uint32_t* n_read) {
  const std::string_view text = static_cast<Chunk*>(payload)->text;
  if (byte >= text.size()) {
    *n_read = 0;
    return "";
  }
  *n_read = static_cast<std::uint32_t>(text.size() - byte);
  return text.data() + byte;
}

struct ParserDeleter {
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};

}  // namespace

TreePtr parse(const TSLanguage* language, std::string_view text) {
  thread_local std::unique_ptr<TSParser, ParserDeleter> parser(ts_parser_new());
  if (!ts_parser_set_language(parser.get(), language)) return nullptr;
  Bound bound{0, 10'000 + text.size()};
  Chunk chunk{text};
  TSInput input{};
  input.payload = &chunk;
  input.read = read_chunk;
  input.encoding = TSInputEncodingUTF8;
  TSParseOptions options{};
  options.payload = &bound;
  options.progress_callback = on_progress;
  TreePtr tree(ts_parser_parse_with_options(parser.get(), nullptr, input, options));
  if (!tree) ts_parser_reset(parser.get());
  return tree;
}

}  // namespace privet::lang::syntax
