#include "personal/lexicon.h"

#include <algorithm>

#include "personal/lexicon_tables.h"
#include "personal/spelling.h"

namespace privet::personal {
namespace {

// Weights of taxonomy section 2, step 6.
constexpr float kStrong = 0.60f, kWeak = 0.25f;
constexpr float kFits = 0.35f, kLinked = 0.20f, kMisfit = -0.40f;
constexpr float kSiblings = 0.20f, kPrincipal = 0.35f;
constexpr std::uint32_t kEnoughSiblings = 2;

float weight_of(TypeEvidence::From from) {
  switch (from) {
    case TypeEvidence::From::Declaration: return 0.50f;
    case TypeEvidence::From::Interface: return 0.45f;
    case TypeEvidence::From::Literal: return 0.50f;
    case TypeEvidence::From::Receiver: return 0.40f;
    case TypeEvidence::From::Register: return 1.00f;
  }
  return 0;
}

Reason::Kind reason_of(TypeEvidence::From from) {
  switch (from) {
    case TypeEvidence::From::Declaration: return Reason::Kind::Declaration;
    case TypeEvidence::From::Interface: return Reason::Kind::Interface;
    case TypeEvidence::From::Literal: return Reason::Kind::Literal;
    case TypeEvidence::From::Receiver: return Reason::Kind::Receiver;
    case TypeEvidence::From::Register: return Reason::Kind::Register;
  }
  return Reason::Kind::Declaration;
}

/// What a container says about the types of one group.
struct Fit {
  enum class Kind : std::uint8_t { Nothing, Topic, Person, Technical, Place, Linked };
  Kind kind = Kind::Nothing;
  Name word;
  bool good() const { return kind == Kind::Topic || kind == Kind::Person; }
};

/// What a name alone came to.
struct NameResult {
  enum class Kind : std::uint8_t { NoMatch, Stop, Match };
  Kind kind = Kind::NoMatch;
  rule::DataTypeId type;
  bool strong = false;
  rule::Protection protection = rule::Protection::None;
  Fit fit;
  Name form;
};

/// Judges one query; all steps are of taxonomy section 2.
class Judge {
 public:
  Judge(Lexicon::Tables& tables, const NameQuery& query)
      : tables_(tables), query_(query), name_(&tables.parsed(query.name)),
        container_(&tables.container(query.container)),
        is_person_(query.container_is_person || (query.siblings && query.siblings->is_person())) {
    if (query.siblings && (!query.siblings->prefix.empty() || !query.siblings->suffix.empty())) {
      strip_shared();
    }
  }

  bool nothing_to_do() const {
    return query_.evidence.empty() && name_ == &tables_.names.nothing();
  }

  std::optional<Verdict> judge() {
    if (nothing_to_do() || declared_not_personal()) return std::nullopt;
    const NameResult by_name = query_.is_constant ? NameResult{} : judge_name();
    std::optional<Verdict> best;
    const auto take = [&](const Verdict& verdict) {
      if (verdict.score < Lexicon::kLikely) return;
      if (!best || verdict.score > best->score) best = verdict;
    };
    for (const TypeEvidence& evidence : query_.evidence) {
      if (evidence.type.valid()) take(weigh(evidence.type, by_name));
    }
    if (by_name.kind == NameResult::Kind::Match) take(weigh(by_name.type, by_name));
    if (!best) return std::nullopt;
    best->certainty = best->score >= Lexicon::kCertain ? Certainty::Certain : Certainty::Likely;
    if (query_.in_test) {
      if (best->certainty == Certainty::Likely) return std::nullopt;
      best->certainty = Certainty::Likely;
      best->add(Reason::Kind::Test);
    }
    return best;
  }

 private:
  std::uint8_t group_of(rule::DataTypeId type) const { return tables_.group_of[type.value]; }
  static bool in(std::uint64_t groups, std::uint8_t group) { return (groups >> group) & 1; }
  bool is_name(rule::DataTypeId type) const {
    return tables_.types[type].id.text().starts_with("identity.name.");
  }

