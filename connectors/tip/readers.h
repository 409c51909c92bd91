// The readers behind ReadTip(), one a kind.  For this folder and its tests; everybody else calls tip.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/tip/tip.h"
#include "src/base/json.h"
#include "src/base/time.h"

namespace heed::tip {

// --- what a file is

enum class Look : std::uint8_t { kEmpty, kPicture, kPdf, kZip, kJson, kHtml, kMail, kText, kOther };
// By content.  The first few thousand bytes are enough.
Look LookAt(std::string_view bytes);
// What kOther is, with what to do: "a Word document; save it as PDF and hand that in".
std::string WhatElse(std::string_view bytes);

// --- words (words.cc)

// UTF-8 from UTF-8, UTF-16 with a byte order mark, or else windows-1252.
std::string ToUtf8(std::string_view bytes);
// Without the marks of reading direction and zero-width no-break spaces; no-break spaces become spaces.
std::string WithoutMarks(std::string_view text);
// Facebook writes each byte of UTF-8 as a character of its own ("Ã©" for "é"): undone where it holds throughout.
std::string WithoutMojibake(std::string_view text);
// A time of day in the process's time zone; nullopt for one that does not exist (31 February, 25:00).
std::optional<Instant> LocalTime(int year, int month, int day, int hour, int minute, int second);
// "whatsapp:<32 hex digits>" of all the parts: the same message handed in twice is one post.
std::string IdOf(TipKind kind, std::initializer_list<std::string_view> parts);
// A post with what every tip's post has.
Post NewPost(TipKind kind, std::string_view item, std::string text);
// "image", "video", "audio" or "file", by a file name's ending.
std::string MediaKind(std::string_view file_name);
// Text made fit for a note: one line, at most 80 bytes.
std::string Short(std::string_view text);

// --- readers

bool IsWhatsApp(std::string_view text);
TipItem ReadWhatsApp(std::string_view name, std::string_view text);

bool IsTelegramJson(Json root);
std::vector<TipItem> ReadTelegramJson(std::string_view name, Json root);
bool IsTelegramHtml(std::string_view html);
TipItem ReadTelegramHtml(std::string_view name, std::string_view html);

// What Facebook, Instagram and TikTok hand out when somebody downloads their own data.  nullopt: none of these.
std::optional<TipItem> ReadDownload(std::string_view name, Json root);

TipItem ReadPage(std::string_view name, std::string_view html, std::string_view url = "");

// A mail, or a page saved as MHTML, and what is attached to it.  `depth` counts what it lies in.
TipReading ReadMail(std::string_view name, std::string_view bytes, const TipTools& tools, int depth);
TipReading ReadZip(std::string_view name, std::string_view bytes, const TipTools& tools, int depth);
TipReading ReadOne(std::string_view name, std::string_view bytes, const TipTools& tools, int depth);

inline constexpr int kMaxDepth = 3;  // a picture in a mail in a mail

}  // namespace heed::tip
