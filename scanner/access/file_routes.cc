#include "access/file_routes.h"

#include <algorithm>

#include "access/operands.h"

namespace privet::access {
namespace {

/// Matches without backtracking over more than one `**` at a time; globs come from rule files and
/// paths from the tree, both are short.
bool fits_from(std::string_view glob, std::string_view path, int depth) {
  while (!glob.empty()) {
    if (glob.starts_with("**/")) {
      if (depth > 8) return false;
      const std::string_view rest = glob.substr(3);
      if (fits_from(rest, path, depth + 1)) return true;
      for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '/' && fits_from(rest, path.substr(i + 1), depth + 1)) return true;
      }
      return false;
    }
    if (glob.front() == '*') {
      if (depth > 24) return false;
      const std::string_view rest = glob.substr(1);
      for (std::size_t i = 0;; ++i) {
        if (fits_from(rest, path.substr(i), depth + 1)) return true;
        if (i >= path.size() || path[i] == '/') return false;
      }
    }
    if (glob.front() == '{') {
      const std::size_t close = glob.find('}');
      if (close == std::string_view::npos) return false;
      std::string_view choices = glob.substr(1, close - 1);
      const std::string_view rest = glob.substr(close + 1);
      while (true) {
        const std::size_t comma = choices.find(',');
        const std::string_view choice = choices.substr(0, comma);
        if (path.starts_with(choice) && fits_from(rest, path.substr(choice.size()), depth + 1)) return true;
        if (comma == std::string_view::npos) return false;
        choices.remove_prefix(comma + 1);
      }
    }
    if (path.empty() || path.front() != glob.front()) return false;
    glob.remove_prefix(1);
    path.remove_prefix(1);
  }
  return path.empty();
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash != 0) segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return segments;
}

std::string_view without_extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? name : name.substr(0, dot);
}

/// `[id]`, `[...rest]`, `[[...rest]]` → `:id`, `:rest*`.
std::string parameter(std::string_view segment) {
  while (segment.starts_with('[')) segment.remove_prefix(1);
  while (segment.ends_with(']')) segment.remove_suffix(1);
  if (segment.starts_with("...")) return ":" + std::string(segment.substr(3)) + "*";
  return ":" + std::string(segment.substr(0, segment.find('=')));
}

std::string url_from(const std::vector<std::string_view>& segments, std::size_t first,
                     std::size_t last) {
  std::string url;
  for (std::size_t i = first; i < last; ++i) {
    std::string_view segment = segments[i];
    // Groups `(admin)`, slots `@modal` and private folders are no part of the URL.
    if (segment.starts_with('(') || segment.starts_with('@')) continue;
    url += '/';
    url += segment.starts_with('[') ? parameter(segment) : std::string(segment);
  }
  return url.empty() ? "/" : url;
}

std::string remix_url(std::string_view name) {
  std::string url;
  name = without_extension(name);
  while (!name.empty()) {
    const std::size_t dot = name.find('.');
    std::string_view segment = name.substr(0, dot);
    if (!segment.starts_with('_') || segment == "_") {
      url += '/';
      if (segment.starts_with('$')) {
        url += segment.size() == 1 ? ":rest*" : ":" + std::string(segment.substr(1));
      } else {
        while (segment.ends_with('_')) segment.remove_suffix(1);
        url += std::string(segment);
      }
    }
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  return url.empty() ? "/" : url;
}

const ir::Export* find_export(const ir::Module& module, Name name) {
  const auto found = std::find_if(module.exports.begin(), module.exports.end(),
                                  [&](const ir::Export& e) { return e.exported == name; });
  return found == module.exports.end() ? nullptr : &*found;
}

}  // namespace

bool path_fits(std::string_view glob, std::string_view path) {
  if (fits_from(glob, path, 0)) return true;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '/' && fits_from(glob, path.substr(i + 1), 0)) return true;
  }
  return false;
}

std::string url_of_file(std::string_view convention, std::string_view path) {
  const std::vector<std::string_view> segments = segments_of(path);
  if (segments.empty()) return {};
  const auto last_of = [&](std::string_view folder) {
    for (std::size_t i = segments.size(); i-- > 0;) {
      if (segments[i] == folder) return i + 1;
    }
    return segments.size() + 1;
  };
  std::size_t first = segments.size() + 1;
  if (convention == "next-app") {
    // The outermost `app` folder: inner ones are URL segments.
    const auto app = std::find(segments.begin(), segments.end(), "app");
    if (app != segments.end()) first = static_cast<std::size_t>(app - segments.begin()) + 1;
  } else if (convention == "next-pages") {
    first = last_of("pages");
  } else if (convention == "sveltekit" || convention == "remix") {
    first = last_of("routes");
  }
  if (first > segments.size()) return {};
  if (convention == "remix") return remix_url(segments.back());
  if (convention != "next-pages") return url_from(segments, first, segments.size() - 1);
  std::vector<std::string_view> page = segments;
  page.back() = without_extension(page.back());
  if (page.back() == "index") page.pop_back();
  return url_from(page, first, page.size());
}

void collect_file_routes(const Program& program, Codes& codes, std::vector<Registration>& out) {
  struct FileForm {
    const rule::Framework* framework;
    const rule::RouteModel* route;
  };
  std::vector<FileForm> forms;
  for (const rule::Framework& framework : program.rules().frameworks()) {
    for (const rule::RouteModel& route : framework.routes) {
      if (route.form == rule::RouteModel::Form::File) forms.push_back({&framework, &route});
    }
  }
  for (std::uint32_t m = 0; m < program.n_modules(); ++m) {
    const program::ModuleId id{m};
    const ir::Module& module = program.module(id);
    const std::string& path = program.sources()[module.file].path;
    for (const FileForm& form : forms) {
      if (!path_fits(form.route->glob, path)) continue;
      const std::string url = url_of_file(form.route->path_from.text(), path);
      if (url.empty()) continue;
      for (const Name name : form.route->exports) {
        const ir::Export* exported = find_export(module, name);
        if (exported == nullptr || exported->local == ir::kNone) continue;
        Registration registration;
        registration.router = {RouterKey::Kind::Module, m, {}};
        registration.framework = form.framework;
        registration.route = form.route;
        registration.path = url;
        registration.method = form.route->method.empty() ? std::string(name.text())
                                                         : std::string(form.route->method.text());
        const FunctionId body = program.function_id(id, 0);
        registration.site = {body, 0, 0};
        registration.handler = handler_of(program, codes, body, exported->local, exported->span);
        registration.span = registration.handler.function.valid()
                                ? program.function(registration.handler.function).name_span
                                : exported->span;
        if (!registration.span.valid()) registration.span = exported->span;
        out.push_back(std::move(registration));
      }
    }
  }
}

}  // namespace privet::access
