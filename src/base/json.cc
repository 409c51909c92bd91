#include "src/base/json.h"

// Asserts inside RapidJSON must never fire on a stranger's bytes; should one, stop loudly.
#include "src/base/check.h"
#define RAPIDJSON_ASSERT(x) HEED_CHECK(x)
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cmath>
#include <vector>

#include "src/base/utf8.h"

namespace heed {
namespace {

using Pool = rapidjson::MemoryPoolAllocator<>;
using Document = rapidjson::GenericDocument<rapidjson::UTF8<>, Pool, Pool>;
using Value = Document::ValueType;

const Value& As(const void* value) { return *static_cast<const Value*>(value); }
std::string_view Text(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

// Iterative, so that nesting costs heap and not stack; whole-document; honest about encoding.
constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

// Whether brackets nest deeper than the limit.  Run before parsing: RapidJSON's destructor and writer recurse.
bool TooDeep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > JsonParser::kMaxDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

// The code unit a "\uXXXX" at `at` stands for, else -1.
int EscapedUnit(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return -1;
  int unit = 0;
  for (const char c : text.substr(at + 2, 4)) {
    const char lower = static_cast<char>(c | 32);
    if (c >= '0' && c <= '9') unit = unit * 16 + (c - '0');
    else if (lower >= 'a' && lower <= 'f') unit = unit * 16 + (lower - 'a' + 10);
    else return -1;
  }
  return unit;
}

// RapidJSON turns "\udc00" alone into bytes that are not UTF-8, and refuses a whole document for "\ud83d" alone: what
// is left of an emoji that somebody cut in two.  Both become "\ufffd", which is as long, so offsets stay true.
// nullopt: there is nothing to repair; finding that out costs a memchr from backslash to backslash.
std::optional<std::string> WithoutLoneSurrogates(std::string_view text) {
  const auto is_high = [](int unit) { return unit >= 0xD800 && unit < 0xDC00; };
  const auto is_low = [](int unit) { return unit >= 0xDC00 && unit < 0xE000; };
  std::optional<std::string> repaired;
  for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at)) {
    const int unit = EscapedUnit(text, at);
    if (is_high(unit) && is_low(EscapedUnit(text, at + 6))) {
      at += 12;
    } else if (is_high(unit) || is_low(unit)) {
      if (!repaired) repaired.emplace(text);
      repaired->replace(at, 6, "\\ufffd");
      at += 6;
    } else {
      at += 2;  // "\\\\ud800" is a backslash and letters
    }
  }
  return repaired;
}

}  // namespace

bool Json::IsObject() const { return value_ && As(value_).IsObject(); }
bool Json::IsArray() const { return value_ && As(value_).IsArray(); }
bool Json::IsNull() const { return value_ && As(value_).IsNull(); }

Json Json::operator[](std::string_view key) const {
  if (!IsObject()) return {};
  for (const auto& member : As(value_).GetObject())
    if (Text(member.name) == key) return Json(&member.value);
  return {};
}

Json Json::operator[](std::size_t index) const {
  if (!IsArray() || index >= As(value_).Size()) return {};
  return Json(&As(value_)[static_cast<rapidjson::SizeType>(index)]);
}

std::size_t Json::size() const {
  if (IsArray()) return As(value_).Size();
  if (IsObject()) return As(value_).MemberCount();
  return 0;
}

std::string_view Json::KeyAt(std::size_t index) const { return Text((As(value_).MemberBegin() + static_cast<std::ptrdiff_t>(index))->name); }
Json Json::ValueAt(std::size_t index) const { return Json(&(As(value_).MemberBegin() + static_cast<std::ptrdiff_t>(index))->value); }

std::optional<std::string_view> Json::String() const {
  if (!value_ || !As(value_).IsString()) return std::nullopt;
  return Text(As(value_));
}

std::optional<std::int64_t> Json::Int() const {
  if (!value_) return std::nullopt;
  if (As(value_).IsInt64()) return As(value_).GetInt64();
  if (As(value_).IsDouble()) {  // 1793520000.0 is how some write an integer
    const double number = As(value_).GetDouble();
    if (number == std::floor(number) && std::abs(number) < 9007199254740992.0) return static_cast<std::int64_t>(number);
  }
  return std::nullopt;
}

std::optional<double> Json::Number() const {
  if (!value_ || !As(value_).IsNumber()) return std::nullopt;
  return As(value_).GetDouble();
}

std::optional<bool> Json::Bool() const {
  if (!value_ || !As(value_).IsBool()) return std::nullopt;
  return As(value_).GetBool();
}

