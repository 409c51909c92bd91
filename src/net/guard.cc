#include "src/net/guard.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "src/base/text.h"

namespace heed {
namespace {

struct Range {
  const char* prefix;
  int bits;
  const char* what;
};

constexpr Range kRanges4[] = {
    {"0.0.0.0", 8, "this machine"},
    {"10.0.0.0", 8, "a private network"},
    {"100.64.0.0", 10, "a provider's inner network"},
    {"127.0.0.0", 8, "this machine"},
    {"169.254.0.0", 16, "the local link"},
    {"172.16.0.0", 12, "a private network"},
    {"192.0.0.0", 24, "a special purpose"},
    {"192.0.2.0", 24, "documentation"},
    {"192.31.196.0", 24, "a special purpose"},
    {"192.52.193.0", 24, "a special purpose"},
    {"192.88.99.0", 24, "a relay into IPv6"},
    {"192.168.0.0", 16, "a private network"},
    {"192.175.48.0", 24, "a special purpose"},
    {"198.18.0.0", 15, "measurements"},
    {"198.51.100.0", 24, "documentation"},
    {"203.0.113.0", 24, "documentation"},
    {"224.0.0.0", 4, "multicast"},
    {"240.0.0.0", 4, "nobody"},
};

// Only 2000::/3 is public at all; these lie inside it.
constexpr Range kRanges6[] = {
    {"2001::", 23, "a special purpose"},  // Teredo, benchmarking, ORCHID and the rest of IETF's block
    {"2001:db8::", 32, "documentation"},
    {"2002::", 16, "an IPv4 address in disguise"},  // 6to4
    {"2620:4f:8000::", 48, "a special purpose"},
    {"3fff::", 20, "documentation"},
};
// Outside it, for a better word than "nobody".
constexpr Range kNamed6[] = {
    {"::", 128, "this machine"},          {"::1", 128, "this machine"},          {"::ffff:0:0", 96, "an IPv4 address in disguise"}, {"64:ff9b::", 96, "an IPv4 address in disguise"},
    {"64:ff9b:1::", 48, "a private network"}, {"fc00::", 7, "a private network"}, {"fe80::", 10, "the local link"},                  {"fec0::", 10, "a private network"},
    {"ff00::", 8, "multicast"},
};

bool Inside(const unsigned char* address, int family, const Range& range) {
  std::array<unsigned char, 16> prefix{};
  ::inet_pton(family, range.prefix, prefix.data());
  const int whole = range.bits / 8, rest = range.bits % 8;
  if (std::memcmp(address, prefix.data(), static_cast<std::size_t>(whole)) != 0) return false;
  const int mask = rest == 0 ? 0 : 0xFF << (8 - rest) & 0xFF;
  return rest == 0 || (address[whole] & mask) == (prefix[static_cast<std::size_t>(whole)] & mask);
}

}  // namespace

std::optional<std::string> WhyNotPublic(std::string_view ip) {
  const std::string text(ip);
  std::array<unsigned char, 16> address{};
  if (::inet_pton(AF_INET, text.c_str(), address.data()) == 1) {
    for (const Range& range : kRanges4)
      if (Inside(address.data(), AF_INET, range)) return range.what;
    return std::nullopt;
  }
  if (::inet_pton(AF_INET6, text.c_str(), address.data()) != 1) return "no address";  // one with a zone ("fe80::1%eth0") too
  if ((address[0] & 0xE0) != 0x20) {
    for (const Range& range : kNamed6)
      if (Inside(address.data(), AF_INET6, range)) return range.what;
    return "nobody";
  }
  for (const Range& range : kRanges6)
    if (Inside(address.data(), AF_INET6, range)) return range.what;
  return std::nullopt;
}

AddressGuard::AddressGuard(Resolver resolver, std::vector<std::string> also) : resolver_(std::move(resolver)), also_(std::move(also)) {}

AddressGuard::Resolver AddressGuard::SystemResolver() {
  return [](const std::string& host) -> Result<std::vector<std::string>> {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    const int rc = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (rc != 0) return Fail(Fault::kUnavailable, "the name " + ForTerminal(host) + " is not known (" + ::gai_strerror(rc) + ")");
    std::vector<std::string> found;
    for (const addrinfo* one = list; one; one = one->ai_next) {
      char text[INET6_ADDRSTRLEN];
      const void* address = one->ai_family == AF_INET ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(one->ai_addr)->sin_addr)
                                                      : static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(one->ai_addr)->sin6_addr);
      if (::inet_ntop(one->ai_family, address, text, sizeof text) && std::ranges::find(found, text) == found.end()) found.emplace_back(text);
    }
    ::freeaddrinfo(list);
    return found;
  };
}

bool AddressGuard::Also(const std::string& ip, std::string_view port) const {
  return std::ranges::find(also_, ip + ":" + std::string(port)) != also_.end();
}

Result<std::vector<std::string>> AddressGuard::Pin(const std::string& host, const std::string& port) const {
  // libcurl keeps the brackets of "[::1]".
  const std::string bare = host.size() > 2 && host.front() == '[' && host.back() == ']' ? host.substr(1, host.size() - 2) : host;
  std::vector<std::string> found = HEED_TRY(resolver_(bare));
  if (found.empty()) return Fail(Fault::kUnavailable, "the name " + ForTerminal(host) + " has no address");
  const bool usual_port = port == "80" || port == "443";
  std::vector<std::string> pinned;
  for (auto& ip : found) {
    if (!Also(ip, port)) {
      if (!usual_port) return Fail(Fault::kDenied, "it asks for port " + port + ": heed follows links to ordinary web servers only (ports 80 and 443)");
      if (const auto why = WhyNotPublic(ip)) return Fail(Fault::kDenied, ForTerminal(host) + " is " + ip + ", an address for " + *why + ": heed does not follow links into it");
    }
    pinned.push_back(ip.find(':') != std::string::npos ? "[" + ip + "]" : std::move(ip));
  }
  return pinned;
}

bool AddressGuard::MayConnect(const std::string& ip, std::uint16_t port) const {
  if (Also(ip, std::to_string(port))) return true;
  return (port == 80 || port == 443) && !WhyNotPublic(ip);
}

}  // namespace heed
