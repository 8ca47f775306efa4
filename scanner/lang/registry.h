#pragma once

#include "lang/language.h"

namespace privet::lang {

/// What the folders' languages.txt name, in the order of CMake's list. Generated; `languages`
/// sorts.
std::span<const Language* const> registered_languages();

}  // namespace privet::lang
