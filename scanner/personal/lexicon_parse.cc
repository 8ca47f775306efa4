#include <algorithm>

#include "personal/lexicon_tables.h"
#include "personal/spelling.h"

namespace privet::personal {
namespace {

using Tokens = std::vector<std::string>;

bool all_digits(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The shape of a phrase, in any inflection: `needs`, `sending`, `setting` of `settings`.
std::size_t shape_of(const TextMap<std::size_t>& shapes, const std::string& phrase) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  const auto find = [&](std::string_view text) {
    const auto at = shapes.find(text);
    return at == shapes.end() ? kNone : at->second;
  };
  std::size_t shape = find(phrase);
  if (shape == kNone) shape = find(singular_of(phrase));
  if (shape == kNone) shape = find(phrase + "s");
  if (shape == kNone && phrase.size() > 5 && phrase.ends_with("ing")) {
    const std::string stem = phrase.substr(0, phrase.size() - 3);
    shape = find(stem);
    if (shape == kNone) shape = find(stem + "e");
  }
  return shape;
}

/// Works one name out; the result points to nothing but names.
class NameParser {
 public:
  NameParser(const Lexicon::Tables& tables, std::string_view name, Umlauts umlauts)
      : tables_(tables) {
    parsed_.tokens = split_name(name, umlauts, &has_umlauts_);
  }

  bool has_umlauts() const { return has_umlauts_; }
  bool found() const { return !parsed_.candidates.empty(); }

  ParsedName parse() {
    split_run_together();
    trim();
    const std::size_t first = parsed_.first, last = parsed_.last;
    if (last - first == 1) {
      if (const WordClass* word = tables_.find_word(parsed_.tokens[first])) parsed_.whole = *word;
    }
    for (std::size_t end = last; end > first; --end) {
      if (end == last) add_participle_by(end);
      const std::size_t longest = std::min(tables_.longest_form, end - first);
      for (std::size_t n = longest; n > 0; --n) add(end - n, end);
    }
    add_whole_run_together();
    set_strong();
    return std::move(parsed_);
  }

 private:
  /// `useremail` is a person word and a form.
  void split_run_together() {
    constexpr std::size_t kShortestWord = 4, kShortestForm = 3;
    for (std::size_t i = 0; i < parsed_.tokens.size(); ++i) {
      const std::string token = parsed_.tokens[i];
      if (token.size() < kShortestWord + kShortestForm || known(token)) continue;
      for (std::size_t n = kShortestWord; n + kShortestForm <= token.size(); ++n) {
        const std::string_view head = std::string_view(token).substr(0, n);
        const std::string_view rest = std::string_view(token).substr(n);
        const auto at = tables_.words.find(head);
        const bool person = at != tables_.words.end() && (at->second.has(WordClass::kPerson) ||
                                                          at->second.has(WordClass::kPersonRole));
        if (!person) continue;
        if (!tables_.by_tokens.contains(rest) && !tables_.run_together.contains(rest)) continue;
        parsed_.tokens[i] = std::string(head);
        parsed_.tokens.insert(parsed_.tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                              std::string(rest));
        ++i;
        break;
      }
    }
  }

  bool known(const std::string& token) const {
    return tables_.find_word(token) || tables_.form_words.contains(token) ||
           tables_.form_words.contains(singular_of(token)) || tables_.run_together.contains(token);
  }

  /// Drops what says how a value is held and not what it is: `m_`, `get`, `str`, `_value`.
  void trim() {
    Tokens& tokens = parsed_.tokens;
    std::size_t first = 0, last = tokens.size();
    if (last > 1 && tables_.number_words.contains(tokens[last - 1])) tokens[last - 1] = "number";
    const bool counts = last > 1 && tokens[0] == "n" && shape_of(tables_.heads, "n") != kNoShape;
    if (counts) {
      parsed_.first = parsed_.last = static_cast<std::uint16_t>(last);
      return;
    }
    while (last - first > 1) {
      const std::string& token = tokens[first];
      const bool letter = token.size() == 1 && !all_digits(token) &&
                          !tables_.beginnings.contains(token + " " + tokens[first + 1]);
      const bool accessor = tables_.accessors.contains(token) || tables_.prefixes.contains(token);
      // `read_by_id`: an accessor before `by` is a method; what follows is its argument.
      if (!letter && !accessor) break;
      if (tables_.find_form(tokens, first, std::min(first + 2, last)) != Lexicon::Tables::kNoForm) {
        break;
      }
      ++first;
    }
    while (last - first > 1 && tables_.endings.contains(tokens[last - 1]) &&
           tables_.find_form(tokens, last - 2, last) == Lexicon::Tables::kNoForm) {
      --last;
    }
    parsed_.first = static_cast<std::uint16_t>(first);
    parsed_.last = static_cast<std::uint16_t>(last);
  }

