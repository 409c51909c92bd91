// Feed documents into posts.  Pure: bytes in, posts out.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <set>

#include "connectors/feed/feed.h"
#include "connectors/markup/html.h"
#include "connectors/markup/xml.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

constexpr std::string_view kAtom = "http://www.w3.org/2005/Atom";
constexpr std::string_view kAtom03 = "http://purl.org/atom/ns#";
constexpr std::string_view kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
constexpr std::string_view kContent = "http://purl.org/rss/1.0/modules/content/";
constexpr std::string_view kDublinCore = "http://purl.org/dc/elements/1.1/";
constexpr std::string_view kThreading = "http://purl.org/syndication/thread/1.0";
constexpr std::string_view kXhtml = "http://www.w3.org/1999/xhtml";

constexpr std::size_t kMostNotes = 20;

std::optional<Instant> ReadDate(std::string_view text) {
  text = Trim(text);
  if (const auto at = ParseRfc3339(text)) return at;
  return ParseRfc822(text);
}

// "https://www.google.com/url?rct=j&url=https://news.example/a&ct=ga" -> "https://news.example/a"
std::string UnwrapGoogle(const std::string& link) {
  const auto origin = UrlOrigin(link);
  if (!origin || origin->find("://www.google.") == std::string::npos) return link;
  const std::size_t path = link.find('/', link.find("://") + 3);
  const std::size_t query = link.find('?');
  if (query == std::string::npos || link.substr(path, query - path) != "/url") return link;
  for (const std::string_view key : {"url=", "q="}) {
    for (const std::string_view pair : Split(std::string_view(link).substr(query + 1), '&')) {
      if (!pair.starts_with(key)) continue;
      std::string target = UrlDecode(pair.substr(key.size()));
      if (UrlOrigin(target)) return RepairUtf8(target);
    }
  }
  return link;
}

// A link as a person can open it; "" when it is none.
std::string Link(std::string_view reference, std::string_view base) {
  if (Trim(reference).empty()) return "";
  const auto resolved = ResolveUrl(base, reference);
  if (!resolved || !UrlOrigin(*resolved)) return "";  // "javascript:" and "mailto:" are not for a permalink
  return UnwrapGoogle(*resolved);
}

// Whether an id is unique in the world by its form, and not only in its feed.
bool IsGlobal(std::string_view id) {
  for (const std::string_view scheme : {"http://", "https://", "tag:", "urn:", "at://"}) {
    if (StartsWithIgnoreCase(id, scheme) && id.size() > scheme.size()) return true;
  }
  return false;
}

// An id that is only unique in its feed gets the feed's address in front, as a digest: addresses hold keys at times.
std::string GlobalId(std::string_view native_id, std::string_view feed_url) {
  return "feed:" + (IsGlobal(native_id) ? std::string(native_id) : Sha256Hex(feed_url).substr(0, 16) + "#" + std::string(native_id));
}

// An item before it is known which id it goes by.
struct Item {
  Post post;
  std::string guid, link, date;  // as given; link resolved
};

class Reader {
 public:
  Reader(std::string_view feed_url, std::string_view document_url) : feed_url_(feed_url), document_url_(document_url) {
    if (const auto origin = UrlOrigin(feed_url)) instance_ = origin->substr(origin->find("://") + 3);
  }

  Result<ParsedFeed> Xml(std::string_view bytes, std::string_view charset);
  Result<ParsedFeed> JsonFeed(std::string_view bytes);

 private:
  void Rss(XmlElement channel, XmlElement items_in);
  void RssItem(XmlElement item);
  void AtomFeed(XmlElement feed);
  void AtomEntry(XmlElement entry, std::string_view ns, const Author& feed_author);

  Item NewItem() const {
    Item item;
    item.post.platform = "feed";
    item.post.instance = instance_;
    item.post.language = language_;
    return item;
  }
  void SetHtml(Post& post, std::string html) const {
    post.text = HtmlToText(html);
    if (html == post.text) return;
    post.raw = std::move(html);
    post.raw_format = TextFormat::kHtml;
  }
  void Note(std::string note) {
    if (feed_.notes.size() < kMostNotes) feed_.notes.push_back(std::move(note));
  }
  ParsedFeed Finish();

