// A fast door for lines of posts: {"id": ..., "text": ...} read without building a document.
//
// It answers plain lines only, which are nearly all: one object with a string "text", and an "id" that is a string, a whole number,
// null or absent.  For anything else it says no, and JsonParser, which is patient, says what is wrong or reads it.  What it
// does read, it reads as JsonParser would.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace heed {

class JsonFields {
 public:
  JsonFields();
  ~JsonFields();
  JsonFields(JsonFields&&) noexcept;
  JsonFields& operator=(JsonFields&&) noexcept;

  // `line` points at `size` bytes and kSlack more that may be read, the first of which is a NUL while this runs.
  static constexpr std::size_t kSlack = 16;
  bool Read(const char* line, std::size_t size);

  // Of the line last read; gone with the next one.
  std::string_view text() const;
  std::string_view id() const;  // as JSON, "null" where there is none

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Appends `text`, which is UTF-8, as a JSON string, as JsonWriter would write it.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace heed
