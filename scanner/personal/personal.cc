#include "personal/personal.h"

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "personal/lexicon.h"

namespace privet::personal {
namespace {

using base::Name;
using program::EntityField;
using program::EntityId;
using program::FunctionId;
using program::Program;
using Shape = rule::FieldTypeModel::Shape;

constexpr int kMostRounds = 8;
constexpr std::size_t kShards = 16;

TypeHint hint_of(const EntityField& field) {
  if (field.relation.valid()) return TypeHint::Record;
  switch (field.shape) {
    case Shape::Unknown: return TypeHint::Unknown;
    case Shape::Text: return TypeHint::Text;
    case Shape::Number: return TypeHint::Number;
    case Shape::Date: return TypeHint::Date;
    case Shape::Boolean: return TypeHint::Boolean;
    case Shape::Uuid: return TypeHint::Uuid;
    case Shape::Binary: return TypeHint::Binary;
    case Shape::Json: return TypeHint::Unknown;
    case Shape::Relation: return TypeHint::Record;
  }
  return TypeHint::Unknown;
}

/// What a declared type can hold, by the names the languages give their plain types.
TypeHint hint_of(std::string_view type) {
  static const std::unordered_map<std::string_view, TypeHint> kHints = {
      {"string", TypeHint::Text},   {"str", TypeHint::Text},        {"String", TypeHint::Text},
      {"number", TypeHint::Number}, {"int", TypeHint::Number},      {"float", TypeHint::Number},
      {"bigint", TypeHint::Number}, {"Decimal", TypeHint::Number},  {"boolean", TypeHint::Boolean},
      {"bool", TypeHint::Boolean},  {"Boolean", TypeHint::Boolean}, {"Date", TypeHint::Date},
      {"date", TypeHint::Date},     {"datetime", TypeHint::Date},   {"UUID", TypeHint::Uuid},
      {"bytes", TypeHint::Binary},  {"Buffer", TypeHint::Binary},
  };
  const auto found = kHints.find(type);
  return found == kHints.end() ? TypeHint::Unknown : found->second;
}

bool is_constant_name(std::string_view name) {
  bool letter = false;
  for (const char c : name) {
    if (c >= 'a' && c <= 'z') return false;
    if (c >= 'A' && c <= 'Z') letter = true;
  }
  return letter && name.size() > 1;
}

/// `process.env.DATABASE_URL` is capital by custom and holds a value all the same.
bool is_environment(std::string_view container) {
  return container == "env" || container == "environ" || container == "environment";
}

/// Variables of these names are written into what browsers download: whatever they hold is no secret.
bool is_public_setting(std::string_view name) {
  constexpr std::array<std::string_view, 8> kPrefixes = {"NEXT_PUBLIC_", "VITE_",   "REACT_APP_", "NUXT_PUBLIC_",
                                                         "EXPO_PUBLIC_", "PUBLIC_", "GATSBY_",    "VUE_APP_"};
  return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string_view last_member(std::string_view symbol) {
  return symbol.substr(symbol.rfind('.') + 1);
}

}  // namespace

struct Personal::Tables {
  explicit Tables(const Program& p) : program(p), lexicon(p.rules().data_types()) {}

  struct Key {
    Name name;
    Name container;
    std::uint32_t more = 0;  // type hint, calls, principal
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return (std::size_t{key.name.index()} * 0x9E3779B97F4A7C15ull) ^
             (std::size_t{key.container.index()} * 0xC2B2AE3D27D4EB4Full) ^ key.more;
    }
  };
  struct Shard {
    std::shared_mutex mutex;
    std::unordered_map<Key, const Evidence*, KeyHash> memo;
    std::deque<Evidence> kept;
  };

  /// What the file says of the names in it.
  struct Place {
    std::uint32_t contexts = 0;
    bool in_test = false;
  };

  const Program& program;
  Lexicon lexicon;
  std::vector<Place> places;  // by module
  std::vector<PersonalEntity> entities;
  std::vector<std::unordered_map<Name, std::size_t>> fields;  // by entity: into PersonalEntity::fields
  std::unordered_map<Name, EntityId> by_name;                 // a person entity of that name
  mutable std::array<Shard, kShards> shards;

  const Evidence* remember(const Key& key, const NameQuery& query) const {
    Shard& shard = shards[KeyHash{}(key) % kShards];
    {
      const std::shared_lock lock(shard.mutex);
      const auto found = shard.memo.find(key);
      if (found != shard.memo.end()) return found->second;
    }
    const std::optional<Verdict> verdict = lexicon.classify(query);
    const std::unique_lock lock(shard.mutex);
    const auto [place, is_new] = shard.memo.try_emplace(key, nullptr);
    if (is_new && verdict) {
      shard.kept.push_back(lexicon.evidence_of(*verdict));
      place->second = &shard.kept.back();
    }
    return place->second;
  }

  bool container_is_person(Name container) const {
    const auto found = by_name.find(container);
    return found != by_name.end() && entities[found->second.value].is_person;
  }
};

namespace {

/// Person-ness is a fix point: a record is a person by its name and fields, by its bases, or because a
/// person points at it one to one; and whose record it is weighs in what its fields are.
class Classifier {
 public:
  Classifier(const Program& program, const Lexicon& lexicon, std::vector<PersonalEntity>& entities)
      : program_(program), lexicon_(lexicon), entities_(entities) {}