  bool is_special(rule::DataTypeId type) const {
    const rule::DataFlags flags = tables_.types[type].flags;
    return flags.has(rule::DataFlag::Art9) || flags.has(rule::DataFlag::Art10);
  }

  /// `nom_adh` among `…_adh`: a token that most fields share says nothing.
  void strip_shared() {
    auto tokens = split_name(query_.name.text());
    const Siblings& siblings = *query_.siblings;
    bool changed = false;
    if (tokens.size() > 1 && tokens.front() == siblings.prefix) {
      tokens.erase(tokens.begin());
      changed = true;
    }
    if (tokens.size() > 1 && tokens.back() == siblings.suffix) {
      tokens.pop_back();
      changed = true;
    }
    if (changed) name_ = &tables_.parsed(Name::of(join(tokens, 0, tokens.size(), "_")));
  }

  bool declared_not_personal() const {
    if (tables_.not_personal.empty()) return false;
    const auto name = split_name(query_.name.text());
    const std::string phrase = join(name, 0, name.size(), " ");
    if (tables_.not_personal.contains(phrase)) return true;
    const auto container = split_name(query_.container.text());
    return tables_.not_personal.contains(join(container, 0, container.size(), " ") + " " + phrase);
  }

  NameResult judge_name() const {
    for (const Candidate& candidate : name_->candidates) {
      const NameResult result = judge_candidate(candidate);
      if (result.kind != NameResult::Kind::NoMatch) return result;
    }
    constexpr std::uint16_t kName = WordClass::kPerson | WordClass::kNameWhenText;
    if (query_.hint == TypeHint::Text && (name_->whole.bits & kName) != 0 &&
        tables_.full_name.valid() && !has_other_sense(name_->tokens[name_->first])) {
      NameResult result;
      result.kind = NameResult::Kind::Match;
      result.type = tables_.full_name;
      result.strong = true;
      result.form = query_.name;
      result.fit = fit_of(group_of(result.type), *container_);
      return result;
    }
    return {};
  }

  NameResult judge_candidate(const Candidate& candidate) const {
    const Form& form = tables_.forms[candidate.form];
    NameResult stop;
    stop.kind = NameResult::Kind::Stop;
    if (form.nothing) return stop;
    std::optional<NameResult> best;
    std::size_t best_rank = 0;
    bool stopped = false;
    for (const FormUse& use : form.uses) {
      NameResult result = judge_use(candidate, form, use);
      stopped |= result.kind == NameResult::Kind::Stop;
      if (result.kind != NameResult::Kind::Match) continue;
      const std::size_t rank = rank_of(result);
      if (!best || rank > best_rank) {
        best = result;
        best_rank = rank;
      }
    }
    if (!best) return stopped ? stop : NameResult{};
    if (form.shared.valid() && !country_fits(best->type)) best->type = form.shared;
    return *best;
  }

  /// Among several types for one form: the one whose group the container fits, then the one with
  /// most siblings of its group, then the first.
  std::size_t rank_of(const NameResult& result) const {
    std::size_t rank = result.strong ? 1 : 0;
    if (result.fit.kind == Fit::Kind::Topic) rank += 2000;
    if (country_fits(result.type)) rank += 1000;
    if (query_.siblings) rank += query_.siblings->groups[group_of(result.type)] * std::size_t{2};
    return rank;
  }

  /// The other fields are in a language of the identifier's country.
  bool country_fits(rule::DataTypeId type) const {
    const auto& countries = tables_.types[type].countries;
    const auto& languages = tables_.types.languages();
    for (std::size_t i = 0; query_.siblings && i < languages.size() && i < 8; ++i) {
      if (query_.siblings->languages[i] == 0) continue;
      std::string country = languages[i].id;
      for (char& c : country) c = static_cast<char>(c - 'a' + 'A');
      if (std::find(countries.begin(), countries.end(), country) != countries.end()) return true;
    }
    return false;
  }

