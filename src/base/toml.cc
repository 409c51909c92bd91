#include "src/base/toml.h"

// The parser itself lives in the packaged library, built without assertions; but the linker may hand it our copies
// of its inline functions, so they too must answer a malformed file with an error and not with abort().
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "src/base/text.h"
#include "src/base/time.h"

namespace heed {
namespace {

Place At(const toml::source_region& region, const std::string& file) {
  return {file, region.begin.line, region.begin.column};
}

std::string_view KindOf(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "text";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::date: return "a date";
    case toml::node_type::time: return "a time";
    case toml::node_type::date_time: return "a date and time";
    case toml::node_type::none: break;
  }
  return "nothing";
}

}  // namespace

std::string Place::ToString() const {
  std::string out = file;
  if (line > 0) out += ":" + std::to_string(line);
  if (line > 0 && column > 0) out += ":" + std::to_string(column);
  return out;
}

std::string Mistake::ToString() const { return where.ToString() + ": " + what; }

std::string ToString(const std::vector<Mistake>& mistakes) {
  std::string out;
  for (const auto& mistake : mistakes) {
    if (!out.empty()) out += '\n';
    out += mistake.ToString();
  }
  return out;
}

// The parsed document is shared by all the views into it.
struct TomlTable::Impl {
  std::shared_ptr<const toml::table> document;
  const toml::table* table = nullptr;
  std::string file;
  std::vector<Mistake>* mistakes = nullptr;
  std::set<std::string, std::less<>> asked;

  const toml::node* Get(std::string_view key) {
    asked.emplace(key);
    return table->get(key);
  }
  void Complain(const toml::node& node, std::string what) { mistakes->push_back({At(node.source(), file), std::move(what)}); }
  void WrongKind(std::string_view key, const toml::node& node, std::string_view wanted) {
    Complain(node, "\"" + std::string(key) + "\" is " + std::string(KindOf(node)) + "; it should be " + std::string(wanted));
  }
  TomlTable Wrap(const toml::table& inner) const {
    return TomlTable(std::make_shared<Impl>(Impl{document, &inner, file, mistakes, {}}));
  }
};

Place TomlTable::place() const { return At(impl_->table->source(), impl_->file); }

Place TomlTable::PlaceOf(std::string_view key) const {
  const toml::node* node = impl_->table->get(key);
  return node ? At(node->source(), impl_->file) : place();
}

bool TomlTable::Has(std::string_view key) const { return impl_->table->contains(key); }

std::vector<std::string> TomlTable::Keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, node] : *impl_->table) keys.emplace_back(key.str());
  return keys;
}

std::optional<std::string> TomlTable::String(std::string_view key) {
  const toml::node* node = impl_->Get(key);
  if (!node) return std::nullopt;
  if (const auto* text = node->as_string()) return text->get();
  impl_->WrongKind(key, *node, "text in quotes");
  return std::nullopt;
}

std::optional<std::int64_t> TomlTable::Int(std::string_view key) {
  const toml::node* node = impl_->Get(key);
  if (!node) return std::nullopt;
  if (const auto* number = node->as_integer()) return number->get();
  impl_->WrongKind(key, *node, "a whole number");
  return std::nullopt;
}

std::optional<double> TomlTable::Number(std::string_view key) {
  const toml::node* node = impl_->Get(key);
  if (!node) return std::nullopt;
  if (const auto* number = node->as_floating_point()) return number->get();
  if (const auto* number = node->as_integer()) return static_cast<double>(number->get());
  impl_->WrongKind(key, *node, "a number");
  return std::nullopt;
}

std::optional<bool> TomlTable::Bool(std::string_view key) {
  const toml::node* node = impl_->Get(key);
  if (!node) return std::nullopt;
  if (const auto* yes = node->as_boolean()) return yes->get();
  impl_->WrongKind(key, *node, "true or false, without quotes");
  return std::nullopt;
}

std::optional<std::string> TomlTable::Date(std::string_view key) {
  const toml::node* node = impl_->Get(key);
  if (!node) return std::nullopt;
  if (const auto* date = node->as_date()) {
    char out[32];
    std::snprintf(out, sizeof out, "%04u-%02u-%02u", static_cast<unsigned>(date->get().year), static_cast<unsigned>(date->get().month),
                  static_cast<unsigned>(date->get().day));
    return std::string(out);
  }
  if (const auto* text = node->as_string()) {
    if (text->get().size() == 10 && ParseRfc3339(text->get())) return text->get();
  }
  impl_->WrongKind(key, *node, "a date as 2026-09-01");
  return std::nullopt;
}

