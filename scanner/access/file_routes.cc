#include "access/file_routes.h"

#include <algorithm>
#include <cctype>

#include "access/operands.h"
#include "access/places.h"

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

namespace {

/// True if the text, after blanks and comments, begins with the directive as a string.
bool begins_with(std::string_view text, std::string_view directive) {
  while (!text.empty()) {
    if (std::isspace(static_cast<unsigned char>(text.front())) != 0 || text.front() == ';') {
      text.remove_prefix(1);
    } else if (text.starts_with("//")) {
      text.remove_prefix(std::min(text.find('\n'), text.size()));
    } else if (text.starts_with("/*")) {
      const std::size_t end = text.find("*/");
      if (end == std::string_view::npos) return false;
      text.remove_prefix(end + 2);
    } else {
      break;
    }
  }
  return text.size() > directive.size() + 1 && (text.front() == '"' || text.front() == '\'') &&
         text.substr(1).starts_with(directive) && text[directive.size() + 1] == text.front();
}

class FileRoutes {
 public:
  FileRoutes(const Program& program, Codes& codes, std::vector<Registration>& out)
      : program_(program), codes_(codes), out_(out) {}

  void add(const rule::Framework& framework, const rule::RouteModel& route, program::ModuleId id) {
    framework_ = &framework;
    route_ = &route;
    module_ = id;
    const ir::Module& module = program_.module(id);
    const source::FileId file = module.file;
    const std::string& path = program_.sources()[file].path;
    if (module.functions.empty() || !path_fits(route.glob, path)) return;
    const bool by_name = route.path_from.text() == "name";
    url_ = by_name ? std::string() : url_of_file(route.path_from.text(), path);
    if (!by_name && url_.empty()) return;
    if (!route.directive.empty()) {
      const std::string_view text = program_.sources().text({file, 0, module.functions[0].span.end});
      if (!begins_with(text, route.directive)) {
        if (text.find(route.directive) != std::string_view::npos) add_marked_functions();
        return;
      }
    }
    static const Name kAny = Name::of("*");
    static const Name kDefault = Name::of("default");
    for (const Name name : route.exports) {
      for (const ir::Export& exported : module.exports) {
        const bool named = name == kAny || exported.exported == name ||
                           (name == kDefault && exported.exported.text() == "=");
        if (named && exported.local != ir::kNone) add_export(exported);
      }
    }
  }

 private:
  void add_export(const ir::Export& exported) {
    const FunctionId body = program_.function_id(module_, 0);
    const Handler handler = handler_of(program_, codes_, body, exported.local, exported.span);
    if (handler.function.valid() || handler.class_id.valid()) {
      add_handler(handler, exported.exported, exported.span);
      return;
    }
    // `export const actions = {default: …, remove: …}`
    for (const Place& place : entries_in(program_, codes_, {body, exported.local, {}, exported.span})) {
      const Handler inner = handler_at(program_, codes_, place);
      if (inner.function.valid()) add_handler(inner, place.key, place.span);
    }
  }

  void add_handler(const Handler& handler, Name name, Span span) {
    const bool by_name = route_->path_from.text() == "name";
    if (by_name && !handler.function.valid()) return;
    Registration registration;
    registration.router = {RouterKey::Kind::Module, module_.value, {}};
    registration.framework = framework_;
    registration.route = route_;
    registration.path = by_name ? std::string(name.text()) : url_;
    registration.method = route_->method.empty() ? std::string(name.text()) : std::string(route_->method.text());
    registration.site = {program_.function_id(module_, 0), 0, 0};
    registration.handler = handler;
    registration.guards = handler.wrappers;
    if (handler.function.valid()) span = program_.function(handler.function).name_span;
    registration.span = span.valid() ? span : handler.span;
    out_.push_back(std::move(registration));
  }

  /// Functions that carry the directive themselves.
  void add_marked_functions() {
    const std::size_t n = program_.module(module_).functions.size();
    for (ir::FunctionIndex f = 1; f < n; ++f) {
      const FunctionId id = program_.function_id(module_, f);
      const ir::Function& function = program_.function(id);
      const std::string_view text = program_.sources().text(function.span);
      const std::size_t open = text.find('{', function.parameters.empty() ? 0 : text.find(')'));
      if (open == std::string_view::npos || !begins_with(text.substr(open + 1), route_->directive)) continue;
      Handler handler;
      handler.in = id;
      handler.function = id;
      handler.span = function.name_span;
      handler.text = std::string(function.name.text());
      add_handler(handler, function.name, function.name_span);
    }
  }

  const Program& program_;
  Codes& codes_;
  std::vector<Registration>& out_;
  const rule::Framework* framework_ = nullptr;
  const rule::RouteModel* route_ = nullptr;
  program::ModuleId module_;
  std::string url_;
};

}  // namespace

void collect_file_routes(const Program& program, Codes& codes, std::vector<Registration>& out) {
  FileRoutes routes(program, codes, out);
  for (std::uint32_t m = 0; m < program.n_modules(); ++m) {
    for (const rule::Framework& framework : program.rules().frameworks()) {
      for (const rule::RouteModel& route : framework.routes) {
        if (route.form == rule::RouteModel::Form::File) routes.add(framework, route, program::ModuleId{m});
      }
    }
  }
}

}  // namespace privet::access