  NameResult judge_use(const Candidate& candidate, const Form& form, const FormUse& use) const {
    NameResult result;
    const std::uint8_t group = group_of(use.type);
    // The word before the form stands for the container, if the lists know it.
    const bool topic = in(candidate.qualifier_class.topics & tables_.comms_like, group) &&
                       in(tables_.comms_like, group);
    const bool listed = candidate.qualifier == Candidate::Qualifier::Listed || topic;
    const bool in_topic = in(candidate.qualifier_class.topics, group);
    result.fit = listed ? fit_of_word(group, candidate.qualifier_class, candidate.qualifier_word)
                        : fit_of(group, *container_);
    bool strong = use.rank == FormUse::Rank::Strong;
    if (use.rank == FormUse::Rank::Conditional) {
      if (beside_language(use.languages)) {
        strong = true;
      } else if (query_.hint != TypeHint::Text || result.fit.kind != Fit::Kind::Person) {
        return {};
      }
    }
    if (!strong && !weak_counts(candidate, use, result.fit, listed || in_topic, in_topic)) return {};
    if (candidate.tail == Candidate::Tail::About) {
      if (!strong) return {};
      strong = false;
      // `emails.email_footer` fits and still is about texts, not about somebody.
      if (result.fit.kind == Fit::Kind::Topic) result.fit = {};
    }
    result.kind = NameResult::Kind::Match;
    result.type = use.type;
    result.strong = strong;
    result.protection = candidate.protection;
    result.form = Name::of(form.text);
    if (stops(candidate, form, use, strong)) result.kind = NameResult::Kind::Stop;
    if (result.protection == rule::Protection::Hashed && group == tables_.credential_group &&
        tables_.password_hash.valid()) {
      result.type = tables_.password_hash;
      result.protection = rule::Protection::None;
    }
    return result;
  }

  bool weak_counts(const Candidate& candidate, const FormUse& use, const Fit& fit,
                   bool known_qualifier, bool topic_qualifier) const {
    const std::uint8_t group = group_of(use.type);
    const bool evidence = has_evidence(use.type);
    if (candidate.qualifier == Candidate::Qualifier::Other && !known_qualifier &&
        use.needs != FormUse::Needs::AnyQualifier && use.needs != FormUse::Needs::Word) {
      return false;
    }
    if (use.needs == FormUse::Needs::Topic && !topic_qualifier && !evidence) {
      const bool person = group == tables_.identity_group &&
                          (fit.kind == Fit::Kind::Person || is_person_);
      if (fit.kind != Fit::Kind::Topic && !person) return false;
    }
    if (use.needs == FormUse::Needs::Word && !evidence && !stands_beside(candidate, use.word)) {
      return false;
    }
    // An order has an origin and a subscription a condition: what a person only has to do with says
    // nothing of race or health by a doubtful word.
    if (is_special(use.type) && fit.kind == Fit::Kind::Linked && !evidence) return false;
    if (in(tables_.health_like, group) && !evidence && fit.kind != Fit::Kind::Topic) {
      std::uint32_t n = 0;
      for (std::uint8_t i = 0; query_.siblings && i < 64; ++i) {
        if (in(tables_.health_like, i)) n += query_.siblings->groups[i];
      }
      if (n < kEnoughSiblings) return false;
    }
    return true;
  }

  bool has_evidence(rule::DataTypeId type) const {
    return std::any_of(query_.evidence.begin(), query_.evidence.end(),
                       [&](const TypeEvidence& e) { return e.type == type; });
  }

