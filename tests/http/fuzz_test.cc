// The fuzz targets of the server on a small corpus, for builds without libFuzzer.
#include <gtest/gtest.h>

#include <string>

#include "tests/fuzz/hammer.h"

#define LLVMFuzzerTestOneInput FuzzParse
#include "tests/fuzz/http_parse.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzServer
#include "tests/fuzz/http_server.cc"
#undef LLVMFuzzerTestOneInput

namespace heed {
namespace {

TEST(FuzzTargets, ParsingHolds) {
  Hammer(&FuzzParse, {"/a/%41?x=1", "a=b&c=%20+", "[::1]:80",
                      "multipart/form-data; boundary=xx\n--xx\r\nContent-Disposition: form-data; name=\"a\"; filename=\"../b\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--xx--\r\n"});
}

TEST(FuzzTargets, TheServerHolds) {
  Hammer(&FuzzServer, {"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\nPOST /f HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=b", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"}, 300);
}

}  // namespace
}  // namespace heed
