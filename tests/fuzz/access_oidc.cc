// Signing in at a service that answers anything: its description, its keys, the answer to a code, in turn, parted by byte 1E, each with a byte
// for the status in front.  Nobody is let in: no key that signs is known.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "src/access/oidc.h"
#include "src/base/check.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto answers = Split(bytes, '\x1e');
  std::size_t next = 0;
  const Instant now{seconds{1'900'000'000}};
  OidcSettings settings;
  settings.issuer = "https://login.example";
  settings.client_id = "heed";
  settings.client_secret = "secret";
  settings.redirect_uri = "https://heed.example/sign-in/school/back";
  OidcClient client(settings, [&](const OidcRequest& request) -> Result<OidcAnswer> {
    HEED_CHECK(IsSafeAddress(request.url) && request.url.starts_with("https://"));
    if (next == answers.size()) return Fail(Fault::kUnavailable, "nobody answers");
    const auto answer = answers[next++];
    constexpr int kStatuses[] = {200, 200, 200, 400, 401, 404, 500};
    if (answer.empty()) return OidcAnswer{200, ""};
    return OidcAnswer{kStatuses[static_cast<unsigned char>(answer.front()) % std::size(kStatuses)], std::string(answer.substr(1))};
  });
  const auto start = client.Begin("/cases", now);
  if (!start) {
    HEED_CHECK(IsUtf8(start.error().message()) && !start.error().message().empty());
    return 0;
  }
  HEED_CHECK(IsSafeAddress(start->address) && start->address.starts_with("https://"));
  const auto state = start->address.substr(start->address.rfind("&state=") + 7);
  OidcClient::Return back;
  back.cookie = start->token;
  back.state = state.substr(0, state.find('&'));
  back.code = "code";
  back.issuer = settings.issuer;
  back.has_issuer = true;
  const auto arrival = client.Finish(back, now);
  HEED_CHECK(!arrival && IsUtf8(arrival.error().message()) && !arrival.error().message().empty());
  return 0;
}
