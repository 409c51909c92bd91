#include "src/net/recording.h"

#include <array>

#include "src/base/text.h"

namespace heed {
namespace {

constexpr std::string_view kWithheld = "(withheld)";
thread_local HttpRecording* current = nullptr;

bool IsSecretHeader(std::string_view name) {
  constexpr std::array<std::string_view, 8> kSecret = {"authorization", "cookie", "set-cookie", "proxy-authorization", "x-goog-api-key", "dpop", "x-auth-token", "x-csrf-token"};
  for (const auto secret : kSecret)
    if (EqualsIgnoreCase(name, secret)) return true;
  return StartsWithIgnoreCase(name, "x-api-key");
}

bool IsSecretParameter(std::string_view name) {
  const std::string lower = LowerAscii(name);
  return lower == "key" || lower == "sig" || lower == "signature" || lower == "auth" || lower.find("token") != std::string::npos || lower.find("secret") != std::string::npos ||
         lower.find("password") != std::string::npos || lower.find("api_key") != std::string::npos || lower.find("apikey") != std::string::npos || lower.find("api-key") != std::string::npos;
}

}  // namespace

HttpRecording::HttpRecording() : outer_(current) { current = this; }
HttpRecording::~HttpRecording() { current = outer_; }
HttpRecording* HttpRecording::Current() { return current; }

void HttpRecording::Add(HttpExchange exchange) {
  exchanges_.push_back(std::move(exchange));
  std::size_t bytes = 0;
  for (const auto& kept : exchanges_) bytes += kept.body.size();
  while (bytes > kMaxBytes && exchanges_.size() > 1) {
    bytes -= exchanges_.front().body.size();
    exchanges_.erase(exchanges_.begin());
  }
}

std::string WithoutKeys(std::string_view url) {
  const auto question = url.find('?');
  if (question == std::string_view::npos) return std::string(url);
  std::string out(url.substr(0, question + 1));
  bool first = true;
  for (const auto pair : Split(url.substr(question + 1), '&')) {
    if (!first) out += '&';
    first = false;
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && IsSecretParameter(pair.substr(0, equals))) out += std::string(pair.substr(0, equals + 1)) + std::string(kWithheld);
    else out += pair;
  }
  return out;
}

std::string WithoutSecrets(std::string_view head) {
  std::string out;
  bool first = true;
  for (auto line : Split(head, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const auto colon = line.find(':');
    if (first && !StartsWithIgnoreCase(line, "HTTP/")) {
      const auto space = line.rfind(' ');
      out += WithoutKeys(line.substr(0, space));
      if (space != std::string_view::npos) out += line.substr(space);
    } else if (!first && colon != std::string_view::npos && IsSecretHeader(Trim(line.substr(0, colon)))) {
      out += std::string(line.substr(0, colon)) + ": " + std::string(kWithheld);
    } else {
      out += line;
    }
    first = false;
    out += "\r\n";
  }
  return out + "\r\n";
}

}  // namespace heed
