// A saved or fetched web page: what a reader sees of it, and where it came from.
#include <algorithm>
#include <array>

#include "connectors/markup/html.h"
#include "connectors/tip/readers.h"
#include "src/base/hash.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/http.h"

namespace heed::tip {
namespace {

// The value of `name` in the tag that begins at `at`; "" where there is none.
std::string Attribute(std::string_view html, std::size_t at, std::string_view name) {
  const std::string_view tag = html.substr(at, std::min(html.find('>', at), at + 4'000) - at);
  const std::string key = std::string(name) + "=";
  for (std::size_t i = tag.find(key); i != tag.npos; i = tag.find(key, i + 1)) {
    if (i == 0 || (tag[i - 1] != ' ' && tag[i - 1] != '\n' && tag[i - 1] != '\t')) continue;
    std::string_view value = tag.substr(i + key.size());
    if (value.empty()) return "";
    const char quote = value.front();
    if (quote == '"' || quote == '\'') value = value.substr(1, value.find(quote, 1) == value.npos ? value.npos : value.find(quote, 1) - 1);
    else value = value.substr(0, value.find_first_of(" />\n\t"));
    return DecodeEntities(value);
  }
  return "";
}

bool IsWeb(std::string_view url) { return UrlOrigin(url).has_value(); }

std::string First(std::string_view text, std::string_view stops) { return std::string(text.substr(0, text.find_first_of(stops))); }

// Where the page says it was saved from.
std::string SavedFrom(std::string_view html) {
  const std::string_view head = html.substr(0, 256 << 10);
  // Browsers: <!-- saved from url=(0042)https://... -->
  if (std::size_t at = head.find("saved from url=("); at != head.npos) {
    at = head.find(')', at);
    if (at != head.npos)
      if (const std::string url = First(head.substr(at + 1, 2'000), " \r\n\t<>\""); IsWeb(url)) return url;
  }
  // SingleFile: "Page saved with SingleFile \n url: https://..."
  if (std::size_t at = head.find("saved with SingleFile"); at != head.npos) {
    at = head.find("url: ", at);
    if (at != head.npos)
      if (const std::string url = First(head.substr(at + 5, 2'000), " \r\n\t<>\""); IsWeb(url)) return url;
  }
  for (const auto& [tag, marker, attribute] : {std::array<std::string_view, 3>{"<link", "rel=\"canonical\"", "href"}, {"<meta", "property=\"og:url\"", "content"}}) {
    for (std::size_t at = head.find(tag); at != head.npos; at = head.find(tag, at + 1)) {
      const std::string_view whole = head.substr(at, std::min(head.find('>', at), at + 4'000) - at);
      if (whole.find(marker) == whole.npos) continue;
      if (const std::string url = Attribute(head, at, attribute); IsWeb(url)) return url;
    }
  }
  return "";
}

std::string Title(std::string_view html) {
  const std::string_view head = html.substr(0, 512 << 10);
  std::size_t at = head.find("<title");
  if (at == head.npos) at = head.find("<TITLE");
  if (at == head.npos || (at = head.find('>', at)) == head.npos) return "";
  const std::string_view rest = head.substr(at + 1, 2'000);
  return std::string(Trim(HtmlToText(rest.substr(0, std::min(rest.find("</"), rest.size())))));
}

}  // namespace

TipItem ReadPage(std::string_view name, std::string_view html, std::string_view url) {
  TipItem item;
  item.kind = TipKind::kPage;
  item.name = name;
  Post post = NewPost(TipKind::kPage, name, HtmlToText(html));
  item.place = Title(html);
  if (post.text.find(item.place) == std::string::npos) post.title = item.place;
  post.permalink = url.empty() ? SavedFrom(html) : std::string(url);
  if (const auto origin = UrlOrigin(post.permalink)) post.instance = origin->substr(origin->find("//") + 2);
  else post.permalink.clear();
  post.native_id = post.permalink.empty() ? Sha256Hex(html).substr(0, 32) : post.permalink;
  post.global_id = "page:" + post.native_id;
  if (post.text.empty()) item.unsure = "the page has no words that can be read without running its scripts: take a screenshot or print it to PDF, and hand that in";
  item.posts.push_back(std::move(post));
  return item;
}

}  // namespace heed::tip
