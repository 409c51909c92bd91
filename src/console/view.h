// What a template is filled with, and the filling.  The only host of the mustache library.
//
// Everything is escaped.  The one exception is `content` in the layout, which is a page that has been filled already;
// tests/console holds the templates to that.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace heed {

class Slots {
 public:
  // An empty text and an empty list count as absent in a section.
  Slots& Set(std::string key, std::string value);
  Slots& Set(std::string key, std::string_view value) { return Set(std::move(key), std::string(value)); }
  Slots& Set(std::string key, const char* value) { return Set(std::move(key), std::string(value)); }
  Slots& Set(std::string key, std::vector<Slots> list);
  Slots& Set(std::string key, Slots one) { return Set(std::move(key), std::vector<Slots>{std::move(one)}); }
  template <std::same_as<bool> Bool>
  Slots& Set(std::string key, Bool value) {
    values_[std::move(key)] = value;
    return *this;
  }
  template <typename Number>
    requires(std::integral<Number> && !std::same_as<Number, bool>)
  Slots& Set(std::string key, Number value) {
    return Set(std::move(key), std::to_string(value));
  }
  bool Has(const std::string& key) const { return values_.contains(key); }

 private:
  friend std::string Fill(std::string_view name, const Slots& view);
  friend struct Filler;
  std::map<std::string, std::variant<bool, std::string, std::vector<Slots>>> values_;
};

// templates/NAME.mustache, filled.  A name that is not there is a HEED_CHECK.  Thread-safe.
std::string Fill(std::string_view name, const Slots& view);

}  // namespace heed
