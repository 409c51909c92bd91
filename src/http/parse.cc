#include "src/http/parse.h"

#include <algorithm>

#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/http/message.h"

namespace heed::http {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsAlnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool IsToken(char c) { return IsAlnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos; }

bool HasControl(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// The next parameter of a header value: name=value or name="quoted value".  Moves `rest` past it.
std::optional<std::pair<std::string, std::string>> NextParameter(std::string_view& rest) {
  while (!rest.empty() && (rest.front() == ';' || rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  std::size_t end = 0;
  while (end < rest.size() && IsToken(rest[end])) ++end;
  if (end == 0 || end >= rest.size() || rest[end] != '=') return std::nullopt;
  std::pair<std::string, std::string> found{LowerAscii(rest.substr(0, end)), {}};
  rest.remove_prefix(end + 1);
  if (rest.empty() || rest.front() != '"') {
    end = std::min(rest.find(';'), rest.size());
    found.second = Trim(rest.substr(0, end));
    rest.remove_prefix(end);
    return found;
  }
  // Browsers percent-encode a quote inside a name and leave a backslash as it is, so nothing is unescaped here.
  end = rest.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  found.second = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return found;
}

}  // namespace

std::string_view Request::Header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

std::size_t Request::CountOf(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(headers, [&](const auto& header) { return header.first == name; }));
}

std::string_view Response::Header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (EqualsIgnoreCase(key, name)) return value;
  return {};
}

std::optional<std::string> PercentDecode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::kIsSpace) {
      out += ' ';
    } else if (text[i] == '%') {
      if (text.size() - i < 3 || HexDigit(text[i + 1]) < 0 || HexDigit(text[i + 2]) < 0) return std::nullopt;
      out += static_cast<char>(HexDigit(text[i + 1]) << 4 | HexDigit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string PercentEncode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (IsAlnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

std::optional<Target> ParseTarget(std::string_view target) {
  if (target.empty() || target.front() != '/' || target.find('#') != std::string_view::npos || HasControl(target)) return std::nullopt;
  const std::size_t question = std::min(target.find('?'), target.size());
  auto path = PercentDecode(target.substr(0, question), Plus::kIsPlus);
  if (!path || HasControl(*path) || !IsUtf8(*path) || path->find('\\') != std::string::npos || path->starts_with("//")) return std::nullopt;
  for (const auto part : Split(*path, '/'))
    if (part == ".." || part == ".") return std::nullopt;
  return Target{*std::move(path), std::string(question < target.size() ? target.substr(question + 1) : "")};
}

bool Fields::Has(std::string_view name) const {
  return std::ranges::any_of(all_, [&](const auto& field) { return field.first == name; });
}

const std::string& Fields::Get(std::string_view name) const {
  static const std::string kNone;
  for (const auto& [key, value] : all_)
    if (key == name) return value;
  return kNone;
}

std::vector<std::string> Fields::All(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& [key, value] : all_)
    if (key == name) found.push_back(value);
  return found;
}

Result<Fields> ParseUrlEncoded(std::string_view text) {
  Fields fields;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('&', at), text.size());
    const std::string_view pair = text.substr(at, end - at);
    at = end + 1;
    if (pair.empty()) continue;
    if (++count > kMaxFields) return Fail(Fault::kTooLarge, "the form has more than " + std::to_string(kMaxFields) + " fields");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = PercentDecode(pair.substr(0, equals), Plus::kIsSpace);
    const auto value = PercentDecode(equals < pair.size() ? pair.substr(equals + 1) : std::string_view(), Plus::kIsSpace);
    if (!name || !value) return Fail(Fault::kMalformed, "the form has a broken % escape");
    fields.Add(RepairUtf8(*name), RepairUtf8(*value));
  }
  return fields;
}

std::optional<std::string> MultipartBoundary(std::string_view content_type) {
  constexpr std::string_view kType = "multipart/form-data";
  if (!StartsWithIgnoreCase(content_type, kType)) return std::nullopt;
  std::string_view rest = content_type.substr(kType.size());
  if (!rest.empty() && rest.front() != ';' && rest.front() != ' ') return std::nullopt;
  while (const auto parameter = NextParameter(rest)) {
    if (parameter->first != "boundary") continue;
    // RFC 2046: 1 to 70 characters, not ending with a space.
    const std::string& boundary = parameter->second;
    const auto allowed = [](char c) { return IsAlnum(c) || std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos; };
    if (boundary.empty() || boundary.size() > 70 || boundary.back() == ' ' || !std::ranges::all_of(boundary, allowed)) return std::nullopt;
    return boundary;
  }
  return std::nullopt;
}

