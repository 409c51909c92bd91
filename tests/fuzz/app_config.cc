// Configurations from any bytes: one that holds, or mistakes that say where and what.  Nothing is read from the disk: secrets are asked of an
// environment that has every variable.
#include <cstddef>
#include <cstdint>
#include <string>

#include "src/app/config.h"
#include "src/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heed;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find("_file") != std::string::npos) return 0;
  const auto reading = ReadConfig(text, "fuzz.toml", [](const std::string&) { return std::optional<std::string>("secret"); });
  HEED_CHECK(reading.config.has_value() == reading.mistakes.empty());
  for (const auto& mistake : reading.mistakes) HEED_CHECK(!mistake.what.empty());
  for (const auto& advice : reading.advice) HEED_CHECK(!advice.what.empty());
  if (reading.config) HEED_CHECK(!reading.config->schools.empty() && !UserAgent(*reading.config).empty());
  return 0;
}
