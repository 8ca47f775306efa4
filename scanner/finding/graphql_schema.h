#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "program/program.h"

/// Object types of GraphQL schemas, as the program declares them: in the schema language within texts, or
/// by classes. Program comes in; knows nothing of people.
namespace privet::finding {

struct SchemaField {
  base::Name name;
  std::string type;         ///< without list and non-null marks
  bool guarded = false;     ///< a directive or decorator stands there, or the program resolves it itself
  source::Span span;
};

struct SchemaType {
  std::string name;
  program::ClassId class_id;  ///< the class that declares it, if one does
  bool guarded = false;
  std::vector<SchemaField> fields;

  const SchemaField* find(std::string_view field) const;
};

struct Schema {
  std::vector<SchemaType> types;

  const SchemaType* find(std::string_view name) const;
};

/// All types of the program; of several with one name the first counts. Reads each literal once.
Schema schema_of(const program::Program& program);

}  // namespace privet::finding
