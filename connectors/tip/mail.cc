// A mail (.eml), or a page a browser saved as one (MHTML: a multipart/related message), by GMime, whose one host this is.
//
// The body is a post, the plainest form of it that has words; so is each attachment that can be read.  Where something
// is attached, the body is mostly "please look at this", so it is kept only if it matters by itself (TipItem::collection).
#include <gmime/gmime.h>

#include <algorithm>
#include <memory>

#include "connectors/markup/html.h"
#include "connectors/tip/readers.h"
#include "src/base/hash.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/http.h"

namespace heed::tip {
namespace {

constexpr int kMostNested = 20;
constexpr std::size_t kMostParts = 500;
constexpr std::size_t kMostDecoded = 128u << 20;
constexpr std::size_t kDecoration = 24u << 10;  // bytes: smaller pictures inside a mail's text are logos and smileys

struct Unref {
  template <typename T>
  void operator()(T* object) const {
    g_object_unref(object);
  }
};
template <typename T>
using Ref = std::unique_ptr<T, Unref>;

void Ready() {
  static const bool started = [] {
    // Before anything is parsed: GMime grumbles about strangers' mail on standard error.
    for (const char* domain : {"gmime", "GLib", "GLib-GObject"})
      g_log_set_handler(domain, static_cast<GLogLevelFlags>(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_MESSAGE), [](const gchar*, GLogLevelFlags, const gchar*, gpointer) {}, nullptr);
    g_mime_init();
    return true;
  }();
  (void)started;
}

std::string Text(const char* text) { return text ? RepairUtf8(text) : ""; }

struct Attached {
  std::string name, bytes;
  bool decoration = false;
};

struct Parts {
  std::string plain, html, html_location;
  std::vector<Attached> attached;
  std::size_t parts = 0, decoded = 0, decorations = 0;
  bool encrypted = false, too_much = false;
};

std::string Decode(GMimePart* part, Parts& into) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (!content || into.too_much) return "";
  const Ref<GMimeStream> out(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, out.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out.get()));
  into.decoded += bytes->len;
  if (into.decoded > kMostDecoded) {
    into.too_much = true;
    return "";
  }
  return std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

std::string TextOf(GMimePart* part, Parts& into) {
  const std::string bytes = Decode(part, into);
  const char* charset = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");
  if (charset && !EqualsIgnoreCase(charset, "utf-8") && !EqualsIgnoreCase(charset, "us-ascii")) {
    // iconv by way of GLib; what it does not know is read as if nothing had been said.
    gsize read = 0, written = 0;
    char* converted = g_convert_with_fallback(bytes.data(), static_cast<gssize>(bytes.size()), "UTF-8", g_mime_charset_iconv_name(charset), "?", &read, &written, nullptr);
    if (converted) {
      std::string text(converted, written);
      g_free(converted);
      return RepairUtf8(text);
    }
  }
  return ToUtf8(bytes);
}

void Walk(GMimeObject* object, Parts& into, int depth) {
  if (!object) return;
  if (depth > kMostNested || ++into.parts > kMostParts) {
    into.too_much = true;
    return;
  }
  if (GMIME_IS_MULTIPART(object)) {
    if (GMIME_IS_MULTIPART_ENCRYPTED(object)) {
      into.encrypted = true;
      return;
    }
    const int count = g_mime_multipart_get_count(GMIME_MULTIPART(object));
    for (int i = 0; i < count && !into.too_much; ++i) Walk(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), into, depth + 1);
    return;
  }
  if (GMIME_IS_MESSAGE_PART(object)) {
    GMimeMessage* message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    if (!message) return;
    char* whole = g_mime_object_to_string(GMIME_OBJECT(message), nullptr);
    if (whole) {
      into.decoded += std::string_view(whole).size();
      into.attached.push_back({"forwarded mail " + std::to_string(into.attached.size() + 1), whole});
      g_free(whole);
    }
    return;
  }
  if (!GMIME_IS_PART(object)) return;
  GMimePart* part = GMIME_PART(object);
  GMimeContentType* type = g_mime_object_get_content_type(object);
  const char* disposition = g_mime_object_get_disposition(object);
  const bool attachment = disposition && EqualsIgnoreCase(disposition, "attachment");
  const std::string file = Text(g_mime_part_get_filename(part));
  if (!attachment && type && g_mime_content_type_is_type(type, "text", "plain") && file.empty()) {
    into.plain += (into.plain.empty() ? "" : "\n") + TextOf(part, into);
  } else if (!attachment && type && g_mime_content_type_is_type(type, "text", "html") && file.empty()) {
    if (into.html.empty()) into.html_location = Text(g_mime_part_get_content_location(part));
    into.html += TextOf(part, into);
  } else {
    Attached one{file.empty() ? "attachment " + std::to_string(into.attached.size() + 1) : Short(file), Decode(part, into)};
    one.decoration = !attachment && one.bytes.size() < kDecoration && type && g_mime_content_type_is_type(type, "image", "*");
    if (one.decoration) ++into.decorations;
    else if (!one.bytes.empty()) into.attached.push_back(std::move(one));
  }
}

}  // namespace

