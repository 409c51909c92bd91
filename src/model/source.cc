#include "src/model/source.h"

namespace heed {
namespace {

template <typename T>
const T* Get(const SourceSpec& spec, std::string_view key) {
  const auto it = spec.settings.find(key);
  return it == spec.settings.end() ? nullptr : std::get_if<T>(&it->second);
}

}  // namespace

std::string SourceSpec::String(std::string_view key) const {
  const auto* value = Get<std::string>(*this, key);
  return value ? *value : std::string();
}

std::int64_t SourceSpec::Int(std::string_view key, std::int64_t otherwise) const {
  const auto* value = Get<std::int64_t>(*this, key);
  return value ? *value : otherwise;
}

bool SourceSpec::Bool(std::string_view key, bool otherwise) const {
  const auto* value = Get<bool>(*this, key);
  return value ? *value : otherwise;
}

std::vector<std::string> SourceSpec::Strings(std::string_view key) const {
  const auto* value = Get<std::vector<std::string>>(*this, key);
  return value ? *value : std::vector<std::string>();
}

}  // namespace heed
