#include "src/console/view.h"

#include <kainjow/mustache.hpp>
#include <memory>

#include "src/base/check.h"
#include "src/console/embedded.h"

namespace heed {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

struct Filler {
  static data Convert(const Slots& view) {
    data out;
    for (const auto& [key, value] : view.values_) {
      if (const auto* yes = std::get_if<bool>(&value)) {
        out.set(key, *yes);
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        if (text->empty()) out.set(key, false);
        else out.set(key, *text);
      } else {
        data list(data::type::list);
        for (const auto& one : std::get<std::vector<Slots>>(value)) list.push_back(Convert(one));
        out.set(key, std::move(list));
      }
    }
    return out;
  }

  // Partials are put in as text, once; the library would parse them again for every row.
  static std::string WithPartials(std::string_view name, int depth = 0) {
    HEED_CHECK(depth < 8);
    const Embedded* file = FindEmbedded("templates/" + std::string(name) + ".mustache");
    HEED_CHECK(file != nullptr);
    std::string text(file->bytes);
    for (auto at = text.find("{{> "); at != std::string::npos; at = text.find("{{> ", at)) {
      const auto end = text.find("}}", at);
      HEED_CHECK(end != std::string::npos);
      const std::string part = WithPartials(text.substr(at + 4, end - at - 4), depth + 1);
      text.replace(at, end + 2 - at, part);
      at += part.size();
    }
    return text;
  }
};

Slots& Slots::Set(std::string key, std::string value) {
  values_[std::move(key)] = std::move(value);
  return *this;
}

Slots& Slots::Set(std::string key, std::vector<Slots> list) {
  values_[std::move(key)] = std::move(list);
  return *this;
}

std::string Fill(std::string_view name, const Slots& view) {
  // Rendering changes a template's inside, so every thread has its own.
  thread_local std::map<std::string, std::unique_ptr<mustache>, std::less<>> parsed;
  auto found = parsed.find(name);
  if (found == parsed.end()) {
    found = parsed.emplace(std::string(name), std::make_unique<mustache>(Filler::WithPartials(name))).first;
    HEED_CHECK(found->second->is_valid());
  }
  return found->second->render(Filler::Convert(view));
}

}  // namespace heed