  std::string feed_url_, document_url_, instance_, language_;
  std::vector<Item> items_;
  ParsedFeed feed_;
};

// --- RSS ---

// RSS 0.9 and 1.0 put their elements into a namespace (several, over the years), 2.0 into none: names decide.
XmlElement RssChild(XmlElement parent, std::string_view name) {
  for (XmlElement child = parent.FirstChild(); child; child = child.Next()) {
    if (child.Name() != name) continue;
    const std::string_view ns = child.Namespace();
    if (ns.empty() || ns.find("/rss/") != std::string_view::npos || ns.find("backend.userland.com") != std::string_view::npos ||
        ns.find("my.netscape.com/rdf") != std::string_view::npos || ns.find("purl.org/net/rss") != std::string_view::npos) {
      return child;
    }
  }
  return {};
}

// "jo@x.example (Jo Bloggs)" -> "Jo Bloggs"; else as it is.
std::string PersonsName(const std::string& person) {
  const std::size_t open = person.find('(');
  const std::size_t close = person.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return person;
  const std::string name(Trim(std::string_view(person).substr(open + 1, close - open - 1)));
  return name.empty() ? person : name;
}

void Reader::Rss(XmlElement channel, XmlElement items_in) {
  feed_.title = HtmlToText(RssChild(channel, "title").Text());
  language_ = RssChild(channel, "language").Text();
  if (language_.empty()) language_ = channel.Language();
  if (const std::string ttl = RssChild(channel, "ttl").Text(); !ttl.empty() && ttl.size() <= 6 && ttl.find_first_not_of("0123456789") == std::string::npos) {
    feed_.ttl = minutes{std::stol(ttl)};
  }
  channel.Each([&](XmlElement child) {
    if (child.Is("link", kAtom) && child.Attribute("rel") == "next") feed_.next_url = Link(child.Attribute("href"), child.Base(document_url_));
  });
  items_in.Each([&](XmlElement child) {
    if (child.Name() == "item") RssItem(child);
  });
}

void Reader::RssItem(XmlElement element) {
  Item item = NewItem();
  Post& post = item.post;
  const std::string base = element.Base(document_url_);
  post.title = HtmlToText(RssChild(element, "title").Text());
  std::string html = element.Child("encoded", kContent).Text();
  if (html.empty()) html = RssChild(element, "description").Text();
  SetHtml(post, std::move(html));

  const XmlElement guid = RssChild(element, "guid");
  item.guid = guid.Text();
  item.link = Link(RssChild(element, "link").Text(), base);
  if (item.link.empty() && guid && guid.Attribute("isPermaLink") != "false" && UrlOrigin(item.guid)) item.link = Link(item.guid, base);
  if (item.link.empty()) {
    element.Each([&](XmlElement child) {
      if (item.link.empty() && child.Is("link", kAtom) && child.Attribute("rel") != "self") item.link = Link(child.Attribute("href"), base);
    });
  }
  if (item.guid.empty()) item.guid = element.Attribute("about", kRdf);

  item.date = RssChild(element, "pubDate").Text();
  if (item.date.empty()) item.date = element.Child("date", kDublinCore).Text();
  post.created_at = ReadDate(item.date);
  const std::string creator = element.Child("creator", kDublinCore).Text();
  post.author.display_name = PersonsName(creator.empty() ? RssChild(element, "author").Text() : creator);
  post.author.handle = post.author.display_name;
  items_.push_back(std::move(item));
}

// --- Atom ---

struct AtomText {
  std::string text, html;  // html "" when it is plain
};

// A text construct (RFC 4287 3.1) or content: type text, html or xhtml; other media types are not for reading.
AtomText ReadAtomText(XmlElement element) {
  std::string type = LowerAscii(element.Attribute("type"));
  if (type.empty() && element.Attribute("mode") == "escaped") type = "html";  // Atom 0.3
  if (type == "xhtml" || type == "application/xhtml+xml") {
    const XmlElement div = element.Child("div", kXhtml);
    std::string html = div ? div.Inner() : element.Inner();
    return {HtmlToText(html), std::move(html)};
  }
  if (type == "html" || type == "text/html") {
    std::string html = element.Text();
    return {HtmlToText(html), std::move(html)};
  }
  if (type.empty() || type == "text" || type.starts_with("text/")) return {element.Text(), ""};
  return {};
}

