#include "rule/reader.h"

namespace privet::rule {
namespace {

FunctionModel read_function(RuleReader& reader, const Yaml& value, Name file) {
  FunctionModel model;
  model.file = file;
  model.line = value.line;
  reader.check_keys(value, {"api", "when", "returns", "flow", "pure", "passes", "sink", "source",
                            "calls", "access", "sql", "guard", "asserts", "refuses", "exits", "tags"});
  model.apis = reader.symbols(reader.required(value, "api"));
  reader.optional(value, "when", [&](const Yaml& v) { model.when = reader.conditions(v); });
  reader.optional(value, "returns", [&](const Yaml& v) { model.returns = reader.type(v); });
  reader.optional(value, "flow", [&](const Yaml& v) { model.flows = reader.transfers(v); });
  reader.optional(value, "passes", [&](const Yaml& v) { model.passes = reader.boolean(v); });
  model.pure = !model.passes;
  reader.optional(value, "pure", [&](const Yaml& v) {
    model.pure = reader.boolean(v);
    if (model.pure && model.passes) reader.fail(v, "an entry is `pure` or `passes`, not both");
  });
  reader.optional(value, "sink", [&](const Yaml& v) { model.sinks = reader.sinks(v); });
  reader.optional(value, "source", [&](const Yaml& v) { model.sources = reader.sources(v); });
  reader.optional(value, "calls", [&](const Yaml& v) { model.calls = reader.invocations(v); });
  reader.optional(value, "sql", [&](const Yaml& v) { model.statement = reader.statement(v); });
  reader.optional(value, "access", [&](const Yaml& v) { model.accesses = reader.accesses(v); });
  reader.optional(value, "guard", [&](const Yaml& v) { model.guard = reader.guard(v); });
  reader.optional(value, "asserts", [&](const Yaml& v) { model.asserts = reader.path(v); });
  reader.optional(value, "refuses", [&](const Yaml& v) { model.refuses = reader.boolean(v); });
  reader.optional(value, "exits", [&](const Yaml& v) { model.exits = reader.boolean(v); });
  reader.optional(value, "tags", [&](const Yaml& v) { model.tags = reader.names(v); });
  return model;
}

FieldModel read_field(RuleReader& reader, const Yaml& value) {
  FieldModel field;
  if (value.kind == Yaml::Kind::Scalar) {
    field.type = reader.type(value);
    return field;
  }
  reader.check_keys(value, {"type", "source", "data", "principal", "listed"});
  reader.optional(value, "type", [&](const Yaml& v) { field.type = reader.type(v); });
  reader.optional(value, "source", [&](const Yaml& v) {
    field.source = reader.kind(v, reader.text(v), KindRole::Source);
  });
  reader.optional(value, "data", [&](const Yaml& v) {
    field.data = reader.data(v, reader.text(v));
  });
  reader.optional(value, "principal", [&](const Yaml& v) { field.principal = reader.boolean(v); });
  reader.optional(value, "listed", [&](const Yaml& v) { field.listed = reader.boolean(v); });
  return field;
}

void read_type(RuleReader& reader, const Yaml& key, const Yaml& value,
               std::vector<TypeModel>& out) {
  TypeModel type;
  reader.check_keys(value, {"extends", "fields", "parameter_names", "identity", "record"});
  reader.optional(value, "extends", [&](const Yaml& v) { type.extends = reader.symbols(v); });
  reader.optional(value, "parameter_names", [&](const Yaml& v) {
    type.parameter_names = reader.names(v);
  });
  reader.optional(value, "identity", [&](const Yaml& v) { type.identity = reader.boolean(v); });
  reader.optional(value, "record", [&](const Yaml& v) { type.record = reader.boolean(v); });
  reader.optional(value, "fields", [&](const Yaml& v) {
    if (v.kind != Yaml::Kind::Map) return reader.fail(v, "expected names and types of fields");
    for (const auto& [name, field] : v.entries) {
      // `{params, query}: …` gives several fields one meaning.
      for (const Name each : reader.symbols(name)) {
        if (!type.fields.emplace(each, read_field(reader, field)).second) {
          reader.fail(name, "duplicate field `" + std::string(each.text()) + "`");
        }
      }
    }
  });
  for (const Name name : reader.symbols(key)) {
    type.name = name;
    out.push_back(type);
  }
}

EntityModel read_entity(RuleReader& reader, const Yaml& value) {
  EntityModel entity;
  reader.check_keys(value, {"base", "decorator", "call", "layer", "stored", "name", "fields",
                            "hidden", "field_options", "only", "of", "open", "result", "instance_type"});
  int n_forms = 0;
  const auto form = [&](std::string_view key, EntityModel::Form form) {
    reader.optional(value, key, [&](const Yaml& v) {
      ++n_forms;
      entity.form = form;
      entity.symbols = reader.symbols(v);
    });
  };
  form("base", EntityModel::Form::Base);
  form("decorator", EntityModel::Form::Decorator);
  form("call", EntityModel::Form::Call);
  if (reader.ok() && n_forms != 1) {
    reader.fail(value, "expected exactly one of `base`, `decorator`, `call`");
  }
  entity.layer = reader.name(reader.required(value, "layer"));
  const auto place = [&](std::string_view key, std::optional<AccessPath>& at) {
    reader.optional(value, key, [&](const Yaml& v) { at = reader.path(v); });
  };
  place("name", entity.name);
  place("fields", entity.fields);
  place("hidden", entity.hidden);
  place("field_options", entity.field_options);
  place("only", entity.only);
  place("of", entity.of);
  reader.optional(value, "stored", [&](const Yaml& v) { entity.stored = reader.boolean(v); });
  reader.optional(value, "open", [&](const Yaml& v) { entity.open = reader.boolean(v); });
  reader.optional(value, "result", [&](const Yaml& v) {
    static constexpr std::string_view kResults[] = {"model", "schema"};
    entity.result = Name::of(kResults[reader.choice(v, {"model", "schema"})]);
  });
  if (entity.result.empty()) entity.result = Name::of("model");
  reader.optional(value, "instance_type", [&](const Yaml& v) {
    entity.instance_type = reader.symbols(v);
  });
  return entity;
}

FieldTypeModel read_field_type(RuleReader& reader, const Yaml& value) {
  FieldTypeModel model;
  reader.check_keys(value, {"symbol", "shape", "data", "hidden", "target", "many", "when"});
  model.symbols = reader.symbols(reader.required(value, "symbol"));
  reader.optional(value, "shape", [&](const Yaml& v) {
    model.shape = static_cast<FieldTypeModel::Shape>(
        reader.choice(v, {"unknown", "text", "number", "date", "boolean", "uuid", "binary", "json",
                          "relation"}));
  });
  reader.optional(value, "data", [&](const Yaml& v) {
    model.data = reader.data(v, reader.text(v));
  });
  reader.optional(value, "hidden", [&](const Yaml& v) { model.hidden = reader.boolean(v); });
  reader.optional(value, "target", [&](const Yaml& v) { model.target = reader.path(v); });
  reader.optional(value, "many", [&](const Yaml& v) { model.many = reader.boolean(v); });
  reader.optional(value, "when", [&](const Yaml& v) { model.when = reader.conditions(v); });
  return model;
}

/// Calls `read` for each item of the list at `key`; anything but a list is an error.
template <class Read>
void each_of(RuleReader& reader, const Yaml& map, std::string_view key, Read read) {
  reader.optional(map, key, [&](const Yaml& list) {
    if (list.kind != Yaml::Kind::List) {
      return reader.fail(list, "`" + std::string(key) + "` is a list of entries");
    }
    for (const Yaml& item : list.items) {
      if (!reader.ok()) return;
      read(item);
    }
  });
}

}  // namespace

LoadedModels read_models(RuleReader& reader) {
  LoadedModels result;
  ModelFile& models = result.models;
  const Yaml& root = reader.file().root;
  reader.check_keys(root, {"language", "packages", "types", "functions", "entities", "field_types",
                           "frameworks"});
  models.language = reader.language(reader.required(root, "language"));
  reader.optional(root, "packages", [&](const Yaml& v) { models.packages = reader.names(v); });
  reader.optional(root, "types", [&](const Yaml& v) {
    if (v.kind != Yaml::Kind::Map) return reader.fail(v, "`types` is a map from names to types");
    for (const auto& [key, type] : v.entries) read_type(reader, key, type, models.types);
  });
  const Name file = Name::of(reader.file().path);
  each_of(reader, root, "functions", [&](const Yaml& v) {
    models.functions.push_back(read_function(reader, v, file));
  });
  each_of(reader, root, "entities", [&](const Yaml& v) {
    models.entities.push_back(read_entity(reader, v));
  });
  each_of(reader, root, "field_types", [&](const Yaml& v) {
    models.field_types.push_back(read_field_type(reader, v));
  });
  reader.optional(root, "frameworks", [&](const Yaml& v) {
    result.frameworks = read_frameworks(reader, v, models.language);
  });
  return result;
}

}  // namespace privet::rule