Result<Multipart> ParseMultipart(std::string_view body, std::string_view boundary) {
  constexpr std::size_t kMaxPartHeader = 4096;
  const std::string first = "--" + std::string(boundary), next = "\r\n" + first;
  const auto broken = [](std::string_view what) { return Fail(Fault::kMalformed, "the form is broken: " + std::string(what)); };
  if (!body.starts_with(first)) return broken("it does not begin with its boundary");
  body.remove_prefix(first.size());
  Multipart form;
  std::size_t parts = 0;
  for (;;) {
    if (body.starts_with("--")) return form;
    if (!body.starts_with("\r\n")) return broken("a boundary is followed by something else");
    body.remove_prefix(2);
    if (++parts > kMaxFields) return Fail(Fault::kTooLarge, "the form has more than " + std::to_string(kMaxFields) + " parts");
    const std::size_t head_end = body.find("\r\n\r\n");
    if (head_end == std::string_view::npos || head_end > kMaxPartHeader) return broken("a part has no end of its headers");
    Upload part;
    bool named = false, is_file = false;
    for (const auto raw : Split(body.substr(0, head_end), '\n')) {
      const std::string_view line = Trim(raw);
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos) return broken("a part has a header without a name");
      const std::string name = LowerAscii(line.substr(0, colon));
      std::string_view value = Trim(line.substr(colon + 1));
      if (name == "content-type") part.type = value;
      if (name != "content-disposition") continue;
      if (!StartsWithIgnoreCase(value, "form-data")) return broken("a part is not form data");
      value.remove_prefix(9);
      while (auto parameter = NextParameter(value)) {
        if (parameter->first == "name") part.field = RepairUtf8(parameter->second), named = true;
        if (parameter->first == "filename") {
          const std::size_t folder = parameter->second.find_last_of("/\\");
          part.filename = RepairUtf8(folder == std::string::npos ? parameter->second : parameter->second.substr(folder + 1));
          is_file = true;
        }
      }
    }
    if (!named) return broken("a part has no name");
    body.remove_prefix(head_end + 2);  // the blank line's own end stays: an empty part ends there
    const std::size_t end = body.find(next);
    if (end == std::string_view::npos) return broken("it ends without its boundary");
    const std::string_view content = end >= 2 ? body.substr(2, end - 2) : std::string_view();
    if (is_file) {
      part.content = content;
      form.uploads.push_back(std::move(part));
    } else {
      form.fields.Add(std::move(part.field), RepairUtf8(content));
    }
    body.remove_prefix(end + next.size());
  }
}

std::optional<std::string> Cookie(std::string_view header, std::string_view name) {
  std::optional<std::string> found;
  for (const auto raw : Split(header, ';')) {
    const std::string_view pair = Trim(raw);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    if (found) return std::nullopt;
    found = pair.substr(equals + 1);
  }
  return found;
}

std::optional<std::string> HostName(std::string_view host) {
  std::string_view name = host, port;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    name = host.substr(1, end - 1);
    port = host.substr(end + 1);
    if (name.empty() || !std::ranges::all_of(name, [](char c) { return HexDigit(c) >= 0 || c == ':' || c == '.'; })) return std::nullopt;
  } else {
    const std::size_t colon = std::min(host.find(':'), host.size());
    name = host.substr(0, colon);
    port = host.substr(colon);
    if (name.empty() || name.size() > 253 || !std::ranges::all_of(name, [](char c) { return IsAlnum(c) || c == '-' || c == '.'; })) return std::nullopt;
  }
  if (!port.empty() && (port.front() != ':' || port.size() > 6 || !std::ranges::all_of(port.substr(1), [](char c) { return c >= '0' && c <= '9'; })))
    return std::nullopt;
  return LowerAscii(name);
}

std::optional<Fields> MatchPath(std::string_view pattern, std::string_view path) {
  Fields found;
  const auto wanted = Split(pattern, '/'), given = Split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].size() > 2 && wanted[i].front() == '{' && wanted[i].back() == '}') {
      if (given[i].empty()) return std::nullopt;
      found.Add(std::string(wanted[i].substr(1, wanted[i].size() - 2)), std::string(given[i]));
    } else if (wanted[i] != given[i]) {
      return std::nullopt;
    }
  }
  return found;
}

}  // namespace heed::http