Author ReadAtomAuthor(XmlElement parent, std::string_view ns) {
  const XmlElement person = parent.Child("author", ns);
  Author author{.id = person.Child("uri", ns).Text(), .display_name = person.Child("name", ns).Text()};
  author.handle = author.display_name;
  return author;
}

void Reader::AtomFeed(XmlElement feed) {
  const std::string_view ns = feed.Namespace();
  feed_.title = ReadAtomText(feed.Child("title", ns)).text;
  language_ = feed.Language();
  const Author author = ReadAtomAuthor(feed, ns);
  feed.Each([&](XmlElement child) {
    if (child.Is("link", ns) && child.Attribute("rel") == "next") feed_.next_url = Link(child.Attribute("href"), child.Base(document_url_));
    if (child.Is("entry", ns)) AtomEntry(child, ns, author);
  });
}

void Reader::AtomEntry(XmlElement entry, std::string_view ns, const Author& feed_author) {
  Item item = NewItem();
  Post& post = item.post;
  post.title = ReadAtomText(entry.Child("title", ns)).text;
  AtomText content = ReadAtomText(entry.Child("content", ns));
  if (content.text.empty()) content = ReadAtomText(entry.Child("summary", ns));
  post.text = std::move(content.text);
  if (!content.html.empty() && content.html != post.text) {
    post.raw = std::move(content.html);
    post.raw_format = TextFormat::kHtml;
  }
  item.guid = entry.Child("id", ns).Text();
  std::string other_link;
  entry.Each([&](XmlElement child) {
    if (!child.Is("link", ns)) return;
    const std::string rel = child.Attribute("rel");
    std::string link = Link(child.Attribute("href"), child.Base(document_url_));
    if ((rel.empty() || rel == "alternate") && item.link.empty()) {
      item.link = std::move(link);
    } else if (rel != "self" && rel != "enclosure" && other_link.empty()) {
      other_link = std::move(link);
    }
  });
  if (item.link.empty()) item.link = std::move(other_link);
  if (item.link.empty() && UrlOrigin(item.guid)) item.link = item.guid;

  const std::string updated = entry.Child(ns == kAtom03 ? "modified" : "updated", ns).Text();
  item.date = entry.Child(ns == kAtom03 ? "issued" : "published", ns).Text();
  const auto updated_at = ReadDate(updated);
  post.created_at = ReadDate(item.date);
  if (item.date.empty()) {
    item.date = updated;
    post.created_at = updated_at;
  } else if (updated_at && updated_at != post.created_at) {
    post.edited_at = updated_at;
  }
  post.author = ReadAtomAuthor(entry, ns);
  if (post.author.display_name.empty()) post.author = ReadAtomAuthor(entry.Child("source", ns), ns);
  if (post.author.display_name.empty()) post.author = feed_author;
  if (const std::string lang = entry.Language(); !lang.empty()) post.language = lang;
  if (const std::string parent = entry.Child("in-reply-to", kThreading).Attribute("ref"); !parent.empty()) {
    post.in_reply_to = GlobalId(parent, feed_url_);
  }
  items_.push_back(std::move(item));
}

Result<ParsedFeed> Reader::Xml(std::string_view bytes, std::string_view charset) {
  auto document = HEED_TRY(XmlDocument::Parse(bytes, charset));
  const XmlElement root = document.Root();
  if (root.Name() == "rss") {
    const XmlElement channel = RssChild(root, "channel");
    if (!channel) return Fail(Fault::kMalformed, "an RSS document without a channel");
    Rss(channel, channel);
    if (items_.empty()) {  // 0.90 and some generators put the items beside the channel
      root.Each([&](XmlElement child) {
        if (child.Name() == "item") RssItem(child);
      });
    }
  } else if (root.Is("RDF", kRdf)) {
    const XmlElement channel = RssChild(root, "channel");
    if (!channel) return Fail(Fault::kMalformed, "an RDF document that is no RSS feed: it has no channel");
    Rss(channel, root);
  } else if (root.Name() == "feed" && (root.Namespace() == kAtom || root.Namespace() == kAtom03)) {
    AtomFeed(root);
  } else {
    return Fail(Fault::kMalformed, "an XML document that is no feed: it begins with <" + ForTerminal(ClipUtf8(root.Name(), 60)) + ">");
  }
  if (!document.Repaired().empty()) Note("the feed was read, though " + document.Repaired());
  return Finish();
}