  /// `word` is in the qualifier, or in the container of a name without one: the `key` of an `ApiKey` is
  /// one, its `service_key` is named after something else.
  bool stands_beside(const Candidate& candidate, std::string_view word) const {
    const auto& tokens = name_->tokens;
    const bool qualified = std::any_of(tokens.begin(), tokens.begin() + candidate.begin,
                                       [&](const std::string& token) { return token == word || singular_of(token) == word; });
    return qualified || (candidate.begin == name_->first && stands_near(candidate, word));
  }

  /// `word` is in the qualifier or the container.
  bool stands_near(const Candidate& candidate, std::string_view word) const {
    const auto is = [&](const std::string& token) {
      return token == word || (token.size() > word.size() && singular_of(token) == word);
    };
    const auto& tokens = name_->tokens;
    return std::any_of(tokens.begin(), tokens.begin() + candidate.begin, is) ||
           std::any_of(container_->tokens.begin(), container_->tokens.end(), is);
  }

  bool beside_language(std::uint8_t languages) const {
    for (std::size_t i = 0; query_.siblings && i < 8; ++i) {
      if (((languages >> i) & 1) != 0 && query_.siblings->languages[i] > 0) return true;
    }
    return false;
  }

  bool stops(const Candidate& candidate, const Form& form, const FormUse& use, bool strong) const {
    const bool fact = strong && tables_.types.flag_facts().contains(use.type);
    if (candidate.tail == Candidate::Tail::Stop) return true;
    if (candidate.head_stops && !(candidate.flag_fact && fact)) return true;
    if (candidate.system && group_of(use.type) != tables_.credential_group) return true;
    if (query_.in_settings && candidate.begin == name_->first + 1) {
      const std::string& head = name_->tokens[name_->first];
      if (head == "from" || head == "sender") return true;
    }
    if (!holds(use.type, fact)) return true;
    for (const std::string& word : tables_.not_when[use.type.value]) {
      if (stands_near(candidate, word)) return true;
    }
    return has_other_sense(form.text);
  }

  /// The file's topic uses the word in another sense.
  bool has_other_sense(std::string_view form) const {
    for (std::size_t i = 0; i < tables_.types.contexts().size(); ++i) {
      if (((query_.contexts >> i) & 1) == 0) continue;
      for (const std::string& word : tables_.types.contexts()[i].stops) {
        if (word == "*" || form == word || form.ends_with(" " + word)) return true;
      }
    }
    return false;
  }

  /// Whether the declared type can hold a value of that type.
  bool holds(rule::DataTypeId type, bool fact) const {
    const rule::ValueShape shape = tables_.types[type].shape;
    switch (query_.hint) {
      case TypeHint::Unknown:
      case TypeHint::Text:
      case TypeHint::Binary:
        return true;
      case TypeHint::Boolean:
        return fact;
      case TypeHint::Record:
        return false;
      case TypeHint::Date:
        return shape == rule::ValueShape::Date;
      case TypeHint::Number:
      case TypeHint::Uuid:
        return shape != rule::ValueShape::Text;
    }
    return true;
  }

  Fit fit_of_word(std::uint8_t group, const WordClass& word, Name text) const {
    using Kind = Fit::Kind;
    if (in(word.topics, group)) return {Kind::Topic, text};
    if (word.has(WordClass::kPerson)) return {Kind::Person, text};
    if (word.has(WordClass::kPersonRole) && identified()) return {Kind::Person, text};
    if (word.has(WordClass::kTechnical)) return {Kind::Technical, text};
    if (word.has(WordClass::kPlace)) return {Kind::Place, text};
    return {};
  }

  Fit fit_of(std::uint8_t group, const ParsedContainer& container) const {
    if (in(container.own_groups, group)) return {Fit::Kind::Topic, query_.container};
    for (const ParsedContainer::Word& word : container.words) {
      const Fit fit = fit_of_word(group, word.word, word.text);
      if (fit.kind != Fit::Kind::Nothing) return fit;
    }
    for (const ParsedContainer::Word& word : container.words) {
      if (word.word.has(WordClass::kLinked)) return {Fit::Kind::Linked, word.text};
    }
    return {};
  }

