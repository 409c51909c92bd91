// The ground everything stands on, from hostile bytes: JSON, TOML, UTF-8, dates, base64.  What can be written back reads as the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "src/base/check.h"
#include "src/base/json.h"
#include "src/base/json_fields.h"
#include "src/base/seal.h"
#include "src/base/text.h"
#include "src/base/time.h"
#include "src/base/toml.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

void Walk(Json value, int depth) {
  HEED_CHECK(depth <= JsonParser::kMaxDepth);
  if (const auto text = value.String()) HEED_CHECK(IsUtf8(*text));
  (void)value.Int(), (void)value.Number(), (void)value.Bool(), (void)value.Id();
  value.EachMember([&](std::string_view name, Json inner) {
    HEED_CHECK(IsUtf8(name) && value[name]);
    Walk(inner, depth + 1);
  });
  value.Each([&](Json inner) { Walk(inner, depth + 1); });
}

void TryJson(std::string_view bytes) {
  static JsonParser parser, other;
  const auto root = parser.Parse(bytes);
  std::string padded(bytes);
  padded.append(JsonFields::kSlack, '\0');
  static JsonFields fields;
  const bool fast = fields.Read(padded.data(), bytes.size());
  if (!root) {
    HEED_CHECK(!fast && !root.error().message().empty());
    return;
  }
  Walk(*root, 0);
  if (fast) HEED_CHECK(fields.text() == (*root)["text"].StringOr(""));
  // Numbers with fractions may differ in their last digit.
  HEED_CHECK(other.Parse(root->Dump()).has_value());
}

void TryToml(std::string_view bytes) {
  std::vector<Mistake> mistakes;
  auto table = ParseToml(bytes, "fuzz.toml", mistakes);
  HEED_CHECK(table.has_value() == mistakes.empty());
  for (const auto& mistake : mistakes) HEED_CHECK(!mistake.what.empty());
  if (!table) return;
  const auto keys = table->Keys();
  for (const auto& key : keys) {
    HEED_CHECK(table->Has(key));
    (void)table->PlaceOf(key).ToString();
    (void)table->Int(key), (void)table->Number(key), (void)table->Bool(key), (void)table->Date(key);
    for (const auto& text : table->Strings(key)) HEED_CHECK(IsUtf8(text));
    (void)table->StringLists(key), (void)table->Table(key), (void)table->Tables(key), (void)table->Required(key);
  }
  table->Done();
  std::vector<Mistake> none;
  auto written = ParseToml("a = " + TomlText(RepairUtf8(bytes)), "fuzz.toml", none);
  HEED_CHECK(written && none.empty());
}

void TryTimes(std::string_view bytes) {
  if (const auto at = ParseRfc3339(bytes)) HEED_CHECK(ParseRfc3339(FormatRfc3339(*at)) == at);
  if (const auto at = ParseRfc822(bytes)) HEED_CHECK(!FormatLocal(*at).empty());
  if (const auto length = ParseDuration(bytes)) HEED_CHECK(*length > seconds{0} && !FormatDuration(*length).empty());
}

}  // namespace
}  // namespace heed

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  TryJson(bytes);
  TryToml(bytes);
  TryTimes(bytes);
  if (const auto got = FromBase64(bytes)) HEED_CHECK(FromBase64(Base64(*got)).value_or("x") == *got);
  if (const auto got = FromBase64Url(bytes)) HEED_CHECK(Base64(*got).size() >= bytes.size());
  (void)FromHex(bytes);
  const std::string repaired = RepairUtf8(bytes);
  HEED_CHECK(IsUtf8(repaired) && (!IsUtf8(bytes) || repaired == bytes));
  HEED_CHECK(IsUtf8(ClipUtf8(repaired, size / 2)));
  HEED_CHECK(IsUtf8(ForTerminal(bytes)) && ForTerminal(bytes).find_first_of("\n\x1b\x7f") == std::string::npos);
  return 0;
}
