// Packs whose digests hold, made by whoever can compute them: what stands in the files is any bytes.  Entries are parted by byte 1E, a line with
// the name and then the content; manifests are added.  No crash, and what nobody signed does not hold.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "src/base/check.h"
#include "src/base/text.h"
#include "src/evidence/bag.h"
#include "src/evidence/signing.h"
#include "src/evidence/verify.h"
#include "src/evidence/warc.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)CheckWarc(bytes);
  if (const auto key = ParsePublicKeyPem(bytes)) HEED_CHECK(ParsePublicKeyPem(PublicKeyPem(*key)) == *key);

  static const std::string path = "/dev/shm/heed-fuzz-bag-" + std::to_string(::getpid());
  {
    auto bag = BagWriter::Open(path, "heed-pack-1", Instant{seconds{1'900'000'000}});
    HEED_CHECK(bag.has_value());
    std::set<std::string> names = {"bagit.txt"};
    HEED_CHECK(bag->Add("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", false));
    std::uint64_t entries = 0;
    for (const auto entry : Split(bytes, '\x1e')) {
      const std::string name(entry.substr(0, entry.find('\n')));
      const auto content = entry.substr(std::min(entry.size(), name.size() + 1));
      if (!IsPlainName(name) || name.find("manifest-") != std::string::npos || !names.insert(name).second || ++entries > 40) continue;
      HEED_CHECK(bag->Add(name, content, false));
    }
    HEED_CHECK(bag->Add("manifest-sha256.txt", bag->Manifest(BagWriter::Algorithm::kSha256), false));
    HEED_CHECK(bag->Add("manifest-sha512.txt", bag->Manifest(BagWriter::Algorithm::kSha512), false));
    HEED_CHECK(bag->AddUnlisted("tagmanifest-sha256.txt", bag->TagManifest(BagWriter::Algorithm::kSha256)));
    HEED_CHECK(bag->AddUnlisted("tagmanifest-sha512.txt", bag->TagManifest(BagWriter::Algorithm::kSha512)));
    HEED_CHECK(bag->Finish());
  }
  VerifyOptions options;
  options.certificates = "/dev/null";
  if (const auto report = VerifyPack(path, options)) HEED_CHECK(!report->ok());
  ::unlink(path.c_str());
  return 0;
}