  /// A strong form of identity, contact or gov stands beside the name.
  bool identified() const {
    if (is_person_) return true;
    if (!query_.siblings) return false;
    const bool self = name_->strong.valid() && in(tables_.identity_like, group_of(name_->strong));
    return query_.siblings->n_identifying > (self ? 1u : 0u);
  }

  Verdict weigh(rule::DataTypeId type, const NameResult& by_name) const {
    Verdict verdict;
    verdict.type = type;
    const bool by_that_name = by_name.kind == NameResult::Kind::Match && by_name.type == type;
    const std::uint8_t group = group_of(type);
    const Fit fit = by_that_name ? by_name.fit : fit_of(group, *container_);
    if (by_that_name) {
      verdict.protection = by_name.protection;
      verdict.score += by_name.strong ? kStrong : kWeak;
      verdict.add(by_name.strong ? Reason::Kind::Strong : Reason::Kind::Weak, by_name.form);
      if (by_name.protection != rule::Protection::None) verdict.add(Reason::Kind::Masked);
    }
    if (by_name.kind == NameResult::Kind::Stop) verdict.score -= 1.0f;
    bool typed = false;
    for (const TypeEvidence& evidence : query_.evidence) {
      if (evidence.type != type) continue;
      if (evidence.from == TypeEvidence::From::Register) verdict.score = 0;
      typed = true;
      verdict.score += weight_of(evidence.from);
      verdict.add(reason_of(evidence.from));
    }
    weigh_container(verdict, fit, group, by_that_name && !by_name.strong, typed);
    if (query_.siblings) {
      const bool self = name_->strong.valid() && tables_.types[name_->strong].level >= 2;
      if (query_.siblings->n_strong >= kEnoughSiblings + (self ? 1u : 0u)) {
        verdict.score += kSiblings;
        verdict.add(Reason::Kind::Siblings);
      }
    }
    if (query_.from_principal) {
      verdict.score += kPrincipal;
      verdict.add(Reason::Kind::Principal);
    }
    verdict.score = std::min(verdict.score, 1.0f);
    return verdict;
  }

  void weigh_container(Verdict& verdict, const Fit& fit, std::uint8_t group, bool weak,
                       bool typed) const {
    const bool misfit = fit.kind == Fit::Kind::Technical || fit.kind == Fit::Kind::Place;
    if (fit.good()) {
      verdict.score += kFits;
      verdict.add(fit.kind == Fit::Kind::Person ? Reason::Kind::Person : Reason::Kind::Topic,
                  fit.word);
    } else if (!misfit && is_person_) {
      verdict.score += kFits;
      verdict.add(Reason::Kind::Person, query_.container);
    } else if (weak && group == tables_.credential_group && query_.container_is_stored &&
               query_.hint == TypeHint::Text) {
      verdict.score += kFits;
      verdict.add(Reason::Kind::StoredSecret);
      return;
    } else if (fit.kind == Fit::Kind::Linked) {
      verdict.score += kLinked;
      verdict.add(Reason::Kind::PersonLinked, fit.word);
    }
    if (typed) return;
    const bool place = fit.kind == Fit::Kind::Place &&
                       (weak || in(tables_.name_or_place, group) || is_name(verdict.type));
    if (place || (fit.kind == Fit::Kind::Technical && weak)) {
      verdict.score += kMisfit;
    }
  }