  /// `created_by`, `approved_by_id` name a person.
  void add_participle_by(std::size_t end) {
    const Tokens& tokens = parsed_.tokens;
    const std::size_t first = parsed_.first;
    std::size_t by = end - 1;
    const bool id = by > first && (tokens[by] == "id" || tokens[by] == "uuid" ||
                                   tokens[by] == "guid" || tokens[by] == "fk");
    if (id) --by;
    if (by <= first || tokens[by] != "by" || !tables_.is_participle(tokens[by - 1])) return;
    if (tables_.person_id_form == Lexicon::Tables::kNoForm) return;
    Candidate candidate;
    candidate.form = tables_.person_id_form;
    candidate.begin = static_cast<std::uint16_t>(by - 1);
    candidate.end = static_cast<std::uint16_t>(end);
    finish(candidate);
  }

  void add(std::size_t begin, std::size_t end) {
    const std::uint32_t form = tables_.find_form(parsed_.tokens, begin, end);
    if (form == Lexicon::Tables::kNoForm || nothing_after_applies(begin)) return;
    Candidate candidate;
    candidate.form = form;
    candidate.begin = static_cast<std::uint16_t>(begin);
    candidate.end = static_cast<std::uint16_t>(end);
    finish(candidate);
  }

  /// `DoB` and `Phone_Number` without separators.
  void add_whole_run_together() {
    const std::size_t first = parsed_.first, last = parsed_.last;
    if (last - first < 2) return;
    const bool whole = std::any_of(
        parsed_.candidates.begin(), parsed_.candidates.end(),
        [&](const Candidate& c) { return c.begin == first && c.end == last; });
    const std::string text = join(parsed_.tokens, first, last, "");
    if (whole || text.size() < 3) return;
    std::uint32_t form = Lexicon::Tables::kNoForm;
    if (const auto at = tables_.by_tokens.find(text); at != tables_.by_tokens.end()) {
      form = at->second;
    } else if (const auto run = tables_.run_together.find(text); run != tables_.run_together.end()) {
      form = run->second;
    }
    if (form == Lexicon::Tables::kNoForm) return;
    Candidate candidate;
    candidate.form = form;
    candidate.begin = static_cast<std::uint16_t>(first);
    candidate.end = static_cast<std::uint16_t>(last);
    finish(candidate);
    std::rotate(parsed_.candidates.begin(), parsed_.candidates.end() - 1,
                parsed_.candidates.end());
  }

  /// `users_by_email`: what stands after a bare `by` is how they are found.
  bool nothing_after_applies(std::size_t begin) const {
    const Tokens& tokens = parsed_.tokens;
    for (std::size_t i = parsed_.first; i < begin; ++i) {
      if (!tables_.nothing_after.contains(tokens[i])) continue;
      const bool participle =
          tokens[i] == "by" && i > parsed_.first && tables_.is_participle(tokens[i - 1]);
      if (!participle) return true;
    }
    return false;
  }

  void finish(Candidate candidate) {
    read_tail(candidate);
    read_head(candidate);
    read_qualifier(candidate);
    parsed_.candidates.push_back(candidate);
  }

  void read_tail(Candidate& candidate) const {
    const Tokens& tokens = parsed_.tokens;
    std::size_t last = parsed_.last;
    const auto neutral = [&](const std::string& token) {
      const WordClass* word = tables_.find_word(token);
      return all_digits(token) || (word && (word->has(WordClass::kNeutral) ||
                                            word->has(WordClass::kNeutralTail)));
    };
    for (std::size_t n = std::min<std::size_t>(3, last - candidate.end); n > 0; --n) {
      if (const std::size_t shape = shape_of(tables_.tails, join(tokens, last - n, last, " "));
          shape != kNoShape) {
        return apply_shape(candidate, shape, last - n == candidate.end);
      }
    }
    while (last > candidate.end && neutral(tokens[last - 1])) --last;
    if (last == candidate.end) return;
    for (std::size_t n = std::min<std::size_t>(3, last - candidate.end); n > 0; --n) {
      if (const std::size_t shape = shape_of(tables_.tails, join(tokens, last - n, last, " "));
          shape != kNoShape) {
        return apply_shape(candidate, shape, last - n == candidate.end);
      }
    }
    candidate.tail = Candidate::Tail::About;
  }

