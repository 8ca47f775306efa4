#include "lang/syntax/tree.h"

#include <cstdlib>

namespace privet::lang::syntax {
namespace {

// What the runtime has asked the allocator for on this thread. A measure of its work that is the
// same on every run: recovery from errors builds the same large nodes again and again, hundreds of
// kilobytes a step, and so can take quadratic time in few steps.
thread_local std::uint64_t allocated = 0;

void* counted_malloc(std::size_t size) {
  allocated += size;
  return std::malloc(size);
}

void* counted_calloc(std::size_t count, std::size_t size) {
  allocated += count * size;
  return std::calloc(count, size);
}

void* counted_realloc(void* block, std::size_t size) {
  allocated += size;
  return std::realloc(block, size);
}

bool count_allocations() {
  ts_set_allocator(counted_malloc, counted_calloc, counted_realloc, std::free);
  return true;
}

struct Bound {
  std::uint64_t calls = 0;
  std::uint64_t max_calls = 0;
  std::uint64_t max_allocated = 0;
};

// The runtime reports progress every hundred or so parse operations. Honest files need one
// report per 70 bytes or more, and 10 to 40 bytes of memory per byte, 500 when deeply nested; grammars
// that run for ever on hostile input pass any bound.
bool on_progress(TSParseState* state) {
  auto* bound = static_cast<Bound*>(state->payload);
  return ++bound->calls > bound->max_calls || allocated > bound->max_allocated;
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
  static const bool counting = count_allocations();  // before the first parser is made
  if (!counting) return nullptr;
  thread_local std::unique_ptr<TSParser, ParserDeleter> parser(ts_parser_new());
  if (!ts_parser_set_language(parser.get(), language)) return nullptr;
  allocated = 0;
  Bound bound{0, 4'000 + text.size() / 8, 64'000'000 + 1'000 * std::uint64_t{text.size()}};
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