// --- JSON Feed ---

// A string, or "".
std::string Words(Json value) { return std::string(value.StringOr("")); }

Result<ParsedFeed> Reader::JsonFeed(std::string_view bytes) {
  JsonParser parser;
  const Json feed = HEED_TRY(parser.Parse(bytes));
  if (!feed["items"].IsArray() || feed["version"].StringOr("").find("jsonfeed.org") == std::string_view::npos) {
    const std::string_view reason = feed["message"].String() ? feed["message"].StringOr("") : feed["error"].StringOr("");
    return Fail(Fault::kMalformed, "a JSON document that is no feed" + (reason.empty() ? "" : " (it says: " + ForTerminal(ClipUtf8(reason, 200)) + ")"));
  }
  feed_.title = Words(feed["title"]);
  language_ = Words(feed["language"]);
  feed_.next_url = Link(Words(feed["next_url"]), document_url_);
  const auto author_of = [](Json holder) {
    Json person = holder["authors"][0];
    if (!person) person = holder["author"];  // version 1.0
    Author author{.id = Words(person["url"]), .display_name = Words(person["name"])};
    author.handle = author.display_name;
    return author;
  };
  const Author feed_author = author_of(feed);
  std::size_t unreadable = 0;
  feed["items"].Each([&](Json element) {
    if (!element.IsObject()) return void(++unreadable);
    Item item = NewItem();
    Post& post = item.post;
    post.title = Words(element["title"]);
    if (std::string html = Words(element["content_html"]); !html.empty()) {
      SetHtml(post, std::move(html));
    } else {
      post.text = Words(element["content_text"]);
      if (post.text.empty()) post.text = Words(element["summary"]);
    }
    item.guid = element["id"].Id().value_or("");
    item.link = Link(Words(element["url"]), document_url_);
    if (item.link.empty()) item.link = Link(Words(element["external_url"]), document_url_);
    item.date = Words(element["date_published"]);
    post.created_at = ReadDate(item.date);
    if (const auto modified = ReadDate(element["date_modified"].StringOr("")); modified != post.created_at) post.edited_at = modified;
    if (std::string language = Words(element["language"]); !language.empty()) post.language = std::move(language);
    post.author = author_of(element);
    if (post.author.display_name.empty()) post.author = feed_author;
    items_.push_back(std::move(item));
  });
  if (unreadable > 0) Note(std::to_string(unreadable) + " items skipped: not objects");
  return Finish();
}

// Gives every item its identity, and leaves out what says nothing.
ParsedFeed Reader::Finish() {
  // Some generators give every item the same guid (the site's address): that tells nothing apart.
  // The same goes for links.
  const auto shared_among = [&](std::string Item::*key) {
    std::map<std::string_view, const Item*> first_with;
    std::set<std::string> shared;
    for (const auto& item : items_) {
      if ((item.*key).empty()) continue;
      const auto [at, is_first] = first_with.emplace(item.*key, &item);
      if (!is_first && (at->second->link != item.link || at->second->post.title != item.post.title)) shared.insert(item.*key);
    }
    return shared;
  };
  const auto shared_guids = shared_among(&Item::guid), shared_links = shared_among(&Item::link);
  if (!shared_guids.empty()) {
    Note("different items share the id \"" + ForTerminal(ClipUtf8(*shared_guids.begin(), 100)) + "\", so it was not used");
  }

  std::size_t empty = 0;
  for (auto& item : items_) {
    Post& post = item.post;
    if (post.text.empty() && post.title.empty()) {
      ++empty;
      continue;
    }
    if (!item.guid.empty() && !shared_guids.contains(item.guid)) {
      post.native_id = item.guid;
    } else if (!item.link.empty() && !shared_links.contains(item.link)) {
      post.native_id = item.link;
    } else {
      post.native_id = "sha256:" + Sha256Hex(post.title + "\n" + item.link + "\n" + item.date).substr(0, 32);
    }
    post.global_id = GlobalId(post.native_id, feed_url_);
    post.permalink = item.link.empty() ? document_url_ : item.link;
    feed_.posts.push_back(std::move(post));
  }
  if (empty > 0) Note(std::to_string(empty) + " items skipped: neither title nor text");
  return std::move(feed_);
}

