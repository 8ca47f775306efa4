#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "ir/text.h"
#include "ir/verify.h"
#include "lang/language.h"

namespace privet::lang::testing {

/// The module of a file called `path`; sound, or the test fails.
inline ir::Module lowered(std::string_view path, std::string_view text) {
  const Language* language = language_of(path);
  EXPECT_NE(language, nullptr) << path;
  if (language == nullptr) return {};
  ir::Module module = language->lower({source::FileId{0}, path}, text);
  EXPECT_EQ(ir::verify(module, static_cast<std::uint32_t>(text.size())), std::vector<std::string>{})
      << path;
  EXPECT_EQ(module.language.text(), language->name);
  language->parse_only(text);
  return module;
}

/// The printed form from the first document on, with the problems.
inline std::string documents_of(const ir::Module& module) {
  ir::Module only;
  only.file = module.file;
  only.documents = module.documents;
  only.problems = module.problems;
  const std::string text = ir::print_text(only);
  return text.substr(text.find('\n') + 1);
}

inline void check(std::string_view path, std::string_view text, std::string_view expected) {
  EXPECT_EQ(documents_of(lowered(path, text)), expected) << path << ":\n" << text;
}

}  // namespace privet::lang::testing
