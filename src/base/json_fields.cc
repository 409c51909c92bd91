// RapidJSON's event reader over bytes that end in a NUL, where it looks at sixteen bytes at a time; a namespace of its own, so that
// the linker does not mix it with the one in json.cc, which does not.
#include "src/base/json_fields.h"

#include "src/base/check.h"
#define RAPIDJSON_ASSERT(x) HEED_CHECK(x)
#define RAPIDJSON_NAMESPACE heed_fast_rapidjson
#define RAPIDJSON_NAMESPACE_BEGIN namespace heed_fast_rapidjson {
#define RAPIDJSON_NAMESPACE_END }
#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#endif
#include <rapidjson/reader.h>

#include <charconv>

#include "src/base/json.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

namespace json = heed_fast_rapidjson;

// Iterative, so that nesting costs heap and not stack.  UTF-8 is checked over the whole line instead.
constexpr unsigned kFlags = json::kParseIterativeFlag;

// Keeps "id" and "text" of the outermost object, the first of each.  Answering false ends the reading.
class Handler : public json::BaseReaderHandler<json::UTF8<>, Handler> {
 public:
  std::string text, id;
  bool has_text = false, has_id = false, escaped = false;

  void Start() {
    text.clear();
    id = "null";
    has_text = has_id = false;
    depth_ = 0;
    field_ = Field::kOther;
  }

  bool Null() { return Take([&] { id = "null"; }); }
  bool Bool(bool) { return Unusual(); }
  bool Int(int value) { return Int64(value); }
  bool Uint(unsigned value) { return Int64(value); }
  bool Int64(std::int64_t value) { return Take([&] { Number(value); }); }
  bool Uint64(std::uint64_t value) { return Take([&] { Number(value); }); }
  bool Double(double) { return Unusual(); }
  bool String(const char* bytes, json::SizeType size, bool) {
    if (depth_ == 0) return false;
    if (depth_ > 1) return true;
    if (field_ == Field::kText && !has_text) {
      text.assign(bytes, size);
      has_text = true;
    } else if (field_ == Field::kId && !has_id) {
      if (!IsUtf8({bytes, size})) return false;
      id.clear();
      AppendJsonString(id, {bytes, size});
      has_id = true;
    }
    return true;
  }
  bool Key(const char* bytes, json::SizeType size, bool) {
    if (depth_ == 1) {
      const std::string_view key(bytes, size);
      field_ = key == "text" ? Field::kText : key == "id" ? Field::kId : Field::kOther;
    }
    return true;
  }
  bool StartObject() { return (depth_ == 0 || Unusual()) && ++depth_ <= JsonParser::kMaxDepth; }
  bool StartArray() { return depth_ > 0 && Unusual() && ++depth_ <= JsonParser::kMaxDepth; }
  bool EndObject(json::SizeType) { return --depth_, true; }
  bool EndArray(json::SizeType) { return --depth_, true; }

 private:
  enum class Field { kOther, kText, kId };

  // A value that a plain line has somewhere else only.
  bool Unusual() const { return depth_ > 1 || (depth_ == 1 && field_ == Field::kOther) || Again(); }
  bool Again() const { return depth_ == 1 && ((field_ == Field::kId && has_id) || (field_ == Field::kText && has_text)); }
  template <typename F>
  bool Take(F&& take) {
    if (depth_ == 0) return false;
    if (depth_ > 1 || field_ == Field::kOther || Again()) return true;
    if (field_ == Field::kText) return false;
    take();
    has_id = true;
    return true;
  }
  template <typename T>
  void Number(T value) {
    char digits[24];
    id.assign(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }

  int depth_ = 0;
  Field field_ = Field::kOther;
};

}  // namespace

struct JsonFields::Impl {
  Handler handler;
  json::GenericReader<json::UTF8<>, json::UTF8<>, json::CrtAllocator> reader;
};

JsonFields::JsonFields() : impl_(std::make_unique<Impl>()) {}
JsonFields::~JsonFields() = default;
JsonFields::JsonFields(JsonFields&&) noexcept = default;
JsonFields& JsonFields::operator=(JsonFields&&) noexcept = default;

bool JsonFields::Read(const char* line, std::size_t size) {
  Handler& handler = impl_->handler;
  handler.Start();
  const std::string_view all(line, size);
  if (!IsUtf8(all)) return false;
  json::StringStream stream(line);
  if (impl_->reader.Parse<kFlags>(stream, handler).IsError() || stream.Tell() != size || !handler.has_text) return false;
  // Half a surrogate pair, written as an escape, comes out as bytes that are no UTF-8; only a backslash can do that.
  return all.find('\\') == std::string_view::npos || IsUtf8(handler.text);
}

std::string_view JsonFields::text() const { return impl_->handler.text; }
std::string_view JsonFields::id() const { return impl_->handler.id; }

void AppendJsonString(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    out += '\\';
    switch (c) {
      case '"': case '\\': out += static_cast<char>(c); break;
      case '\b': out += 'b'; break;
      case '\f': out += 'f'; break;
      case '\n': out += 'n'; break;
      case '\r': out += 'r'; break;
      case '\t': out += 't'; break;
      default:
        out += "u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(text, plain, text.size() - plain);
  out += '"';
}

}  // namespace heed
