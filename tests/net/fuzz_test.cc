// The fuzz targets of net on a small corpus, for builds without libFuzzer.
#include <gtest/gtest.h>

#include <string>

#include "tests/fuzz/hammer.h"

#define LLVMFuzzerTestOneInput FuzzPace
#include "tests/fuzz/net_pace.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzHls
#include "tests/fuzz/net_hls.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzHttp
#include "tests/fuzz/net_http.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzWebSocket
#include "tests/fuzz/net_websocket.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzMail
#include "tests/fuzz/net_mail.cc"
#undef LLVMFuzzerTestOneInput

namespace heed {
namespace {

TEST(FuzzTargets, PaceHolds) {
  Hammer(&FuzzPace, {"retry-after: 30\nratelimit-remaining: 0\nratelimit-reset: 1900000100\ncontent-type: application/json\n\n{\"error\":\"x\"}",
                     "https://social.example:443/a?b#c\nx-ratelimit-reset: 2031-03-02T08:04:00.000Z\ndate: Sun, 02 Mar 2031 08:00:00 GMT"}, 5'000);
}

TEST(FuzzTargets, PlaylistsHold) {
  Hammer(&FuzzHls, {"#EXT-X-STREAM-INF:BANDWIDTH=1280000,CODECS=\"a,b\"\nlow.m3u8\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXT-X-KEY:METHOD=AES-128\n#EXTINF:9.5,\na.ts\n#EXT-X-ENDLIST\n"});
}

TEST(FuzzTargets, TheClientHolds) {
  Hammer(&FuzzHttp, {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: y\r\n\r\nok", "HTTP/1.1 302 M\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"}, 100);
}

TEST(FuzzTargets, TheWebSocketHolds) {
  Hammer(&FuzzWebSocket, {std::string("\1\x81\x05hello\x01\x02" "ab\x80\x01" "c\x89\x01p\x88\x04\x03\xe8ok"), std::string(1, '\0') + "HTTP/1.1 429 Too Many\r\nRetry-After: 5\r\nContent-Length: 1\r\n\r\nx"}, 200);
}

TEST(FuzzTargets, MailHolds) {
  Hammer(&FuzzMail, {"220 x ESMTP\r\n250-x\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n221 bye\r\n"}, 100);
}

}  // namespace
}  // namespace heed
