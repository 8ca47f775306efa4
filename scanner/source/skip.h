#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace privet::source {

/// Why a folder holds no code of the project's own, judged by its name, its siblings and what lies
/// in it. Cheap for the names of most folders. `folder`: absolute; `name`: its last segment.
std::optional<std::string_view> skip_reason(const std::string& folder, std::string_view name);

/// Hidden names that are walked all the same: configuration that speaks of personal data, secrets
/// or of who may reach what.
bool is_telling_hidden_name(std::string_view name);

/// Folders of version control systems, which nothing can bring back into a scan.
bool is_version_control(std::string_view name);

}  // namespace privet::source