// charset=... of a content type, or "".
std::string CharsetOf(std::string_view content_type) {
  for (std::string_view part : Split(content_type, ';')) {
    part = Trim(part);
    if (!StartsWithIgnoreCase(part, "charset=")) continue;
    part = Trim(part.substr(8));
    if (part.size() >= 2 && (part.front() == '"' || part.front() == '\'')) part = part.substr(1, part.size() - 2);
    return std::string(part);
  }
  return "";
}

// Whether the first markup in it is a web page's.
bool LooksLikeWebPage(std::string_view bytes) {
  while (bytes.starts_with("<?") || bytes.starts_with("<!--")) {
    const std::size_t end = bytes.find('>');
    if (end == std::string_view::npos) return false;
    bytes = Trim(bytes.substr(end + 1));
  }
  for (const std::string_view start : {"<!doctype html", "<html", "<head", "<body", "<div", "<p>", "<script"}) {
    if (StartsWithIgnoreCase(bytes, start)) return true;
  }
  return false;
}

}  // namespace

Result<ParsedFeed> ParseFeed(std::string_view bytes, std::string_view content_type, std::string_view feed_url,
                             std::string_view document_url) {
  Reader reader(feed_url, document_url);
  std::string_view start = bytes;
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
  start = Trim(start);
  if (start.empty()) return Fail(Fault::kMalformed, "an empty answer, which is no feed");
  if (start.front() == '{') return reader.JsonFeed(start);
  if (LooksLikeWebPage(start)) {
    return Fail(Fault::kMalformed, "this address answers a web page, not a feed; look for the page's RSS link");
  }
  const bool utf16 = bytes.starts_with("\xFE\xFF") || bytes.starts_with("\xFF\xFE") || bytes.starts_with(std::string_view("\0<", 2)) || bytes.starts_with(std::string_view("<\0", 2));
  if (start.front() != '<' && !utf16) return Fail(Fault::kMalformed, "neither XML nor JSON, so no feed");
  // White space in front of the XML declaration is a usual mistake that XML does not allow.
  return reader.Xml(utf16 ? bytes : start, CharsetOf(content_type));
}

namespace {

// Letters and digits alone, as pages break lines, quotation marks and spaces as they like.
std::string Bare(std::string_view text) {
  std::string bare;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto rest = text.substr(i);
    // Punctuation of U+2000 to U+207F, and the signs below U+00C0.
    if (rest.starts_with("\xE2\x80") || rest.starts_with("\xE2\x81")) i += 2;
    else if (c == '\xC2') i += 1;
    else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) & 0x80)) bare += c;
    else if (c >= 'A' && c <= 'Z') bare += static_cast<char>(c - 'A' + 'a');
  }
  return bare;
}

}  // namespace

Presence ReadFeedLook(std::string_view html, const Post& post) {
  constexpr std::size_t kFewest = 12, kEnough = 80;  // letters: too few are anywhere; a feed may cut an item's words short
  const std::string page = Bare(HtmlToText(html)), title = Bare(post.title);
  std::string words = Bare(post.text);
  if (words.size() > kEnough) words.resize(kEnough);
  if (words.size() >= kFewest && page.find(words) != page.npos) return Presence::kUp;
  if (title.size() < kFewest || page.find(title) == page.npos) return Presence::kUnknown;
  return words.size() < kFewest ? Presence::kUp : Presence::kUpEdited;
}

}  // namespace heed
