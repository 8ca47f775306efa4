#pragma once

#include <string>
#include <vector>

#include "personal/lexicon.h"
#include "rule/data_types.h"
#include "rule/embedded.h"

namespace privet::personal {

/// The data types as compiled in; loaded once.
inline const rule::DataTypes& built_in_types() {
  static const rule::DataTypes types = [] {
    std::vector<rule::DataTypes::File> files;
    for (const rule::EmbeddedFile& file : rule::embedded_files()) {
      if (file.path.starts_with("data/")) files.push_back({file.path, file.text});
    }
    auto loaded = rule::DataTypes::load(files);
    CHECK(loaded.ok(), loaded.ok() ? "" : loaded.error().message.c_str());
    return std::move(loaded).value();
  }();
  return types;
}

inline const Lexicon& built_in_lexicon() {
  static const Lexicon lexicon(built_in_types());
  return lexicon;
}

}  // namespace privet::personal
