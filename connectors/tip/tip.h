// Tips: what staff were sent, read into posts.  Most abuse sits where no interface reaches, and arrives as a chat
// export, a screenshot, a saved page or a forwarded mail.
//
// Bytes in, posts out: no clock, no store, no network.  What a file is, is told by its content and never by its name.
// Nothing is passed over in silence: what could not be read is named, with what to do instead.
//
// Pictures and PDFs are read by programs of their own (connectors/tip/outside.h), handed in as functions, because
// what decodes a stranger's picture must be able to crash alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/model/post.h"

namespace heed {

enum class TipKind : std::uint8_t { kText, kWhatsApp, kTelegram, kFacebook, kInstagram, kTikTok, kPage, kMail, kPdf, kPicture };
std::string_view ToString(TipKind kind);  // "whatsapp": Post::platform of what comes from it
std::string_view Describe(TipKind kind);  // "WhatsApp chat export"

// One thing that could be read.
struct TipItem {
  TipKind kind = TipKind::kText;
  std::string name;   // "tip.zip > _chat.txt"
  std::string place;  // the chat's name or the page's title; "" where it has none
  // Many people's words, of which only what matters is to be kept: an export.  Else the whole of it is what
  // somebody means, and `posts` holds one.
  bool collection = false;
  std::vector<Post> posts;          // handed_in has kind, item and confidence; first_seen_at is left to who has a clock
  // The last so many of `posts` have the form of the app's own words (who joined, who renamed the group).  Somebody may have typed one to look so:
  // they are judged, and kept only if they are flagged.
  std::size_t asides = 0;
  std::vector<std::string> notes;   // what was decided in reading it: "dates read as day/month"
  std::uint64_t without_words = 0;  // messages of nothing but a picture, system lines, deleted ones
  std::string unsure;               // why a person should look even if nothing is found; "" = read well
};

// One thing that could not be read: what it is called, why, and what to do.
struct TipTrouble {
  std::string name, why;
};

struct TipReading {
  std::vector<TipItem> items;
  std::vector<TipTrouble> not_read;
};

// The words of a picture and how sure they are, 0..100 (0 where there are none).
struct PictureWords {
  std::string text;
  std::uint32_t confidence = 0;
};

struct TipTools {
  std::function<Result<PictureWords>(std::string_view bytes)> picture;
  std::function<Result<std::string>(std::string_view bytes)> pdf;
};

// At most that many bytes in one file; larger ones are not read and said so.
inline constexpr std::uint64_t kMaxTipBytes = 64ull << 20;
// At most that many pictures and PDFs in one file (a mail, a zip); further ones become posts without words, for a person.
inline constexpr std::size_t kMaxTipPictures = 40;
// At most that many messages of one export; the first ones.
inline constexpr std::size_t kMaxTipMessages = 500'000;

// Reads one file.  `name` is only shown.  Zone-less dates are read in the process's time zone.
TipReading ReadTip(std::string_view name, std::string_view bytes, const TipTools& tools);

// Words somebody typed or pasted: always one post, never taken apart.
TipItem ReadPastedText(std::string_view text);

// A page's bytes as a server sent them.
TipReading ReadFetchedPage(std::string_view url, std::string_view content_type, std::string_view bytes, const TipTools& tools);

}  // namespace heed
