// TOML as people write it, read so that every mistake can be named; the only host of toml++.
//
// A TomlTable remembers which keys were asked for.  Getters never fail: a wrong type or value becomes a
// Mistake with file, line and column, and the getter returns its default, so that one run reports them all.
// Done() at the end of a table reports every key nobody asked for, with the likely intended one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"

namespace heed {

// Where in which file; line and column count from 1, 0 = unknown.
struct Place {
  std::string file;
  std::uint32_t line = 0, column = 0;
  std::string ToString() const;  // "lexicons/en/threats.toml:12:3"
};

struct Mistake {
  Place where;
  std::string what;  // names the thing and what would be right
  std::string ToString() const;
};

class TomlTable {
 public:
  struct Impl;
  TomlTable(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

  Place place() const;
  Place PlaceOf(std::string_view key) const;  // of the value; of the table when the key is absent
  bool Has(std::string_view key) const;
  std::vector<std::string> Keys() const;

  std::optional<std::string> String(std::string_view key);
  std::optional<std::int64_t> Int(std::string_view key);
  std::optional<double> Number(std::string_view key);
  std::optional<bool> Bool(std::string_view key);
  // A TOML date ("2026-09-01") or a string of that form, as "2026-09-01".
  std::optional<std::string> Date(std::string_view key);
  // A list of strings; a single string counts as a list of one.  Absent: empty.
  std::vector<std::string> Strings(std::string_view key);
  std::optional<TomlTable> Table(std::string_view key);
  // [[key]]: an array of tables.  Absent: empty.
  std::vector<TomlTable> Tables(std::string_view key);
  // A list of lists of strings (or of strings, each a list of one), for rules over concepts.
  std::vector<std::vector<std::string>> StringLists(std::string_view key);

  // As String(), and a mistake when it is absent or empty.
  std::string Required(std::string_view key);

  void Complain(std::string_view key, std::string what);  // at the key's place
  void Complain(std::string what);                        // at the table's place

  // Reports the keys nobody asked for.  `also` = keys that are fine though not read.
  void Done(const std::vector<std::string_view>& also = {});

 private:
  std::shared_ptr<Impl> impl_;
};

// `file` is how the file is named in mistakes.  A syntax error is one Mistake and no table.  Mistakes made
// while reading the table are appended to `mistakes`, which must outlive it.
std::optional<TomlTable> ParseToml(std::string_view text, const std::string& file, std::vector<Mistake>& mistakes);

// All of them, one a line, for an Error's message.
std::string ToString(const std::vector<Mistake>& mistakes);

// A basic string, and an array of them, for writing TOML.  Control characters but tab and line end become spaces.
std::string TomlText(std::string_view text);
std::string TomlList(const std::vector<std::string>& texts);

}  // namespace heed