  Lexicon::Tables& tables_;
  const NameQuery& query_;
  const ParsedName* name_;
  const ParsedContainer* container_;
  const bool is_person_;
};

/// The token that at least three fields of five share, if no list knows it.
std::string shared_token(const Lexicon::Tables& tables,
                         const std::vector<std::vector<std::string>>& names, bool front) {
  constexpr std::size_t kFields = 4;
  if (names.size() < kFields) return {};
  std::vector<std::string_view> tokens;
  for (const auto& name : names) {
    if (name.size() > 1) tokens.push_back(front ? name.front() : name.back());
  }
  std::sort(tokens.begin(), tokens.end());
  std::string_view best;
  std::size_t most = 0;
  for (std::size_t i = 0; i < tokens.size();) {
    std::size_t end = i;
    while (end < tokens.size() && tokens[end] == tokens[i]) ++end;
    if (end - i > most) {
      most = end - i;
      best = tokens[i];
    }
    i = end;
  }
  const bool known = tables.find_word(best) || tables.form_words.contains(best) ||
                     tables.tails.contains(best) || tables.heads.contains(best);
  return most * 5 >= names.size() * 3 && !known ? std::string(best) : std::string();
}

}  // namespace

Lexicon::Lexicon(const rule::DataTypes& types)
    : types_(types), tables_(std::make_unique<Tables>(types)) {}
Lexicon::~Lexicon() = default;

std::optional<Verdict> Lexicon::classify(const NameQuery& query) const {
  const ParsedName* known = tables_->names.find(query.name);
  const bool nothing = known == &tables_->names.nothing() && query.evidence.empty() &&
                       (!query.siblings ||
                        (query.siblings->prefix.empty() && query.siblings->suffix.empty()));
  if (nothing) return std::nullopt;
  return Judge(*tables_, query).judge();
}

Siblings Lexicon::siblings(std::span<const FieldName> fields) const {
  Siblings siblings;
  siblings.n_fields = static_cast<std::uint32_t>(fields.size());
  std::vector<std::vector<std::string>> names;
  for (const FieldName& field : fields) names.push_back(split_name(field.name.text()));
  siblings.prefix = shared_token(*tables_, names, true);
  siblings.suffix = shared_token(*tables_, names, false);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    auto& tokens = names[i];
    Name name = fields[i].name;
    if (tokens.size() > 1 && tokens.front() == siblings.prefix) tokens.erase(tokens.begin());
    if (tokens.size() > 1 && tokens.back() == siblings.suffix) tokens.pop_back();
    if (!siblings.prefix.empty() || !siblings.suffix.empty()) {
      name = Name::of(join(tokens, 0, tokens.size(), "_"));
    }
    const ParsedName& parsed = tables_->parsed(name);
    if (!parsed.strong.valid()) continue;
    const TypeHint hint = fields[i].hint;
    const rule::DataType& type = types_[parsed.strong];
    const bool number = hint == TypeHint::Number || hint == TypeHint::Uuid;
    if (hint == TypeHint::Boolean || hint == TypeHint::Record ||
        (hint == TypeHint::Date && type.shape != rule::ValueShape::Date) ||
        (number && type.shape == rule::ValueShape::Text)) {
      continue;
    }
    const std::uint8_t group = tables_->group_of[parsed.strong.value];
    if (type.level >= 2) ++siblings.n_strong;
    if (types_.identifying().contains(parsed.strong)) ++siblings.n_marks;
    if (((tables_->identity_like >> group) & 1) != 0 && type.level >= 2) ++siblings.n_identifying;
    if (siblings.groups[group] < 255) ++siblings.groups[group];
    for (std::size_t bit = 0; bit < siblings.languages.size(); ++bit) {
      if (((parsed.languages >> bit) & 1) != 0 && siblings.languages[bit] < 255) {
        ++siblings.languages[bit];
      }
    }
  }
  return siblings;
}

ContainerKind Lexicon::container_kind(Name container) const {
  const ParsedContainer& parsed = tables_->container(container);
  for (const auto& [word, text] : parsed.words) {
    if (word.has(WordClass::kPerson)) return ContainerKind::Person;
    if (word.has(WordClass::kPersonRole)) return ContainerKind::PersonRole;
    if (word.has(WordClass::kTechnical)) return ContainerKind::Technical;
    if (word.has(WordClass::kPlace)) return ContainerKind::Place;
  }
  for (const auto& [word, text] : parsed.words) {
    if (word.has(WordClass::kLinked)) return ContainerKind::PersonLinked;
  }
  return ContainerKind::Unknown;
}

