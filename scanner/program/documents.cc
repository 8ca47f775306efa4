#include <algorithm>
#include <cctype>
#include <string>

#include "program/resolve.h"
#include "program/tables.h"

/// Manifests: which packages a folder depends on.
namespace privet::program {
namespace {

/// PyPI compares names without case and with `-`, `_`, `.` alike; an import has `_`.
void add_python(std::vector<std::string>& names, std::string_view requirement) {
  std::string name;
  for (const char c : requirement) {
    const bool part = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
    if (!part) break;
    name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (name.empty() || name == "python") return;
  names.push_back(name);
  std::replace(name.begin(), name.end(), '-', '_');
  names.push_back(name);
  // Distributions that are imported under another name.
  static constexpr std::pair<std::string_view, std::string_view> kImported[] = {
      {"djangorestframework", "rest_framework"}, {"pyjwt", "jwt"}, {"python_jose", "jose"},
      {"beautifulsoup4", "bs4"}, {"pyyaml", "yaml"}, {"flask_sqlalchemy", "flask_sqlalchemy"},
      {"sentry_sdk", "sentry_sdk"}, {"psycopg2_binary", "psycopg2"}, {"mysqlclient", "MySQLdb"},
      {"graphene_django", "graphene_django"}, {"strawberry_graphql", "strawberry"}};
  for (const auto& [distribution, import] : kImported) {
    if (name == distribution) names.emplace_back(import);
  }
}

void add_keys(std::vector<std::string>& names, const ir::Document& document, std::uint32_t node, bool python) {
  if (node == kNone) return;
  const bool list = document.nodes[node].kind == ir::Node::Kind::List;
  for (std::uint32_t at = document.nodes[node].first_child; at != kNone; at = document.nodes[at].next) {
    const std::string_view text = list ? document.nodes[at].text.text() : document.nodes[at].key.text();
    if (python) {
      add_python(names, text);
    } else {
      names.emplace_back(text);
    }
  }
}

}  // namespace

void read_manifests(Program::Tables& tables) {
  for (std::uint32_t m = 0; m < tables.modules.size(); ++m) {
    const ir::Module& module = tables.modules[m];
    if (module.documents.empty()) continue;
    tables.documents.push_back(ModuleId{m});
    if (!module.file.valid() || module.file.value >= tables.sources->size()) continue;
    const std::string_view path = (*tables.sources)[module.file].path;
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const ir::Document& document = module.documents[0];
    if (document.nodes.empty()) continue;
    std::vector<std::string> names;
    if (name == "package.json") {
      for (const std::string_view key : {"dependencies", "devDependencies", "peerDependencies", "optionalDependencies"}) {
        add_keys(names, document, document.find(0, key), false);
      }
    } else if (name == "pyproject.toml") {
      for (const std::string_view key : {"project.dependencies", "tool.poetry.dependencies", "build-system.requires",
                                         "tool.poetry.dev-dependencies", "tool.pdm.dependencies"}) {
        add_keys(names, document, document.find_path(key), true);
      }
      const std::uint32_t groups = document.find_path("project.optional-dependencies");
      if (groups != kNone) {
        for (std::uint32_t at = document.nodes[groups].first_child; at != kNone; at = document.nodes[at].next) {
          add_keys(names, document, at, true);
        }
      }
    } else if (name == "Pipfile") {
      add_keys(names, document, document.find(0, "packages"), true);
      add_keys(names, document, document.find(0, "dev-packages"), true);
    } else if (document.format.text() == "requirements") {
      add_keys(names, document, 0, true);
    }
    if (names.empty()) continue;
    // `requirements/base.txt` speaks for the folder above.
    std::string_view folder = folder_of(path);
    if (folder.ends_with("requirements")) folder = folder_of(folder);
    auto& known = tables.packages[std::string(folder)];
    known.insert(known.end(), names.begin(), names.end());
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
  }
}

}  // namespace privet::program
