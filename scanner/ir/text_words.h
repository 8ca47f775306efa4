#pragma once

#include <string>
#include <string_view>

/// Spelling shared by the printer and the reader of the text form.
namespace privet::ir::text {

bool is_name_start(char c);
bool is_name_part(char c);
/// `[A-Za-z_$][A-Za-z0-9_$]*`, bytes from 0x80 on counting as letters.
bool is_plain_name(std::string_view name);
/// Words that open a statement or an expression; a local called so stands in backquotes.
bool is_reserved(std::string_view name);

/// With quotes around it.
void append_quoted(std::string& out, std::string_view text, char quote);
/// A field, key, function or imported name: bare, `*`, or in backquotes.
void append_name(std::string& out, std::string_view name);

}  // namespace privet::ir::text