  void apply_shape(Candidate& candidate, std::size_t shape, bool directly) const {
    const auto protection = tables_.types.shapes()[shape].protection;
    if (protection == rule::Protection::None) {
      candidate.tail = Candidate::Tail::Stop;
    } else {
      candidate.protection = protection;
      if (!directly) candidate.tail = Candidate::Tail::About;
    }
  }

  void read_head(Candidate& candidate) const {
    const Tokens& tokens = parsed_.tokens;
    const std::size_t first = parsed_.first;
    for (std::size_t n = std::min<std::size_t>(2, candidate.begin - first); n > 0; --n) {
      const std::string phrase = join(tokens, first, first + n, " ");
      const std::size_t shape = shape_of(tables_.heads, phrase);
      if (shape == kNoShape) continue;
      const auto protection = tables_.types.shapes()[shape].protection;
      if (protection != rule::Protection::None) {
        candidate.protection = protection;
        break;
      }
      candidate.head_stops = true;
      const auto& facts = tables_.types.flag_fact_heads();
      candidate.flag_fact = std::find(facts.begin(), facts.end(), phrase) != facts.end() &&
                            first + n == candidate.begin && candidate.end == parsed_.last;
      break;
    }
    for (std::size_t i = first; i < candidate.begin; ++i) {
      for (std::size_t n = 1; n <= 2 && i + n <= candidate.begin; ++n) {
        const auto at = tables_.anywhere.find(join(tokens, i, i + n, " "));
        if (at == tables_.anywhere.end()) continue;
        // Some shapes leave some groups alone: `admin_password` is a secret all the same.
        if (tables_.types.shapes()[at->second].not_groups.empty()) candidate.head_stops = true;
        else candidate.system = true;
      }
    }
  }

  void read_qualifier(Candidate& candidate) const {
    const Tokens& tokens = parsed_.tokens;
    std::size_t at = candidate.begin;
    const std::size_t first = parsed_.first;
    while (at > first) {
      const std::string& token = tokens[at - 1];
      const WordClass* word = tables_.find_word(token);
      const bool skipped = token == "address" || all_digits(token) ||
                           (word && word->has(WordClass::kNeutral)) || protects(token);
      if (!skipped) break;
      --at;
    }
    if (at == first) return;
    const std::string& token = tokens[at - 1];
    candidate.qualifier_word = Name::of(token);
    if ((token == "by" || token == "for") && at - 1 > first &&
        tables_.is_participle(tokens[at - 2])) {
      candidate.by_person = true;
      candidate.qualifier = Candidate::Qualifier::Listed;
      candidate.qualifier_class.bits = WordClass::kPerson;
      return;
    }
    const WordClass* word = nullptr;
    if (at - 1 > first) word = tables_.find_word(tokens[at - 2] + " " + token);
    if (!word) word = tables_.find_word(token);
    candidate.qualifier = Candidate::Qualifier::Other;
    if (!word) return;
    candidate.qualifier_class = *word;
    if (word->has(WordClass::kPersonQualifier)) {
      candidate.qualifier_class.bits |= WordClass::kPerson;
    }
    constexpr std::uint16_t kListed = WordClass::kPerson | WordClass::kPersonRole |
                                      WordClass::kTechnical | WordClass::kPlace;
    if ((candidate.qualifier_class.bits & kListed) != 0) {
      candidate.qualifier = Candidate::Qualifier::Listed;
    }
  }

  bool protects(const std::string& token) const {
    const auto at = tables_.heads.find(token);
    return at != tables_.heads.end() &&
           tables_.types.shapes()[at->second].protection != rule::Protection::None;
  }

  void set_strong() {
    for (const Candidate& candidate : parsed_.candidates) {
      const Form& form = tables_.forms[candidate.form];
      if (form.nothing || candidate.tail != Candidate::Tail::Keep || candidate.head_stops ||
          candidate.system) {
        return;
      }
      for (const FormUse& use : form.uses) {
        if (use.rank != FormUse::Rank::Strong) continue;
        parsed_.strong = use.type;
        parsed_.languages = use.languages;
        return;
      }
    }
  }

