// The fuzz targets of packs, stamps and captures on a small corpus, for builds without libFuzzer.
#include <gtest/gtest.h>

#include <string>

#include "tests/fuzz/hammer.h"

#define LLVMFuzzerTestOneInput FuzzPack
#include "tests/fuzz/evidence_pack.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzBag
#include "tests/fuzz/evidence_bag.cc"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput FuzzStamp
#include "tests/fuzz/evidence_stamp.cc"
#undef LLVMFuzzerTestOneInput

namespace heed {
namespace {

// What stands in a pack, as evidence_bag.cc wants it.
std::string SomeFiles() {
  const std::string hash(64, '0');
  return "bag-info.txt\nPayload-Oxum: 1.1\nExternal-Identifier: 1\nTime-Stamps: 0\n\x1e"
         "data/pack.json\n{\"heed_pack\":1,\"id\":\"1\",\"kind\":\"evidence\",\"cases\":[1,-2],\"chain\":{\"last_hash\":\"" + hash + "\"}}\x1e"
         "data/chain/events.jsonl\n{\"sequence\":1,\"hash\":\"" + hash + "\"}\n{\"sequence\":2,\"previous\":\"" + hash + "\",\"canonical\":\"{}\",\"hash\":\"" + hash + "\"}\n\x1e"
         "data/chain/anchors/1-1.tsr\nx\x1e" "data/items/1/item.json\n{}\x1e" "data/items/1/captures/1.json\n{\"extension\":\"warc\",\"sha256\":\"" + hash + "\"}\x1e"
         "data/items/1/captures/1.warc\nWARC/1.1\r\nWARC-Type: x\r\nWARC-Record-ID: y\r\nWARC-Date: 2031-03-02T08:00:00Z\r\nContent-Length: 1\r\n\r\na\r\n\r\n\x1e"
         "timestamps/1.tsr\n0\x1e" "signature/public-key.pem\n-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n";
}

TEST(FuzzTargets, PacksOfAnyBytesHold) {
  Hammer(&FuzzPack, {std::string("PK\5\6", 4) + std::string(18, '\0'), "{\"sequence\":1,\"hash\":\"" + std::string(64, '0') + "\"}\n", R"({"by_seconds":-5,"at_least":true,"seen":"x"})"}, 300);
}

TEST(FuzzTargets, PacksOfAnyContentHold) { Hammer(&FuzzBag, {SomeFiles()}, 200); }

TEST(FuzzTargets, StampsHold) { Hammer(&FuzzStamp, {std::string("\x30\x0b\x30\x03\x02\x01\x00\x30\x04\x06\x02\x2a\x03", 13), "<html><a href=\"https://social.example/@jo/114000000000000001\">Oakmoor School is run by numpties</a></html>"}); }

}  // namespace
}  // namespace heed
