#include <algorithm>

#include "personal/lexicon_tables.h"
#include "personal/spelling.h"

namespace privet::personal {
namespace {

constexpr std::size_t kShortForeign = 5;
constexpr std::size_t kMaxGroups = 63;

std::string phrase_of(std::string_view written) {
  const auto tokens = split_form(written);
  return join(tokens, 0, tokens.size(), " ");
}

void fill(TextSet& set, const rule::Words& words) {
  for (const std::string& word : words) set.insert(word);
}

}  // namespace

Lexicon::Tables::Tables(const rule::DataTypes& data_types) : types(data_types) { build(); }

void Lexicon::Tables::build() {
  const rule::WordLists& lists = types.words();
  const auto group_number = [&](std::string_view group) {
    const auto at = std::find(lists.groups.begin(), lists.groups.end(), group);
    const auto number = static_cast<std::size_t>(at - lists.groups.begin());
    return static_cast<std::uint8_t>(std::min(number, kMaxGroups));
  };
  const auto groups = [&](std::initializer_list<std::string_view> names) {
    std::uint64_t set = 0;
    for (std::string_view name : names) set |= std::uint64_t{1} << group_number(name);
    return set;
  };
  for (std::uint32_t i = 0; i < types.size(); ++i) {
    const rule::DataType& type = types[rule::DataTypeId{i}];
    group_of.push_back(group_number(type.group.text()));
    std::vector<std::string> stops;
    for (const std::string& word : type.not_when) stops.push_back(phrase_of(word));
    not_when.push_back(std::move(stops));
  }
  comms_like = groups({"credential", "comms", "financial"});
  name_or_place = groups({"contact", "location"});
  identity_like = groups({"identity", "contact", "gov"});
  health_like = groups({"health", "biometric", "genetic"});
  identity_group = group_number("identity");
  credential_group = group_number("credential");
  person_id = types.find("identity.person-id");
  full_name = types.find("identity.name.full");
  password_hash = types.find("credential.password-hash");

  using W = WordClass;
  for (const auto& w : lists.person_always) add_word(w, W::kPerson, 0);
  for (const auto& w : lists.person_with_evidence) add_word(w, W::kPersonRole, 0);
  for (const auto& [language, foreign] : lists.person_other_languages) {
    // Three letters (`lid`) are an English word too often.
    for (const auto& w : foreign) add_word(w, w.size() > 3 ? W::kPerson : W::kPersonRole, 0);
  }
  for (const auto& w : lists.name_when_text) add_word(w, W::kNameWhenText, 0);
  for (const auto& w : lists.person_qualifiers) add_word(w, W::kPersonQualifier, 0);
  for (const auto& w : lists.technical) add_word(w, W::kTechnical, 0);
  for (const auto& w : lists.places) add_word(w, W::kPlace, 0);
  for (const auto& w : lists.person_linked) add_word(w, W::kLinked, 0);
  for (const auto& w : lists.neutral) add_word(w, W::kNeutral, 0);
  for (const auto& w : lists.neutral_tail) add_word(w, W::kNeutralTail, 0);
  for (const auto& topic : lists.topics) {
    std::uint64_t set = 0;
    for (const auto& group : topic.groups) set |= std::uint64_t{1} << group_number(group);
    for (const auto& w : topic.words) add_word(w, 0, set);
  }
  fill(accessors, lists.accessors);
  fill(prefixes, lists.prefixes);
  fill(endings, lists.endings);
  fill(number_words, lists.number_words);
  fill(nothing_after, lists.nothing_after);
  fill(generic_endings, lists.generic_endings);
  fill(cut_before, lists.cut_before);
  fill(not_participles, lists.not_participles);
  fill(english_words, types.english_words());
  for (const auto& w : types.harm_words()) harm.insert(phrase_of(w));
  for (const auto& category : types.special()) {
    std::vector<std::string> phrases;
    for (const auto& w : category.words) phrases.push_back(phrase_of(w));
    special.push_back(std::move(phrases));
  }
  for (const auto& name : types.not_personal_names()) not_personal.insert(phrase_of(name));

  for (std::uint32_t i = 0; i < types.size(); ++i) add_forms(rule::DataTypeId{i});
  add_person_ids();
  add_languages();
  for (const auto& phrase : types.not_personal_forms()) {
    Form& form = form_of(phrase);
    form.nothing = true;
  }
  for (const auto& [written, type] : types.shared_forms()) form_of(written).shared = type;
  add_shapes();
}

void Lexicon::Tables::add_word(const std::string& word, std::uint16_t bits, std::uint64_t topics) {
  WordClass& entry = words[phrase_of(word)];
  entry.bits = static_cast<std::uint16_t>(entry.bits | bits);
  entry.topics |= topics;
}

Form& Lexicon::Tables::form_of(std::string_view written) {
  auto tokens = split_form(written);
  const std::string raw = join(tokens, 0, tokens.size(), "");
  if (tokens.size() > 1 && number_words.contains(tokens.back())) tokens.back() = "number";
  std::string key = join(tokens, 0, tokens.size(), " ");
  const auto [at, fresh] = by_tokens.try_emplace(key, static_cast<std::uint32_t>(forms.size()));
  if (fresh) {
    forms.push_back({key, {}, false, {}});
    longest_form = std::max(longest_form, tokens.size());
    for (const auto& token : tokens) form_words.insert(token);
    if (tokens.size() > 1) {
      run_together.try_emplace(raw, at->second);
      run_together.try_emplace(join(tokens, 0, tokens.size(), ""), at->second);
      if (tokens[0].size() == 1) beginnings.insert(tokens[0] + " " + tokens[1]);
    }
  }
  return forms[at->second];
}

void Lexicon::Tables::add_form(std::string_view written, FormUse use, bool listed_wins) {
  Form& form = form_of(written);
  for (FormUse& other : form.uses) {
    if (other.type == use.type && other.needs == use.needs && other.word == use.word) {
      other.languages |= use.languages;
      return;
    }
  }
  // A form that an English type lists keeps that type.
  const bool listed = std::any_of(form.uses.begin(), form.uses.end(),
                                  [](const FormUse& other) { return other.languages == 0; });
  if (listed_wins && listed) return;
  form.uses.push_back(std::move(use));
}

void Lexicon::Tables::add_forms(rule::DataTypeId id) {
  const rule::DataType& type = types[id];
  for (const auto& written : type.strong) {
    add_form(written, {id, FormUse::Rank::Strong, FormUse::Needs::Nothing, 0, {}}, false);
  }
  for (const auto& written : type.weak) {
    FormUse use{id, FormUse::Rank::Weak, FormUse::Needs::Nothing, 0, {}};
    std::string_view word = written;
    if (word.ends_with('+')) {
      use.needs = FormUse::Needs::AnyQualifier;
      word.remove_suffix(1);
    } else if (const auto bang = word.find('!'); bang != std::string_view::npos) {
      use.word = word.substr(bang + 1);
      use.needs = use.word.empty() ? FormUse::Needs::Topic : FormUse::Needs::Word;
      word = word.substr(0, bang);
    }
    add_form(word, std::move(use), false);
  }
}

void Lexicon::Tables::add_person_ids() {
  if (!person_id.valid()) return;
  const rule::WordLists& lists = types.words();
  const auto add = [&](const rule::Words& list) {
    for (const auto& word : list) {
      const auto& without = lists.person_no_id;
      if (std::find(without.begin(), without.end(), word) != without.end()) continue;
      for (std::string_view ending : {"_id", "_uuid", "_fk"}) {
        const std::string written = word + std::string(ending);
        if (const auto at = by_tokens.find(phrase_of(written)); at != by_tokens.end()) continue;
        add_form(written, {person_id, FormUse::Rank::Strong, FormUse::Needs::Nothing, 0, {}}, false);
      }
    }
  };
  add(lists.person_always);
  add(lists.person_with_evidence);
  for (const auto& [language, foreign] : lists.person_other_languages) add(foreign);
  person_id_form = by_tokens.at("user id");
}

void Lexicon::Tables::add_languages() {
  std::uint8_t number = 0;
  for (const auto& language : types.languages()) {
    const auto bit = static_cast<std::uint8_t>(1u << (number++ % 8));
    for (const auto& [type, written_forms] : language.forms) {
      for (const auto& written : written_forms) {
        const auto tokens = split_form(written);
        const bool one = tokens.size() == 1;
        // Words of 3.1 are person words first.
        const WordClass* word = one ? find_word(written) : nullptr;
        if (word && (word->has(WordClass::kPerson) || word->has(WordClass::kPersonRole))) continue;
        const bool doubtful =
            one && (written.size() <= kShortForeign || english_words.contains(written));
        const auto rank = doubtful ? FormUse::Rank::Conditional : FormUse::Rank::Strong;
        add_form(written, {type, rank, FormUse::Needs::Nothing, bit, {}}, true);
      }
    }
  }
}

void Lexicon::Tables::add_shapes() {
  const auto& shapes = types.shapes();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    for (const auto& word : shapes[i].heads) heads.try_emplace(phrase_of(word), i);
    for (const auto& word : shapes[i].tails) tails.try_emplace(phrase_of(word), i);
    for (const auto& word : shapes[i].anywhere) anywhere.try_emplace(phrase_of(word), i);
  }
}

}  // namespace privet::personal