std::optional<std::string> Json::Id() const {
  if (const auto text = String()) return std::string(*text);
  if (value_ && As(value_).IsUint64()) return std::to_string(As(value_).GetUint64());
  if (value_ && As(value_).IsInt64()) return std::to_string(As(value_).GetInt64());
  return std::nullopt;
}

std::string Json::Dump() const {
  if (!value_) return "null";
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  As(value_).Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

// The first document's memory is kept; a larger one grows the pool, and Clear() keeps the first chunk only.
struct JsonParser::Impl {
  static constexpr std::size_t kChunk = 256 * 1024;
  std::vector<char> values = std::vector<char>(kChunk), stack = std::vector<char>(kChunk / 4);
  Pool value_pool{values.data(), values.size()};
  Pool stack_pool{stack.data(), stack.size()};
  std::optional<Document> document;
};

JsonParser::JsonParser() : impl_(std::make_unique<Impl>()) {}
JsonParser::~JsonParser() = default;
JsonParser::JsonParser(JsonParser&&) noexcept = default;
JsonParser& JsonParser::operator=(JsonParser&&) noexcept = default;

Result<Json> JsonParser::Parse(std::string_view text) {
  impl_->document.reset();
  impl_->value_pool.Clear();
  impl_->stack_pool.Clear();
  // Scanned only where it could matter: short texts cannot nest deeper than their length.
  if (text.size() > static_cast<std::size_t>(kMaxDepth) && TooDeep(text))
    return Fail(Fault::kMalformed, "nested deeper than " + std::to_string(kMaxDepth) + " levels");
  const auto repaired = WithoutLoneSurrogates(text);
  if (repaired) text = *repaired;  // values are copied out of it
  impl_->document.emplace(&impl_->value_pool, 1024, &impl_->stack_pool);
  impl_->document->Parse<kFlags>(text.data(), text.size());
  if (impl_->document->HasParseError()) {
    return Fail(Fault::kMalformed, "not JSON at byte " + std::to_string(impl_->document->GetErrorOffset()) + ": " +
                                       rapidjson::GetParseError_En(impl_->document->GetParseError()));
  }
  return Json(static_cast<const Value*>(&*impl_->document));
}

struct JsonWriter::Impl {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
};

JsonWriter::JsonWriter() : impl_(std::make_unique<Impl>()) {}
JsonWriter::~JsonWriter() = default;

JsonWriter& JsonWriter::Object() {
  impl_->writer.StartObject();
  return *this;
}
JsonWriter& JsonWriter::EndObject() {
  impl_->writer.EndObject();
  return *this;
}
JsonWriter& JsonWriter::Array() {
  impl_->writer.StartArray();
  return *this;
}
JsonWriter& JsonWriter::EndArray() {
  impl_->writer.EndArray();
  return *this;
}
JsonWriter& JsonWriter::Key(std::string_view key) {
  impl_->writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
  return *this;
}
JsonWriter& JsonWriter::String(std::string_view value) {
  const auto put = [&](std::string_view text) {
    impl_->writer.String(text.data() ? text.data() : "", static_cast<rapidjson::SizeType>(text.size()));
  };
  if (IsUtf8(value)) put(value);
  else put(RepairUtf8(value));
  return *this;
}
JsonWriter& JsonWriter::Int(std::int64_t value) {
  impl_->writer.Int64(value);
  return *this;
}
JsonWriter& JsonWriter::Number(double value) {
  if (std::isfinite(value)) impl_->writer.Double(value);
  else impl_->writer.Null();
  return *this;
}
JsonWriter& JsonWriter::Bool(bool value) {
  impl_->writer.Bool(value);
  return *this;
}
JsonWriter& JsonWriter::Null() {
  impl_->writer.Null();
  return *this;
}
JsonWriter& JsonWriter::Raw(std::string_view json) {
  impl_->writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  return *this;
}

JsonWriter& JsonWriter::Time(std::string_view key, const std::optional<Instant>& at) { return at ? Field(key, std::string_view(FormatRfc3339(*at))) : Key(key).Null(); }

std::string_view JsonWriter::text() const { return {impl_->buffer.GetString(), impl_->buffer.GetSize()}; }

std::string JsonWriter::Take() {
  std::string out(text());
  Clear();
  return out;
}

void JsonWriter::Clear() {
  impl_->buffer.Clear();
  impl_->writer.Reset(impl_->buffer);
}

}  // namespace heed
