// What a file is, and who reads it.
#include "connectors/tip/tip.h"

#include <algorithm>
#include <memory>

#include "connectors/markup/html.h"
#include "connectors/tip/readers.h"
#include "src/base/hash.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/http.h"

namespace heed {
namespace tip {
namespace {

bool IsHeaderLine(std::string_view line) {
  for (const std::string_view name : {"from:", "to:", "subject:", "date:", "received:", "message-id:", "mime-version:", "return-path:", "delivered-to:", "content-type:", "x-", "dkim-signature:",
                                      "snapshot-content-location:", "cc:", "reply-to:", "arc-", "authentication-results:"})
    if (StartsWithIgnoreCase(line, name)) return true;
  return false;
}

// Mail begins with header lines: two that are known, and none that is not one.
bool IsMail(std::string_view bytes) {
  if (bytes.starts_with("From ")) bytes.remove_prefix(std::min(bytes.find('\n'), bytes.size() - 1) + 1);  // as mbox has it
  int known = 0, lines = 0;
  for (std::size_t at = 0; at < bytes.size() && lines < 30; ++lines) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    std::string_view line = bytes.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) break;
    if (line.front() == ' ' || line.front() == '\t') continue;
    const std::size_t colon = line.find(':');
    if (colon == line.npos || colon == 0 || colon > 80 || line.substr(0, colon).find_first_of(" \t[(") != line.npos) return false;
    known += IsHeaderLine(line);
  }
  return known >= 2;
}

bool IsHtml(std::string_view text) {
  const std::string head = LowerAscii(text.substr(0, 2'048));
  std::string_view rest = Trim(head);
  if (!rest.starts_with('<')) return false;
  for (const std::string_view tag : {"<!doctype html", "<html", "<head", "<body", "<title", "<meta", "<div", "<table"})
    if (rest.find(tag) != rest.npos) return true;
  return false;
}

// Some bytes from `at`; fewer where there are no more.
std::string_view Part(std::string_view bytes, std::size_t at, std::size_t count) { return at < bytes.size() ? bytes.substr(at, count) : std::string_view(); }

bool IsPicture(std::string_view bytes) {
  return bytes.starts_with("\x89PNG\r\n\x1a\n") || bytes.starts_with("\xFF\xD8\xFF") || bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a") ||
         (bytes.starts_with("BM") && Part(bytes, 6, 4) == std::string_view("\0\0\0\0", 4)) || bytes.starts_with(std::string_view("II*\0", 4)) ||
         bytes.starts_with(std::string_view("MM\0*", 4)) || (bytes.starts_with("RIFF") && Part(bytes, 8, 4) == "WEBP");
}

}  // namespace

Look LookAt(std::string_view bytes) {
  if (Trim(bytes.substr(0, 4'096)).empty() && bytes.size() <= 4'096) return Look::kEmpty;
  if (IsPicture(bytes)) return Look::kPicture;
  if (bytes.substr(0, 1'024).find("%PDF-") != bytes.npos) return Look::kPdf;
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) return Look::kZip;
  const bool utf16 = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
  std::string_view head = bytes.substr(0, 4'096);
  if (!utf16 && head.find('\0') != head.npos) return Look::kOther;
  const std::string start = ToUtf8(head);
  const std::size_t strange = static_cast<std::size_t>(std::ranges::count_if(start, [](char c) { return c < ' ' && c >= 0 && c != '\n' && c != '\r' && c != '\t' && c != '\f'; }));
  if (strange * 50 > start.size()) return Look::kOther;
  if (start.starts_with("{\\rtf")) return Look::kOther;
  const std::string_view text = Trim(start);
  if (IsMail(text)) return Look::kMail;
  if (IsHtml(text)) return Look::kHtml;
  if (text.starts_with('{') || (text.starts_with('[') && !IsWhatsApp(text))) return Look::kJson;
  return Look::kText;
}

std::string WhatElse(std::string_view bytes) {
  if (bytes.starts_with("\xD0\xCF\x11\xE0")) return "is an old Office or Outlook file: in Outlook save the mail as .eml or print it to PDF, and hand that in";
  if (bytes.starts_with("{\\rtf")) return "is a rich-text document: save it as PDF and hand that in";
  if (Part(bytes, 4, 4) == "ftyp") {
    const auto brand = Part(bytes, 8, 4);
    if (brand == "heic" || brand == "heix" || brand == "mif1" || brand == "hevc" || brand == "msf1") return "is a HEIC photo, which heed does not read: send it as JPEG, or take a screenshot of it";
    return "is a film or recording: heed reads words only; write down what is said and hand that in as text, then add the film to the case that opens (its evidence page, or heed capture add)";
  }
  if (bytes.starts_with("OggS") || bytes.starts_with("ID3") || bytes.starts_with("RIFF") || bytes.starts_with("\x1A\x45\xDF\xA3")) return "is a film or recording: heed reads words only; write down what is said and hand that in as text, and keep the recording";
  if (bytes.starts_with("7z\xBC\xAF") || bytes.starts_with("Rar!") || bytes.starts_with("\x1F\x8B")) return "is an archive that heed does not open: unpack it and hand in what is inside";
  return "is of a kind heed does not read: text, chat exports, saved pages, mail, PDF and pictures it does; a screenshot always works";
}

TipReading ReadOne(std::string_view name, std::string_view bytes, const TipTools& tools, int depth) {
  TipReading reading;
  const auto trouble = [&](std::string why) {
    reading.not_read.push_back({std::string(name), std::move(why)});
    return reading;
  };
  const auto whole = [&](TipItem item) {
    reading.items.push_back(std::move(item));
    return reading;
  };
  if (depth > kMaxDepth) return trouble("lies too deep inside other files: take it out and hand it in by itself");
  const Look look = LookAt(bytes);
  switch (look) {
    case Look::kEmpty: return trouble("is empty");
    case Look::kOther: return trouble(WhatElse(bytes));
    case Look::kZip: return ReadZip(name, bytes, tools, depth);
    case Look::kMail: return ReadMail(name, bytes, tools, depth);
    case Look::kPicture:
    case Look::kPdf: {
      const bool picture = look == Look::kPicture;
      TipItem item;
      item.kind = picture ? TipKind::kPicture : TipKind::kPdf;
      item.name = name;
      Post post = NewPost(item.kind, name, "");
      post.native_id = Sha256Hex(bytes).substr(0, 32);
      post.global_id = std::string(ToString(item.kind)) + ":" + post.native_id;
      if (picture) {
        auto words = tools.picture ? tools.picture(bytes) : Fail(Fault::kUnsupported, "pictures cannot be read here");
        if (!words) {
          item.unsure = "the picture could not be read: " + words.error().message();
        } else {
          post.text = Trim(RepairUtf8(words->text));
          post.handed_in->confidence = words->confidence;
          if (post.text.empty()) item.unsure = "no words were found in the picture: a person must look at it";
          else if (words->confidence < 60) item.unsure = "the picture's words were read with little confidence (" + std::to_string(words->confidence) + " of 100): a person must look at it";
        }
      } else {
        auto text = tools.pdf ? tools.pdf(bytes) : Fail(Fault::kUnsupported, "PDFs cannot be read here");
        if (!text) {
          item.unsure = "the PDF could not be read: " + text.error().message();
        } else {
          post.text = Trim(RepairUtf8(*text));
          if (post.text.empty()) item.unsure = "the PDF has pictures of words only: a person must look at it, or hand in screenshots of its pages";
        }
      }
      item.posts.push_back(std::move(post));
      return whole(std::move(item));
    }
    case Look::kJson: {
      JsonParser parser;
      const std::string text = ToUtf8(bytes);
      const auto root = parser.Parse(text);
      if (!root) return trouble("looks like JSON and is not whole (" + root.error().message() + "): ask for it to be sent again");
      if (IsTelegramJson(*root)) {
        reading.items = ReadTelegramJson(name, *root);
        return reading;
      }
      if (auto download = ReadDownload(name, *root)) return whole(*std::move(download));
      return trouble("is JSON without messages, comments or posts that heed knows");
    }
    case Look::kHtml: {
      const std::string html = ToUtf8(bytes);
      return whole(IsTelegramHtml(html) ? ReadTelegramHtml(name, html) : ReadPage(name, html));
    }
    case Look::kText: {
      const std::string text = ToUtf8(bytes);
      if (IsWhatsApp(text)) return whole(ReadWhatsApp(name, text));
      TipItem item = ReadPastedText(text);
      item.name = name;
      item.posts.front().handed_in->item = name;
      return whole(std::move(item));
    }
  }
  return trouble(WhatElse(bytes));
}

}  // namespace tip

TipReading ReadTip(std::string_view name, std::string_view bytes, const TipTools& tools) {
  const std::string shown = RepairUtf8(name);
  if (bytes.size() > kMaxTipBytes) {
    TipReading reading;
    reading.not_read.push_back({shown, "is over " + std::to_string(kMaxTipBytes >> 20) + " MB: export the chat without media, or hand in only the part that matters"});
    return reading;
  }
  // An album is no tip: reading pictures takes seconds each.
  const auto left = std::make_shared<std::size_t>(kMaxTipPictures);
  const Error enough{Fault::kTooLarge, "only " + std::to_string(kMaxTipPictures) + " pictures and PDFs are read from one file: hand it in by itself"};
  TipTools counted;
  counted.picture = [&tools, left, enough](std::string_view one) -> Result<PictureWords> {
    if (!tools.picture) return Fail(Fault::kUnsupported, "pictures cannot be read here");
    if (*left == 0) return Fail(enough);
    --*left;
    return tools.picture(one);
  };
  counted.pdf = [&tools, left, enough](std::string_view one) -> Result<std::string> {
    if (!tools.pdf) return Fail(Fault::kUnsupported, "PDFs cannot be read here");
    if (*left == 0) return Fail(enough);
    --*left;
    return tools.pdf(one);
  };
  TipReading reading = tip::ReadOne(shown, bytes, counted, 0);
  constexpr std::size_t kMostTroubles = 100;
  if (reading.not_read.size() > kMostTroubles) {
    const std::size_t more = reading.not_read.size() - kMostTroubles;
    reading.not_read.resize(kMostTroubles);
    reading.not_read.push_back({shown, "holds " + std::to_string(more) + " more files that could not be read"});
  }
  return reading;
}

TipItem ReadPastedText(std::string_view text) {
  TipItem item;
  item.kind = TipKind::kText;
  item.name = "pasted text";
  Post post = tip::NewPost(TipKind::kText, item.name, std::string(Trim(RepairUtf8(text))));
  post.native_id = Sha256Hex(post.text).substr(0, 32);
  post.global_id = "text:" + post.native_id;
  item.posts.push_back(std::move(post));
  return item;
}

TipReading ReadFetchedPage(std::string_view url, std::string_view content_type, std::string_view bytes, const TipTools& tools) {
  const tip::Look look = tip::LookAt(bytes);
  if (look == tip::Look::kHtml || (look == tip::Look::kText && LowerAscii(content_type).starts_with("text/html"))) {
    TipReading reading;
    reading.items.push_back(tip::ReadPage(url, tip::ToUtf8(bytes), url));
    return reading;
  }
  TipReading reading = tip::ReadOne(url, bytes, tools, 0);
  for (auto& item : reading.items)
    for (auto& post : item.posts)
      if (post.permalink.empty()) post.permalink = url;
  return reading;
}

}  // namespace heed