TipReading ReadMail(std::string_view name, std::string_view bytes, const TipTools& tools, int depth) {
  Ready();
  TipReading reading;
  const auto trouble = [&](std::string why) { reading.not_read.push_back({std::string(name), std::move(why)}); };
  const Ref<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  const Ref<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  if (bytes.starts_with("From ")) g_mime_parser_set_format(parser.get(), GMIME_FORMAT_MBOX);
  const Ref<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (!message) {
    trouble("looks like a mail and is damaged: ask for it to be sent again, or take a screenshot");
    return reading;
  }
  Parts parts;
  Walk(g_mime_message_get_mime_part(message.get()), parts, 0);
  if (parts.encrypted) trouble("is encrypted: open it in the mail program and hand in what it says as text, or a screenshot");
  if (parts.too_much) trouble("has more parts, or more in them, than heed reads from one mail: hand in the attachments by themselves");

  const std::string snapshot = Text(g_mime_object_get_header(GMIME_OBJECT(message.get()), "Snapshot-Content-Location"));
  const bool has_recipient = g_mime_object_get_header(GMIME_OBJECT(message.get()), "To") != nullptr || g_mime_object_get_header(GMIME_OBJECT(message.get()), "Received") != nullptr;
  const GMimeContentType* type = g_mime_object_get_content_type(GMIME_OBJECT(message.get()));
  const bool related = type && g_mime_content_type_is_type(const_cast<GMimeContentType*>(type), "multipart", "related");
  if (!parts.html.empty() && (!snapshot.empty() || (related && !has_recipient))) {
    const std::string url = UrlOrigin(snapshot) ? snapshot : parts.html_location;
    TipItem page = ReadPage(name, parts.html, UrlOrigin(url) ? url : "");
    reading.items.push_back(std::move(page));
    return reading;
  }

  TipItem item;
  item.kind = TipKind::kMail;
  item.name = name;
  std::string words(Trim(parts.plain));
  if (words.empty()) words = HtmlToText(parts.html);
  Post post = NewPost(TipKind::kMail, name, std::move(words));
  post.title = Trim(Text(g_mime_message_get_subject(message.get())));
  item.place = post.title;
  if (InternetAddressList* from = g_mime_message_get_from(message.get()); from && internet_address_list_length(from) > 0) {
    InternetAddress* first = internet_address_list_get_address(from, 0);
    post.author.display_name = Text(internet_address_get_name(first));
    if (INTERNET_ADDRESS_IS_MAILBOX(first)) post.author.handle = Text(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first)));
  }
  if (GDateTime* date = g_mime_message_get_date(message.get())) {
    const gint64 at = g_date_time_to_unix(date);
    if (at > 0 && at < 7'000'000'000) post.created_at = Instant{seconds{at}};
  }
  const std::string id = Text(g_mime_message_get_message_id(message.get()));
  post.native_id = id.empty() ? Sha256Hex(bytes).substr(0, 32) : Short(id);
  post.global_id = "mail:" + (id.empty() ? post.native_id : std::string(ClipUtf8(id, 400)));

  for (auto& attached : parts.attached) {
    TipReading one = ReadOne(std::string(name) + " > " + attached.name, attached.bytes, tools, depth + 1);
    for (auto& inner : one.items) reading.items.push_back(std::move(inner));
    for (auto& inner : one.not_read) reading.not_read.push_back(std::move(inner));
    post.media.push_back({MediaKind(attached.name), attached.name, ""});
  }
  if (parts.decorations > 0) item.notes.push_back(std::to_string(parts.decorations) + " small pictures in its text (logos, smileys) were not looked at");
  item.collection = !reading.items.empty();
  if (post.text.empty() && post.title.empty()) {
    if (reading.items.empty() && reading.not_read.empty()) trouble("has no words and nothing attached");
    return reading;
  }
  item.posts.push_back(std::move(post));
  reading.items.insert(reading.items.begin(), std::move(item));
  return reading;
}

}  // namespace heed::tip