  void run() {
    entities_.resize(program_.n_entities());
    belongs_to_person_.resize(program_.n_entities());
    for (std::uint32_t i = 0; i < program_.n_entities(); ++i) prepare(EntityId{i});
    for (int round = 0; round < kMostRounds; ++round) {
      bool changed = false;
      for (std::uint32_t i = 0; i < program_.n_entities(); ++i) {
        if (decide(EntityId{i})) changed = true;
      }
      if (!changed) break;
    }
    for (std::uint32_t i = 0; i < program_.n_entities(); ++i) finish(EntityId{i});
  }

 private:
  struct Prepared {
    Siblings siblings;
    std::uint32_t contexts = 0;
    bool in_test = false;
    bool by_base = false;
  };

  void prepare(EntityId id) {
    const program::Entity& entity = program_.entity(id);
    Prepared prepared;
    std::vector<FieldName> names;
    names.reserve(entity.fields.size());
    for (const EntityField& field : entity.fields) names.push_back({field.name, hint_of(field)});
    prepared.siblings = lexicon_.siblings(names);
    if (entity.span.valid()) {
      const source::SourceFile& file = program_.sources()[entity.span.file];
      prepared.contexts = lexicon_.contexts_of(file.path);
      prepared.in_test = file.test;
    }
    const auto& bases = lexicon_.types().person_bases();
    for (const Name base : entity.library_bases) {
      const std::string last(last_member(base.text()));
      if (std::find(bases.begin(), bases.end(), last) != bases.end()) prepared.by_base = true;
    }
    prepared_.push_back(std::move(prepared));
  }

  /// True if person-ness changed.
  bool decide(EntityId id) {
    PersonalEntity& result = entities_[id.value];
    if (result.is_person) return false;
    const program::Entity& entity = program_.entity(id);
    const Prepared& prepared = prepared_[id.value];
    bool person = prepared.by_base || prepared.siblings.is_person();
    const ContainerKind kind = lexicon_.container_kind(entity.name);
    if (!person && kind == ContainerKind::Person) person = prepared.siblings.n_strong >= 1;
    if (!person && kind == ContainerKind::PersonRole) person = prepared.siblings.n_identifying >= 1;
    for (const EntityId base : entity.bases) {
      if (entities_[base.value].is_person) person = true;
    }
    if (entity.describes.valid() && entities_[entity.describes.value].is_person) person = true;
    result.is_person_linked = kind == ContainerKind::PersonLinked;
    for (const EntityField& field : entity.fields) {
      if (!field.relation.valid() || !entities_[field.relation.value].is_person) continue;
      result.is_person_linked = true;
    }
    if (belongs_to_person_[id.value]) person = true;
    if (!person) return false;
    result.is_person = true;
    claim_parts(entity);
    return true;
  }

  /// A record that a person has one of and that has personal fields itself is about that person:
  /// address, profile, medical record. Not what many people share: a team, a company, an order.
  void claim_parts(const program::Entity& person) {
    for (const EntityField& field : person.fields) {
      if (!field.relation.valid() || field.many) continue;
      const ContainerKind kind = lexicon_.container_kind(program_.entity(field.relation).name);
      const bool own = kind == ContainerKind::Unknown || kind == ContainerKind::PersonRole;
      if (own && prepared_[field.relation.value].siblings.n_strong >= 1) {
        belongs_to_person_[field.relation.value] = true;
      }
    }
  }

  void finish(EntityId id) {
    PersonalEntity& result = entities_[id.value];
    const program::Entity& entity = program_.entity(id);
    const Prepared& prepared = prepared_[id.value];
    const auto& types = lexicon_.types();
    for (const EntityField& field : entity.fields) {
      NameQuery query;
      query.name = field.name;
      query.container = entity.name;
      query.hint = hint_of(field);
      query.siblings = &prepared.siblings;
      query.container_is_person = result.is_person;
      query.container_is_stored = entity.stored;
      query.in_test = prepared.in_test;
      query.contexts = prepared.contexts;
      TypeEvidence declared;
      if (!field.data.empty()) {
        declared.type = types.find(field.data.text());
        if (declared.type.valid()) query.evidence = {&declared, 1};
      }
      const std::optional<Verdict> verdict = lexicon_.classify(query);
      if (verdict) result.fields.push_back({field.name, lexicon_.evidence_of(*verdict)});
    }
    if (entity.open && entity.stored && lexicon_.container_kind(entity.name) == ContainerKind::Person) {
      add_whole_record(result);
    }
    std::sort(result.fields.begin(), result.fields.end(),
              [](const PersonalField& a, const PersonalField& b) {
                return a.field.text() < b.field.text();
              });
    result.fields.erase(std::unique(result.fields.begin(), result.fields.end(),
                                    [](const PersonalField& a, const PersonalField& b) {
                                      return a.field == b.field;
                                    }),
                        result.fields.end());
    const std::string_view word = lexicon_.person_word(entity.name);
    result.person = word.empty() ? std::string(result.is_person ? entity.name.text() : std::string_view{})
                                 : std::string(word);
    if (result.is_person) set_special(entity, result);
  }

