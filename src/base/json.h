// JSON in and out; the only host of RapidJSON.
//
// Reading is iterative and validates UTF-8, so a deeply nested or dishonest document is a kMalformed error
// and not a crash.  An escape of half a surrogate pair ("\ud83d" alone) reads as U+FFFD: every string handed out
// is UTF-8.  A Json is a view into its JsonParser: small, copied freely, dead after the parser's
// next Parse() or its end.  Every getter asks first: a wrong type reads as absent, never as rubbish.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

class Json {
 public:
  Json() = default;  // absent: every getter answers "nothing"

  explicit operator bool() const { return value_ != nullptr; }
  bool IsObject() const;
  bool IsArray() const;
  bool IsNull() const;  // a JSON null; an absent value is not null

  // Member of an object, absent where there is none.  Duplicate keys: the first one counts.
  Json operator[](std::string_view key) const;
  // Element of an array, absent past the end.
  Json operator[](std::size_t index) const;
  Json operator[](int index) const { return (*this)[static_cast<std::size_t>(index)]; }
  std::size_t size() const;  // elements of an array or members of an object, else 0

  std::optional<std::string_view> String() const;
  std::string_view StringOr(std::string_view otherwise) const { return String().value_or(otherwise); }
  std::optional<std::int64_t> Int() const;
  std::optional<double> Number() const;
  std::optional<bool> Bool() const;
  // A string as it is, or an integer in decimal: platforms disagree about ids.
  std::optional<std::string> Id() const;

  // The members of an object in order: f(std::string_view key, Json value).
  template <typename F>
  void EachMember(F&& f) const {
    for (std::size_t i = 0, n = IsObject() ? size() : 0; i < n; ++i) f(KeyAt(i), ValueAt(i));
  }
  // The elements of an array in order: f(Json element).
  template <typename F>
  void Each(F&& f) const {
    for (std::size_t i = 0, n = IsArray() ? size() : 0; i < n; ++i) f((*this)[i]);
  }

  // The value written out again, compact.
  std::string Dump() const;

 private:
  friend class JsonParser;
  explicit Json(const void* value) : value_(value) {}
  std::string_view KeyAt(std::size_t index) const;
  Json ValueAt(std::size_t index) const;
  const void* value_ = nullptr;
};

// Reuses its memory between documents: one of these per worker, not per line.  Not thread-safe.
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(JsonParser&&) noexcept;
  JsonParser& operator=(JsonParser&&) noexcept;

  // The whole of `text` must be one JSON value.  kMalformed names the offset in bytes and the reason;
  // nesting past `kMaxDepth` is kMalformed too.  Views returned earlier die here.
  static constexpr int kMaxDepth = 200;
  Result<Json> Parse(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Writes compact JSON into a string it owns.  Misuse (a key outside an object) is a HEED_CHECK.
// Strings must be UTF-8; bytes that are not are written as U+FFFD.
class JsonWriter {
 public:
  JsonWriter();
  ~JsonWriter();
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& Object();
  JsonWriter& EndObject();
  JsonWriter& Array();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view key);
  JsonWriter& String(std::string_view value);
  JsonWriter& Int(std::int64_t value);
  JsonWriter& Number(double value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  JsonWriter& Raw(std::string_view json);  // a value that is JSON already

  // Key and value in one breath.
  JsonWriter& Field(std::string_view key, std::string_view value) { return Key(key).String(value); }
  JsonWriter& Field(std::string_view key, const char* value) { return Key(key).String(value); }
  JsonWriter& Field(std::string_view key, std::int64_t value) { return Key(key).Int(value); }
  JsonWriter& Field(std::string_view key, int value) { return Key(key).Int(value); }
  JsonWriter& Field(std::string_view key, std::uint32_t value) { return Key(key).Int(value); }
  JsonWriter& Field(std::string_view key, std::uint64_t value) { return Key(key).Int(static_cast<std::int64_t>(value)); }
  JsonWriter& Field(std::string_view key, double value) { return Key(key).Number(value); }
  JsonWriter& Field(std::string_view key, bool value) { return Key(key).Bool(value); }
  JsonWriter& Time(std::string_view key, const std::optional<Instant>& at);  // RFC 3339 in UTC; null where there is none

  std::string_view text() const;  // valid until the next call
  std::string Take();             // and start over
  void Clear();                   // start over, memory kept

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heed
