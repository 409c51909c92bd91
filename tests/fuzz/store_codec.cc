// Any bytes as every kind of row: no crash, and what reads well is written back as something that reads the same.
#include <cstdint>
#include <cstdlib>

#include "src/store/codec.h"
#include "src/store/glance.h"
#include "src/store/keys.h"

namespace {

template <typename T>
void TryAs(std::string_view bytes, heed::Result<T> (*decode)(std::string_view)) {
  const auto value = decode(bytes);
  if (!value) return;
  const std::string once = heed::Encode(*value);
  const auto again = decode(once);
  if (!again || heed::Encode(*again) != once) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  TryAs(bytes, heed::DecodeSourceState);
  TryAs(bytes, heed::DecodePostRow);
  TryAs(bytes, heed::DecodeVersion);
  TryAs(bytes, heed::DecodeCase);
  TryAs(bytes, heed::DecodeEvent);
  TryAs(bytes, heed::DecodeHead);
  TryAs(bytes, heed::DecodeRuleRecord);
  TryAs(bytes, heed::DecodeRuleStretch);
  TryAs(bytes, heed::DecodePausedRule);
  TryAs(bytes, heed::DecodeTold);
  TryAs(bytes, heed::DecodePerson);
  TryAs(bytes, heed::DecodeSession);
  TryAs(bytes, heed::DecodePaper);
  TryAs(bytes, heed::DecodeAudit);
  TryAs(bytes, heed::DecodeAuditHead);
  TryAs(bytes, heed::DecodeAlike);
  TryAs(bytes, heed::DecodePreferences);
  TryAs(bytes, heed::DecodeViews);
  TryAs(bytes, heed::DecodeBatch);
  (void)heed::DecodeBytes(bytes);
  (void)heed::keys::ParseQueue(bytes);
  (void)heed::keys::ParseMember(bytes);
  heed::Glance glance;
  if (heed::ReadQueueValue(bytes, glance)) {
    (void)glance.MayHaveRule(heed::NameMark("threat.kill-you"));
    (void)heed::Needle("oakmoor").MayBeIn(glance.letters);
  }
  (void)heed::keys::ParseExpiry(bytes);
  return 0;
}
