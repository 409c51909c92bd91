// The address guard: which addresses heed may ask when a stranger chose them.
//
// A link in a tip may be made to have the school's own network asked: a printer, a router, a cloud's metadata service.  So a
// guarded request (HttpRequest::guard) resolves the name itself, once; refuses unless every address of the answer is a public
// one; and connects to exactly these, so that a name which answers otherwise the second time gains nothing.  Each redirect is
// checked like the first address.  http and https on their usual ports only; no credentials, no cookies; no proxy,
// because a proxy would look the name up again behind the guard's back.
//
// Ranges: IANA's special-purpose registries (RFC 6890 and its updates).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"

namespace heed {

// Why an address (as inet_pton reads it, IPv4 or IPv6) is not to be asked, in plain words; nullopt: it is public.
std::optional<std::string> WhyNotPublic(std::string_view ip);

class AddressGuard {
 public:
  // All addresses of a name, as text.
  using Resolver = std::function<Result<std::vector<std::string>>(const std::string& host)>;

  // `also` holds "127.0.0.1:40123": an address and port that are fine all the same; for tests.
  explicit AddressGuard(Resolver resolver = SystemResolver(), std::vector<std::string> also = {});

  // What the system's resolver answers, both families.  kUnavailable when the name is not known.
  static Resolver SystemResolver();

  // The addresses to connect to, as libcurl wants them in a list ("192.0.2.1", "[2001:db8::1]").  kDenied when the port or
  // an address is not for strangers; the resolver's failure otherwise.
  Result<std::vector<std::string>> Pin(const std::string& host, const std::string& port) const;

  // Whether a connection may be opened to this address and port: the last look, at what is really connected to.
  bool MayConnect(const std::string& ip, std::uint16_t port) const;

 private:
  bool Also(const std::string& ip, std::string_view port) const;
  Resolver resolver_;
  std::vector<std::string> also_;
};

}  // namespace heed
