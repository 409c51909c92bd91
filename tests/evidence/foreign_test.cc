// WARC files as npm's warcio reads them: a reader by other people, for other people's archives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/evidence/capture.h"
#include "tests/evidence/kit.h"

namespace heed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The folder tests/evidence/warcio/fetch fills; "" where it has not.
std::string Warcio() {
  const std::string folder = FolderOf(HEED_BINARY) + "/warcio";
  if (Have("node") && Exists(folder + "/node_modules/warcio/package.json")) return folder;
  std::fprintf(stderr, "SKIPPED: WARC files were NOT read by warcio: node or its npm package is not there; tests/run fetches it (tests/evidence/warcio/fetch %s)\n", folder.c_str());
  return {};
}

Shell Read(const std::string& warcio, const std::string& files, const std::string& folder) {
  // A script looks for packages beside itself.
  const std::string script = warcio + "/read-" + Hex(RandomBytes(4)) + ".mjs";
  const Shell copied = InShell("cp '" HEED_SOURCE_DIR "/tests/evidence/warcio/read.mjs' '" + script + "'", folder);
  EXPECT_EQ(copied.code, 0) << copied.out;
  Shell ran = InShell("node '" + script + "' " + files + "; code=$?; rm -f '" + script + "'; exit $code", folder);
  return ran;
}

HttpExchange AnExchange(std::string body) {
  HttpExchange exchange;
  exchange.url = "https://social.example/api/v1/statuses/114000001";
  exchange.request_head = "GET /api/v1/statuses/114000001 HTTP/1.1\r\nHost: social.example\r\n\r\n";
  exchange.response_head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
  exchange.body = std::move(body);
  exchange.ip = "192.0.2.7";
  exchange.certificates = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  exchange.began = kStart;
  return exchange;
}

TEST(Foreign, WarcioReadsEveryKindOfWarcThatHeedWrites) {
  const std::string warcio = Warcio();
  if (warcio.empty()) GTEST_SKIP() << "warcio is not here: tests/evidence/warcio/fetch gets it from npm";
  const TempFolder folder;
  const std::string body = "[{\"id\":\"114000001\",\"uri\":\"https://social.example/users/crow/statuses/114000001\",\"content\":\"Oakmoor School teachers are all scum\"}]";
  const auto exchange = CaptureExchange(Theirs(), {AnExchange(body)}, "a clock");
  const auto recheck = CaptureRecheck(Theirs(), {AnExchange("{\"error\":\"Record not found\"}")}, "gone_unknown", "a clock");
  ASSERT_TRUE(exchange && recheck);
  Capture picture;
  picture.media_type = "image/png";
  picture.address = "https://social.example/a.png";
  const std::string png = "\x89PNG\r\n\x1a\n\r\n\r\nWARC/1.1\r\n";  // what would lead a careless reader astray
  picture.sha256 = Sha256Hex(png);
  ASSERT_TRUE(WriteFile(folder / "exchange.warc", exchange->bytes));
  ASSERT_TRUE(WriteFile(folder / "recheck.warc", recheck->bytes));
  ASSERT_TRUE(WriteFile(folder / "picture.warc", PictureWarc(picture, png, kStart)));
  const Shell read = Read(warcio, "exchange.warc recheck.warc picture.warc", folder.path());
  EXPECT_EQ(read.code, 0) << read.out;
  for (const char* type : {"warcinfo", "response", "request", "metadata", "conversion", "resource"}) EXPECT_THAT(read.out, HasSubstr("\"type\":\"" + std::string(type) + "\""));
  EXPECT_THAT(read.out, AllOf(HasSubstr("\"uri\":\"https://social.example/a.png\""), HasSubstr("\"date\":\"2026-11-02T08:00:00Z\""), Not(HasSubstr("\"digestHolds\":false"))));
  EXPECT_EQ(PictureWarc(picture, png, kStart), PictureWarc(picture, png, kStart)) << "the same content makes the same bytes";
  // A reader that finds nothing wrong may be one that looks at nothing.
  std::string broken = exchange->bytes;
  broken[broken.rfind("scum")] = 'S';
  ASSERT_TRUE(WriteFile(folder / "broken.warc", broken));
  EXPECT_NE(Read(warcio, "broken.warc", folder.path()).code, 0);
}

TEST(Foreign, WarcioReadsTheWarcsOfAPack) {
  const std::string warcio = Warcio();
  if (warcio.empty()) GTEST_SKIP() << "warcio is not here: tests/evidence/warcio/fetch gets it from npm";
  Kit kit;
  Post post = Theirs();
  post.global_id = post.native_id = "https://social.example/posts/1";
  kit.Attach(1, *CaptureExchange(post, {AnExchange("[{\"uri\":\"https://social.example/posts/1\",\"content\":\"Oakmoor School teachers are all scum\"}]")}, "a clock"), "heed");
  kit.Make(kit.Request({1}));
  kit.Unpack("pack.zip", "out");
  const Shell read = Read(warcio, "$(find out -name '*.warc')", kit.folder().path());
  EXPECT_EQ(read.code, 0) << read.out;
  EXPECT_THAT(read.out, HasSubstr("\"type\":\"conversion\""));
}

}  // namespace
}  // namespace heed