  static constexpr std::size_t kNoShape = static_cast<std::size_t>(-1);
  const Lexicon::Tables& tables_;
  ParsedName parsed_;
  bool has_umlauts_ = false;
};

}  // namespace

const WordClass* Lexicon::Tables::find_word(std::string_view word) const {
  if (const auto at = words.find(word); at != words.end()) return &at->second;
  const auto at = words.find(singular_of(word));
  return at == words.end() ? nullptr : &at->second;
}

std::uint32_t Lexicon::Tables::find_form(const Tokens& tokens, std::size_t begin,
                                         std::size_t end) const {
  std::string key = personal::join(tokens, begin, end, " ");
  if (const auto at = by_tokens.find(key); at != by_tokens.end()) return at->second;
  if (begin + 1 == end) {
    if (const auto at = run_together.find(key); at != run_together.end()) return at->second;
  }
  const std::string& last = tokens[end - 1];
  const std::string singular = singular_of(last);
  if (singular.size() == last.size()) return kNoForm;
  key.resize(key.size() - last.size());
  key += singular;
  if (const auto at = by_tokens.find(key); at != by_tokens.end()) return at->second;
  if (begin + 1 == end) {
    if (const auto at = run_together.find(key); at != run_together.end()) return at->second;
  }
  return kNoForm;
}

bool Lexicon::Tables::is_participle(std::string_view word) const {
  if (not_participles.contains(word)) return false;
  if (word.size() >= 4 && word.ends_with("ed")) return true;
  for (std::string_view irregular : {"made", "written", "sent", "given", "taken", "led", "run",
                                     "built", "paid", "sold", "held", "chosen", "drawn", "seen"}) {
    if (word == irregular) return true;
  }
  return false;
}

std::unique_ptr<ParsedName> Lexicon::Tables::parse(std::string_view name) const {
  if (name.empty() || name.size() > kMaxNameBytes) return nullptr;
  NameParser parser(*this, name, Umlauts::Long);
  ParsedName parsed = parser.parse();
  if (parsed.candidates.empty() && parser.has_umlauts()) {
    parsed = NameParser(*this, name, Umlauts::Short).parse();
  }
  constexpr std::uint16_t kName = WordClass::kPerson | WordClass::kNameWhenText;
  if (parsed.candidates.empty() && (parsed.whole.bits & kName) == 0) return nullptr;
  return std::make_unique<ParsedName>(std::move(parsed));
}

std::unique_ptr<ParsedContainer> Lexicon::Tables::parse_container(std::string_view name) const {
  ParsedContainer parsed;
  parsed.tokens = split_name(name);
  if (parsed.tokens.empty()) return nullptr;
  std::size_t end = parsed.tokens.size();
  for (std::size_t i = 1; i < end; ++i) {
    if (cut_before.contains(parsed.tokens[i])) end = i;
  }
  while (end > 1 && generic_endings.contains(parsed.tokens[end - 1])) --end;
  const auto word_at = [&](std::size_t begin, std::size_t last) {
    const std::string text = personal::join(parsed.tokens, begin, last, " ");
    const WordClass* word = find_word(text);
    if (word) parsed.words.push_back({*word, Name::of(text)});
    return word != nullptr;
  };
  for (std::size_t i = end; i > 0; --i) {
    if (i > 1 && word_at(i - 2, i)) {
      --i;
      continue;
    }
    word_at(i - 1, i);
  }
  if (const std::uint32_t form = find_form(parsed.tokens, 0, end); form != kNoForm) {
    for (const FormUse& use : forms[form].uses) {
      if (use.rank == FormUse::Rank::Strong) {
        parsed.own_groups |= std::uint64_t{1} << group_of[use.type.value];
      }
    }
  }
  return std::make_unique<ParsedContainer>(std::move(parsed));
}

const ParsedName& Lexicon::Tables::parsed(Name name) {
  if (const ParsedName* known = names.find(name)) return *known;
  return names.publish(name, parse(name.text()));
}

const ParsedContainer& Lexicon::Tables::container(Name name) {
  if (const ParsedContainer* known = containers.find(name)) return *known;
  return containers.publish(name, parse_container(name.text()));
}

}  // namespace privet::personal