std::vector<std::string> TomlTable::Strings(std::string_view key) {
  const toml::node* node = impl_->Get(key);
  std::vector<std::string> out;
  if (!node) return out;
  if (const auto* text = node->as_string()) return {text->get()};
  const auto* list = node->as_array();
  if (!list) {
    impl_->WrongKind(key, *node, "a list of texts: [\"one\", \"two\"]");
    return out;
  }
  for (const auto& element : *list) {
    if (const auto* text = element.as_string()) out.push_back(text->get());
    else impl_->Complain(element, "an element of \"" + std::string(key) + "\" is " + std::string(KindOf(element)) + "; it should be text in quotes");
  }
  return out;
}

std::optional<TomlTable> TomlTable::Table(std::string_view key) {
  const toml::node* node = impl_->Get(key);
  if (!node) return std::nullopt;
  if (const auto* table = node->as_table()) return impl_->Wrap(*table);
  impl_->WrongKind(key, *node, "a table: [" + std::string(key) + "]");
  return std::nullopt;
}

std::vector<TomlTable> TomlTable::Tables(std::string_view key) {
  const toml::node* node = impl_->Get(key);
  std::vector<TomlTable> out;
  if (!node) return out;
  const auto* list = node->as_array();
  if (!list) {
    impl_->WrongKind(key, *node, "a list of tables: [[" + std::string(key) + "]] with double brackets");
    return out;
  }
  for (const auto& element : *list) {
    if (const auto* table = element.as_table()) out.push_back(impl_->Wrap(*table));
    else impl_->Complain(element, "an element of \"" + std::string(key) + "\" is " + std::string(KindOf(element)) + "; it should be a [[" + std::string(key) + "]] table");
  }
  return out;
}

std::vector<std::vector<std::string>> TomlTable::StringLists(std::string_view key) {
  const toml::node* node = impl_->Get(key);
  std::vector<std::vector<std::string>> out;
  if (!node) return out;
  const auto* list = node->as_array();
  if (!list) {
    impl_->WrongKind(key, *node, "a list");
    return out;
  }
  for (const auto& element : *list) {
    if (const auto* text = element.as_string()) {
      out.push_back({text->get()});
    } else if (const auto* inner = element.as_array()) {
      auto& words = out.emplace_back();
      for (const auto& word : *inner) {
        if (const auto* text_inside = word.as_string()) words.push_back(text_inside->get());
        else impl_->Complain(word, "an element of \"" + std::string(key) + "\" should be text in quotes");
      }
    } else {
      impl_->Complain(element, "an element of \"" + std::string(key) + "\" should be text or a list of texts");
    }
  }
  return out;
}

std::string TomlTable::Required(std::string_view key) {
  if (!Has(key)) {
    impl_->asked.emplace(key);
    Complain("\"" + std::string(key) + "\" is missing");
    return {};
  }
  const std::size_t before = impl_->mistakes->size();
  std::string value = String(key).value_or("");
  if (Trim(value).empty() && impl_->mistakes->size() == before) Complain(key, "\"" + std::string(key) + "\" is empty");
  return value;
}

void TomlTable::Complain(std::string_view key, std::string what) { impl_->mistakes->push_back({PlaceOf(key), std::move(what)}); }
void TomlTable::Complain(std::string what) { impl_->mistakes->push_back({place(), std::move(what)}); }

void TomlTable::Done(const std::vector<std::string_view>& also) {
  std::vector<std::string_view> known(impl_->asked.begin(), impl_->asked.end());
  known.insert(known.end(), also.begin(), also.end());
  for (const auto& [key, node] : *impl_->table) {
    const std::string_view name = key.str();
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    // A key already used well is not what was meant.
    std::vector<std::string_view> unused;
    for (const auto candidate : known)
      if (!impl_->table->contains(candidate)) unused.push_back(candidate);
    impl_->mistakes->push_back({At(key.source(), impl_->file), "unknown key \"" + std::string(name) + "\"" + DidYouMean(name, unused)});
  }
}

std::optional<TomlTable> ParseToml(std::string_view text, const std::string& file, std::vector<Mistake>& mistakes) {
  std::shared_ptr<const toml::table> document;
  try {  // the packaged library is built to throw; this is the one place it can
    document = std::make_shared<const toml::table>(toml::parse(text, std::string_view(file)));
  } catch (const toml::parse_error& error) {
    mistakes.push_back({At(error.source(), file), "not TOML: " + std::string(error.description())});
    return std::nullopt;
  }
  const toml::table* root = document.get();
  return TomlTable(std::make_shared<TomlTable::Impl>(TomlTable::Impl{std::move(document), root, file, &mistakes, {}}));
}

}  // namespace heed
