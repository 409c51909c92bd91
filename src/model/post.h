// A public post as any platform gives it, in common terms.
//
// Everything in it was written by a stranger, dates included.  Strings are UTF-8 (connectors repair what is
// not).  Absent is the empty string or nullopt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/time.h"

namespace heed {

enum class TextFormat : std::uint8_t { kPlain, kHtml, kMarkdown };
std::string_view ToString(TextFormat format);  // "plain", "html", "markdown"
std::optional<TextFormat> ParseTextFormat(std::string_view name);

struct Author {
  std::string id;            // the platform's immutable id: handles change hands
  std::string handle;        // as shown, without "@" in front
  std::string display_name;

  bool operator==(const Author&) const = default;
};

struct Media {
  std::string kind;         // "image", "video", "audio", "link", as near as the platform tells
  std::string url;
  std::string description;  // alternative text or a link card's title and summary: judged with the post

  bool operator==(const Media&) const = default;
};

struct Counts {
  std::optional<std::uint64_t> replies, reposts, likes, quotes;

  bool operator==(const Counts&) const = default;
};

// How a post came to us that heed did not collect: a person handed it in (src/app/tips.h).  Written by staff, and
// by the reader of what they handed in.
struct HandedIn {
  std::string by;      // who handed it in: a person's id or login name
  std::string from;    // who sent it, and how, in that person's words
  std::string note;
  std::string kind;    // what it was read as: "WhatsApp chat export"
  std::string item;    // which of the things handed in, and where in it: "chat.zip > _chat.txt, line 812"
  std::string digest;  // SHA-256 of the file as handed in, in hex; "" for pasted text and addresses
  bool kept = false;   // whether that file is kept as well (src/app/originals.h)
  std::optional<std::uint64_t> confidence;  // 0..100: how sure the reading of a picture is

  bool operator==(const HandedIn&) const = default;
};

struct Post {
  std::string platform;   // "bluesky", "mastodon", "feed", ... or what a file's line says
  std::string instance;   // host of federated or self-hosted software
  std::string native_id;  // opaque; never a number to us
  std::string global_id;  // what duplicates are found by: at-URI, ActivityPub uri, else "platform:native_id"
  std::string version_id; // changes when the author edits; see ContentVersion()
  std::string permalink;  // what a person can open
  Author author;

  std::string title;      // feeds
  std::string warning;    // content warning shown before the text
  std::string text;       // plain: what a reader sees
  std::string raw;        // as received, where that differs from `text`
  TextFormat raw_format = TextFormat::kPlain;
  std::string language;   // author-declared, often wrong: never filtered on

  std::optional<Instant> created_at;  // author-declared on Bluesky and feeds
  std::optional<Instant> edited_at;
  Instant first_seen_at{};            // our clock, when the page was read

  std::string in_reply_to, thread_root;  // global ids where the platform gives them
  std::vector<Media> media;
  Counts counts;
  bool signed_in_only = false;  // the author asks not to be shown to logged-out viewers
  std::optional<HandedIn> handed_in;  // absent: collected by heed

  bool operator==(const Post&) const = default;
};

// The text that is judged, and that every Hit's offsets count bytes of: warning, title, text and the media's
// descriptions, those that are not empty, with "\n" between.  Points into `post` or, when there is more than
// one part, into `scratch`.
std::string_view JudgedText(const Post& post, std::string& scratch);

// version_id where the platform has one, else a digest of what is judged: an edit is a new version either way.
std::string ContentVersion(const Post& post);

}  // namespace heed
