// The fuzz targets of the ground on a small corpus, for builds without libFuzzer.
#include <gtest/gtest.h>

#include <string>

#include "tests/fuzz/hammer.h"

#define LLVMFuzzerTestOneInput FuzzText
#include "tests/fuzz/base_text.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzSeal
#include "tests/fuzz/base_seal.cc"
#undef LLVMFuzzerTestOneInput

namespace heed {
namespace {

TEST(FuzzTargets, TextHolds) {
  Hammer(&FuzzText, {R"({"id":1,"text":"a \u00e9\ud83d","list":[1e300,-0.0,18446744073709551615,null,true,{"a":{}}]})",
                     "a = \"x\"\n[b]\nc = [1, 2.5, true, 2026-01-01, 07:00:00]\n[[d]]\ne = [[\"a\"], \"b\"]\nf = { g = \"\"\"x\"\"\" }\n",
                     "2026-11-01T09:00:00.5+01:00", "Sun, 01 Nov 26 09:00 EST", "1h30m", "aGVlZA==", "\xFF\xE2\x80\xAE\x1b[31m"});
}

TEST(FuzzTargets, SealHolds) {
  Hammer(&FuzzSeal, {"\x40heed-sealed-1\n{\"memory\":8192,\"passes\":1,\"recipient\":\"r\",\"salt\":\"" + std::string(32, '0') + "\",\"stream\":\"" + std::string(48, '0') + "\"}\n" + std::string(40, 'x')}, 500);
}

}  // namespace
}  // namespace heed
