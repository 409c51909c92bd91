// A web server that answers anything, redirects included.  The guard keeps the request on this machine.  What comes back is a sound answer, no
// larger than allowed, or an error in words.
#include <cstddef>
#include <cstdint>
#include <string>

#include "src/base/check.h"
#include "src/base/utf8.h"
#include "src/net/guard.h"
#include "src/net/http.h"
#include "src/net/recording.h"
#include "tests/fuzz/stranger.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  static Stranger& server = *new Stranger(true);
  static const std::string here = "127.0.0.1:" + std::to_string(server.port());
  static const AddressGuard guard([](const std::string&) -> Result<std::vector<std::string>> { return std::vector<std::string>{"127.0.0.1"}; }, {here});
  static HttpClient client{HttpClient::Options{}};
  const std::string said(reinterpret_cast<const char*>(data), size);
  server.Say([&](std::string_view) { return said; });
  HttpRequest request;
  request.url = "http://" + here + "/a?b=c";
  request.max_body = 64 << 10;
  request.timeout = milliseconds{5'000};
  request.guard = &guard;
  HttpRecording recording;
  const auto answer = client.Send(request);
  if (!answer) {
    HEED_CHECK(IsUtf8(answer.error().message()) && !answer.error().message().empty());
    return 0;
  }
  HEED_CHECK(answer->status >= 100 && answer->status <= 999 && answer->body.size() <= request.max_body);
  HEED_CHECK(UrlOrigin(answer->final_url).has_value());
  for (const auto& [name, value] : answer->headers) HEED_CHECK((name + value).find_first_of("\r\n") == std::string::npos);
  HEED_CHECK(!recording.exchanges().empty() && recording.exchanges().back().body == answer->body);
  return 0;
}
