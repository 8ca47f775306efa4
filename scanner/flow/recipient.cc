#include "flow/recipient.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace privet::flow {
namespace {

using base::Name;
using ir::AccessPath;
using program::Constant;

/// Own machines, private addresses and the names that documentation uses.
bool is_outside(std::string_view host) {
  if (host.find('.') == std::string_view::npos) return false;
  constexpr std::array<std::string_view, 10> kOwn = {
      ".local", ".localhost", ".internal", ".test", ".invalid", ".svc", ".lan",
      "example.com", "example.org", "example.net"};
  if (std::any_of(kOwn.begin(), kOwn.end(), [&](std::string_view end) { return host.ends_with(end); })) {
    return false;
  }
  // An address in numbers says nothing of who answers.
  return std::any_of(host.begin(), host.end(),
                     [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
}

Name recipient_of_host(const rule::RuleSet& rules, const std::string& host) {
  if (host.empty()) return {};
  if (const rule::Recipient* recipient = rules.recipient_of_host(host)) return recipient->id;
  return is_outside(host) ? Name::of("unlisted:" + host) : Name();
}

std::string host_at(const program::Program& program, const program::Site& site, const AccessPath& path) {
  const Constant constant = program.constant_at(site, path);
  return host_of_url(constant.text.text());
}

/// `axios.create({baseURL})`, `httpx.Client(base_url=…)`: the call that made the receiver has the URL.
std::string host_of_client(const program::Program& program, const program::Site& site) {
  static const std::array<AccessPath, 3> kBases = {*AccessPath::parse("arg(0).baseURL"),
                                                   *AccessPath::parse("arg(0).prefixUrl"),
                                                   *AccessPath::parse("arg(base_url)")};
  const ir::Instruction& call =
      program.function(site.function).blocks[site.block].instructions[site.instruction];
  for (const program::Ref& ref : program.refs(site.function, call.a)) {
    const program::Site maker = program.maker_of(ref);
    if (!maker.function.valid()) continue;
    for (const AccessPath& path : kBases) {
      if (std::string host = host_at(program, maker, path); !host.empty()) return host;
    }
  }
  return {};
}

}  // namespace

std::string host_of_url(std::string_view text) {
  const std::size_t scheme = text.find("//");
  if (scheme == std::string_view::npos) return {};
  const std::string_view before = text.substr(0, scheme);
  if (!before.empty() && before != "https:" && before != "http:" && before != "wss:" && before != "ws:") {
    return {};
  }
  text.remove_prefix(scheme + 2);
  text = text.substr(0, text.find_first_of("/?#"));
  if (const std::size_t user = text.rfind('@'); user != std::string_view::npos) text.remove_prefix(user + 1);
  text = text.substr(0, text.find(':'));
  std::string host;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' && i + 1 < text.size() && text[i + 1] == '}') {
      host += 'x';
      ++i;
      continue;
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (std::isalnum(c) == 0 && c != '.' && c != '-') return {};
    host += static_cast<char>(std::tolower(c));
  }
  return host == "x" ? std::string() : host;
}

Name recipient_of_call(const program::Program& program, const program::Site& site,
                       const std::vector<const rule::FunctionModel*>& models, Name symbol) {
  const rule::RuleSet& rules = program.rules();
  const Name url = Name::of("url");
  bool requests = false;
  for (const rule::FunctionModel* model : models) {
    for (const rule::Sink& sink : model->sinks) {
      if (sink.kind != url) continue;
      requests = true;
      for (const AccessPath& path : sink.at) {
        if (std::string host = host_at(program, site, path); !host.empty()) {
          return recipient_of_host(rules, host);
        }
      }
    }
  }
  if (requests) {
    if (std::string host = host_of_client(program, site); !host.empty()) return recipient_of_host(rules, host);
  }
  const rule::Recipient* recipient = rules.recipient_of_package(symbol.text());
  return recipient != nullptr ? recipient->id : Name();
}

}  // namespace privet::flow