std::string_view Lexicon::person_word(Name container) const {
  const ParsedContainer& parsed = tables_->container(container);
  for (const auto& [word, text] : parsed.words) {
    if (!word.has(WordClass::kPerson) && !word.has(WordClass::kPersonRole)) continue;
    const auto at = tables_->words.find(text.text());
    return at != tables_->words.end() ? std::string_view(at->first)
                                      : tables_->words.find(singular_of(text.text()))->first;
  }
  return {};
}

std::uint32_t Lexicon::special_of(Name name) const {
  const auto tokens = split_name(name.text());
  std::uint32_t found = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    for (std::size_t n = 1; n <= 3 && i + n <= tokens.size(); ++n) {
      const std::string phrase = join(tokens, i, i + n, " ");
      const std::string singular = singular_of(phrase);
      for (std::size_t k = 0; k < tables_->special.size() && k < 32; ++k) {
        const auto& words = tables_->special[k];
        if (std::find(words.begin(), words.end(), phrase) != words.end() ||
            std::find(words.begin(), words.end(), singular) != words.end()) {
          found |= std::uint32_t{1} << k;
        }
      }
    }
  }
  return found;
}

bool Lexicon::names_person_at_risk(Name name) const {
  const auto tokens = split_name(name.text());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    for (std::size_t n = 1; n <= 2 && i + n <= tokens.size(); ++n) {
      const std::string phrase = join(tokens, i, i + n, " ");
      if (tables_->harm.contains(phrase) || tables_->harm.contains(singular_of(phrase))) return true;
    }
  }
  return false;
}

std::uint32_t Lexicon::contexts_of(std::string_view path) const {
  std::uint32_t found = 0;
  while (!path.empty()) {
    const std::size_t slash = path.find_first_of("/\\");
    const std::string_view part = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    const auto tokens = split_name(part);
    for (std::size_t k = 0; k < types_.contexts().size(); ++k) {
      for (const std::string& signal : types_.contexts()[k].signals) {
        const bool whole = part == signal;
        if (whole || std::find(tokens.begin(), tokens.end(), signal) != tokens.end()) {
          found |= std::uint32_t{1} << k;
        }
      }
    }
  }
  return found;
}

std::string Lexicon::explain(const Reason& reason) const {
  const std::string word = "`" + std::string(reason.word.text()) + "`";
  switch (reason.kind) {
    case Reason::Kind::Strong: return "the name says " + word;
    case Reason::Kind::Weak: return "the name may say " + word;
    case Reason::Kind::Masked: return "the name says that it is protected";
    case Reason::Kind::Person: return word + " is a person";
    case Reason::Kind::PersonLinked: return word + " belongs to a person";
    case Reason::Kind::Topic: return word + " fits";
    case Reason::Kind::StoredSecret: return "a text column of a stored record";
    case Reason::Kind::Siblings: return "beside other personal fields";
    case Reason::Kind::Declaration: return "the declared type says so";
    case Reason::Kind::Interface: return "the input field says so";
    case Reason::Kind::Literal: return "a value of that form";
    case Reason::Kind::Receiver: return "goes to an API for it";
    case Reason::Kind::Register: return "declared in the register";
    case Reason::Kind::Principal: return "from the authenticated user";
    case Reason::Kind::Test: return "in a test or example";
  }
  return {};
}

Evidence Lexicon::evidence_of(const Verdict& verdict) const {
  Evidence evidence{verdict.type, verdict.score, verdict.certainty, {}};
  for (std::size_t i = 0; i < verdict.n_reasons; ++i) {
    evidence.reasons.push_back(explain(verdict.reasons[i]));
  }
  return evidence;
}

}  // namespace privet::personal
