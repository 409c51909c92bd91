// A mail server that answers anything.  Never a crash, and what went wrong is said in words fit to be shown.
#include <cstddef>
#include <cstdint>
#include <string>

#include "src/base/check.h"
#include "src/base/utf8.h"
#include "src/net/mail.h"
#include "tests/fuzz/stranger.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  static Stranger& server = *new Stranger(false);
  const std::string said(reinterpret_cast<const char*>(data), size);
  server.Say([&](std::string_view) { return said; });
  MailServer settings;
  settings.url = "smtp://127.0.0.1:" + std::to_string(server.port());
  settings.plain = true;
  settings.user = "heed";
  settings.password = "secret";
  const Mail mail{"heed@oakmoor.example", {"head@oakmoor.example"}, said.substr(0, 100), said, Instant{seconds{1'900'000'000}}, "id"};
  const auto sent = SendMail(settings, mail);
  if (!sent) HEED_CHECK(IsUtf8(sent.error().message()) && sent.error().message().find_first_of("\r\n\x1b") == std::string::npos);
  const auto subject = EncodeSubject(said);
  HEED_CHECK(subject.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  return 0;
}