  /// A collection of people that keeps whatever is put in holds more than the fields seen here; it
  /// shows only where a record leaves as a whole, since no code can name this field.
  void add_whole_record(PersonalEntity& result) {
    Evidence evidence;
    evidence.type = lexicon_.types().find("identity.record");
    if (!evidence.type.valid()) return;
    evidence.score = Lexicon::kLikely;
    evidence.reasons.push_back("the collection is named after people and keeps whatever is put in");
    result.is_person = true;
    result.fields.push_back({program::unseen_fields(), std::move(evidence)});
  }

  /// Taxonomy 3.3 asks for two signals: the record's own name, and another name of the program around
  /// it (folder, other record).
  void set_special(const program::Entity& entity, PersonalEntity& result) {
    const std::uint32_t own = lexicon_.special_of(entity.name);
    if (own == 0 || !entity.span.valid()) return;
    const std::string& path = program_.sources()[entity.span.file].path;
    const std::uint32_t around = lexicon_.special_of(Name::of(path));
    const std::uint32_t both = own & around;
    if (both == 0) return;
    const auto& categories = lexicon_.types().special();
    for (std::size_t i = 0; i < categories.size() && i < 32; ++i) {
      if ((both >> i & 1u) == 0) continue;
      result.special = categories[i].id;
      return;
    }
  }

  const Program& program_;
  const Lexicon& lexicon_;
  std::vector<PersonalEntity>& entities_;
  std::vector<Prepared> prepared_;
  std::vector<bool> belongs_to_person_;
};

}  // namespace

Personal::Personal(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
Personal::Personal(Personal&&) noexcept = default;
Personal::~Personal() = default;

Personal Personal::classify(const Program& program) {
  auto tables = std::make_unique<Tables>(program);
  for (std::uint32_t i = 0; i < program.n_modules(); ++i) {
    const source::FileId file = program.module(program::ModuleId{i}).file;
    if (!file.valid()) {
      tables->places.push_back({});
      continue;
    }
    const source::SourceFile& source = program.sources()[file];
    tables->places.push_back({tables->lexicon.contexts_of(source.path), source.test});
  }
  Classifier(program, tables->lexicon, tables->entities).run();
  tables->fields.resize(tables->entities.size());
  for (std::uint32_t i = 0; i < tables->entities.size(); ++i) {
    const PersonalEntity& entity = tables->entities[i];
    for (std::size_t f = 0; f < entity.fields.size(); ++f) {
      tables->fields[i].emplace(entity.fields[f].field, f);
    }
    // An unnamed shape says nothing of other things without a name.
    const Name name = program.entity(EntityId{i}).name;
    if (entity.is_person && !name.empty()) tables->by_name.emplace(name, EntityId{i});
  }
  return Personal(std::move(tables));
}

const PersonalEntity& Personal::entity(EntityId id) const { return tables_->entities[id.value]; }

const Evidence* Personal::field(EntityId id, Name name) const {
  const auto& fields = tables_->fields[id.value];
  const auto found = fields.find(name);
  return found == fields.end() ? nullptr
                               : &tables_->entities[id.value].fields[found->second].evidence;
}

const Evidence* Personal::name(Name name, Name container) const {
  if (is_environment(container.text()) && is_public_setting(name.text())) return nullptr;
  NameQuery query;
  query.name = name;
  query.container = container;
  query.container_is_person = tables_->container_is_person(container);
  query.is_constant = is_constant_name(name.text()) && !is_environment(container.text());
  return tables_->remember({name, container, 0}, query);
}

const Evidence* Personal::local(FunctionId function, ir::LocalIndex local) const {
  const ir::Function& code = tables_->program.function(function);
  const ir::Local& variable = code.locals[local];
  if (variable.name.empty()) return nullptr;
  const program::ModuleId in = tables_->program.module_of(function);
  const Tables::Place& place = tables_->places[in.value];
  NameQuery query;
  query.name = variable.name;
  query.contexts = place.contexts;
  query.in_test = place.in_test;
  if (variable.type != ir::kNone) {
    const ir::Module& module = tables_->program.module(in);
    query.hint = hint_of(module.types[variable.type].name.text());
  }
  query.is_constant = is_constant_name(variable.name.text());
  // Kinds of queries keep apart in the memo by the low bits.
  const std::uint32_t more = 1u | (static_cast<std::uint32_t>(query.hint) << 4) |
                             (place.in_test ? 1u << 8 : 0u) | (place.contexts << 9);
  return tables_->remember({variable.name, {}, more}, query);
}

const Evidence* Personal::call(Name callee, Name container) const {
  // Only calls that say they give something: `getEmail()`, `user_phone()`, `fetchProfile()`.
  NameQuery query;
  query.name = callee;
  query.container = container;
  query.container_is_person = tables_->container_is_person(container);
  return tables_->remember({callee, container, 2}, query);
}

}  // namespace privet::personal
