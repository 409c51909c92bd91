#include "src/evidence/capture.h"

#include <sys/timex.h>

#include <array>

#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/evidence/warc.h"

namespace heed {
namespace {

// What in a page says "this post": its ids and address.
struct Marks {
  std::vector<std::string> anywhere;  // as the value of any member
  std::string id;                     // as the value of "id" only
};

Marks MarksOf(const Post& post) {
  Marks marks;
  for (const auto& mark : {post.global_id, post.permalink})
    if (mark.size() >= 8) marks.anywhere.push_back(mark);
  marks.id = post.native_id;
  if (post.native_id.size() >= 8) marks.anywhere.push_back(post.native_id);
  return marks;
}

// The longest run of plain letters in the words, by which a post is told from a mere reference to it.
std::string_view RunOfLetters(std::string_view text) {
  std::string_view best;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && (((text[end] | 32) >= 'a' && (text[end] | 32) <= 'z') || (text[end] == ' ' && end > at && text[end - 1] != ' '))) ++end;
    if (end - at > best.size()) best = text.substr(at, std::min<std::size_t>(end - at, 30));
    at = end + 1;
  }
  return best.size() >= 8 ? best : std::string_view();
}

std::string Plain(std::string_view json_string) {
  std::string out;
  for (std::size_t i = 0; i < json_string.size(); ++i) {
    if (json_string[i] == '\\' && i + 1 < json_string.size()) ++i;  // \/ and \" ; others never stand in an id
    out += json_string[i];
  }
  return out;
}

// The smallest object that has one of the marks as a member of its own and holds the words; else the largest with a mark.
std::string_view PartOfJson(std::string_view body, const Marks& marks, std::string_view words) {
  struct Open {
    std::size_t at;
    bool object, marked = false;
    std::string key;
  };
  constexpr std::size_t kDeepest = 500;
  std::vector<Open> open;
  std::string_view best, fallback;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '{' || c == '[') {
      if (open.size() >= kDeepest) return {};
      open.push_back({i, c == '{', false, {}});
    } else if (c == '}' || c == ']') {
      if (open.empty() || open.back().object != (c == '}')) return {};
      const Open closed = open.back();
      open.pop_back();
      if (!closed.marked) continue;
      const auto part = body.substr(closed.at, i + 1 - closed.at);
      if (part.size() > fallback.size()) fallback = part;
      if (!words.empty() && part.find(words) != std::string_view::npos && (best.empty() || part.size() < best.size())) best = part;
    } else if (c == '"') {
      std::size_t end = i + 1;
      while (end < body.size() && body[end] != '"') end += body[end] == '\\' ? 2 : 1;
      if (end >= body.size()) return {};
      const auto text = body.substr(i + 1, end - i - 1);
      std::size_t next = end + 1;
      while (next < body.size() && (body[next] == ' ' || body[next] == '\n' || body[next] == '\r' || body[next] == '\t')) ++next;
      if (!open.empty() && open.back().object) {
        if (next < body.size() && body[next] == ':') {
          open.back().key = text;
        } else {
          const std::string value = Plain(text);
          for (const auto& mark : marks.anywhere) open.back().marked |= value == mark;
          open.back().marked |= !marks.id.empty() && open.back().key == "id" && value == marks.id;
        }
      }
      i = end;
    } else if ((c == '-' || (c >= '0' && c <= '9')) && !open.empty() && open.back().object && open.back().key == "id") {
      std::size_t end = i;
      while (end < body.size() && body[end] >= '0' && body[end] <= '9') ++end;
      if (end > i && body.substr(i, end - i) == marks.id) open.back().marked = true;
      if (end > i) i = end - 1;
    }
  }
  return best.empty() ? fallback : best;
}

std::string_view PartOfXml(std::string_view body, const Marks& marks) {
  for (const auto& [opening, closing] : {std::pair<std::string_view, std::string_view>{"<item", "</item>"}, {"<entry", "</entry>"}}) {
    for (std::size_t at = body.find(opening); at != std::string_view::npos; at = body.find(opening, at + 1)) {
      const auto end = body.find(closing, at);
      if (end == std::string_view::npos) break;
      const auto part = body.substr(at, end + closing.size() - at);
      for (const auto& mark : marks.anywhere) {
        std::string escaped;
        for (const char c : mark) escaped += c == '&' ? "&amp;" : std::string(1, c);
        if (part.find(mark) != std::string_view::npos || part.find(escaped) != std::string_view::npos) return part;
      }
    }
  }
  return {};
}

bool Holds(std::string_view body, const Marks& marks) {
  for (const auto& mark : marks.anywhere) {
    std::string slashes;
    for (const char c : mark) slashes += c == '/' ? "\\/" : std::string(1, c);
    if (body.find(mark) != std::string_view::npos || body.find(slashes) != std::string_view::npos) return true;
  }
  return false;
}

struct Kind {
  std::string_view starts, extension, media_type;
};
constexpr std::array<Kind, 8> kKinds = {{{"\x89PNG\r\n\x1a\n", "png", "image/png"},
                                         {"\xff\xd8\xff", "jpg", "image/jpeg"},
                                         {"GIF8", "gif", "image/gif"},
                                         {"%PDF-", "pdf", "application/pdf"},
                                         {"PK\x03\x04", "wacz", "application/wacz"},
                                         {"\x1f\x8b", "warc.gz", "application/warc"},
                                         {"WARC/1.", "warc", "application/warc"},
                                         {"RIFF", "webp", "image/webp"}}};

// A video, by its first bytes; nullptr: it is none heed knows.
const Kind* VideoKind(std::string_view bytes) {
  static constexpr Kind kMp4{"", "mp4", "video/mp4"}, kWebm{"", "webm", "video/webm"}, kTransport{"", "ts", "video/mp2t"};
  constexpr std::size_t kPacket = 188;
  const auto packet = [&](std::size_t at) { return at >= bytes.size() || bytes[at] == 'G'; };
  if (bytes.size() > 12 && bytes[0] == '\0' && bytes.substr(4, 4) == "ftyp") return &kMp4;
  if (bytes.starts_with("\x1A\x45\xDF\xA3")) return &kWebm;
  // Only its packets begin alike, as lines of a text may: it is no text, either.
  if (bytes.size() > kPacket && packet(0) && packet(kPacket) && packet(2 * kPacket) && packet(3 * kPacket) && !IsUtf8(bytes)) return &kTransport;
  return nullptr;
}

}  // namespace

std::string WriteCapture(const Capture& capture) {
  JsonWriter out;
  out.Object().Field("address", capture.address).Field("bytes", capture.bytes).Field("clock", capture.clock).Field("extension", capture.extension).Field("how", capture.how);
  out.Field("media_type", capture.media_type).Field("name", capture.name).Field("sha256", capture.sha256).Field("taken_at", capture.taken_at ? FormatRfc3339(*capture.taken_at) : "");
  out.Field("tool", capture.tool).Field("whose", capture.whose).EndObject();
  return out.Take();
}

Result<Capture> ReadCapture(std::string_view details) {
  JsonParser parser;
  const Json in = HEED_TRY(parser.Parse(details));
  Capture capture;
  for (const auto& [key, to] : {std::pair("address", &capture.address), std::pair("clock", &capture.clock), std::pair("extension", &capture.extension), std::pair("how", &capture.how),
                                std::pair("media_type", &capture.media_type), std::pair("name", &capture.name), std::pair("sha256", &capture.sha256), std::pair("tool", &capture.tool),
                                std::pair("whose", &capture.whose)}) {
    const auto text = in[key].String();
    if (!text) return Fail(Fault::kMalformed, std::string("a capture's details have no \"") + key + "\"");
    *to = *text;
  }
  capture.taken_at = ParseRfc3339(in["taken_at"].StringOr(""));
  capture.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(in["bytes"].Int().value_or(0), 0));
  return capture;
}

std::string AboutTheClock() {
  timex state{};
  const int rc = ::ntp_adjtime(&state);
  if (rc < 0 || rc == TIME_ERROR || (state.status & STA_UNSYNC)) return "system clock, which is not known to be kept right over the network";
  return "system clock, kept right over the network (error at most " + std::to_string(state.maxerror / 1000 + 1) + " ms)";
}

std::string_view PartOf(std::string_view body, const Post& post) {
  const Marks marks = MarksOf(post);
  const auto first = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (first == std::string_view::npos) return {};
  if (body[first] == '<') return PartOfXml(body, marks);
  return PartOfJson(body, marks, RunOfLetters(post.text));
}

namespace {

constexpr std::size_t kShortAnswer = 4096, kMostExchanges = 4;

// The records of one exchange; `kept` is what is kept of the body ("" for nothing), `whole` whether that is all of it.
class ExchangeRecords {
 public:
  ExchangeRecords(std::string& out, const HttpExchange& exchange) : out_(out), exchange_(exchange) {
    fields_ = {{"WARC-Target-URI", exchange.url}};
    if (!exchange.ip.empty()) fields_.emplace_back("WARC-IP-Address", exchange.ip);
  }
  void Write(std::string_view kept, bool whole, const std::string& clock) {
    const std::string response = Add("response", "application/http;msgtype=response", exchange_.response_head, "WARC-Truncated", "unspecified");
    Add("request", "application/http;msgtype=request", exchange_.request_head, "WARC-Concurrent-To", response);
    std::string about = "body-bytes-after-decoding: " + std::to_string(exchange_.body.size()) + "\r\nbody-sha256-after-decoding: " + Sha256Hex(exchange_.body) + "\r\nclock: " + clock + "\r\n";
    if (whole) {
      about += "not-kept: nothing of the body; secrets in both heads are withheld\r\npart-kept: the whole body after decoding, in the conversion record, byte for byte\r\n";
    } else {
      about += "not-kept: the body as a whole, because it holds posts of people that do not mention the school; secrets in both heads are withheld\r\n";
      about += kept.empty() ? "part-kept: none; the post could not be told apart from the others on the page\r\n" : "part-kept: the post itself, in the conversion record, byte for byte\r\n";
    }
    Add("metadata", "application/warc-fields", about, "WARC-Concurrent-To", response);
    if (!kept.empty()) Add("conversion", kept.front() == '<' ? "text/xml" : kept.front() == '{' || kept.front() == '[' ? "application/json" : "text/plain", std::string(kept), "WARC-Refers-To", response);
    if (!exchange_.certificates.empty()) Add("metadata", "application/x-pem-file", exchange_.certificates, "WARC-Concurrent-To", response);
  }

 private:
  std::string Add(std::string type, std::string content_type, std::string block, std::string field, std::string value) {
    WarcRecord record{std::move(type), std::move(content_type), std::move(block), fields_};
    record.fields.emplace_back(std::move(field), std::move(value));
    const std::string id = NewRecordId();
    out_ += WriteWarcRecord(record, id, exchange_.began);
    return id;
  }
  std::string& out_;
  const HttpExchange& exchange_;
  std::vector<std::pair<std::string, std::string>> fields_;
};

std::string InfoRecord(std::string_view description, Instant at, const std::string& id = NewRecordId()) {
  return WriteWarcRecord({"warcinfo", "application/warc-fields", "software: heed " HEED_VERSION "\r\nformat: WARC File Format 1.1\r\ndescription: " + std::string(description) + "\r\n", {}}, id, at);
}

CapturedPost Captured(std::string bytes, std::string name, const HttpExchange& exchange, std::string how, const std::string& clock) {
  CapturedPost out;
  Capture& capture = out.capture;
  capture.whose = "heed";
  capture.name = std::move(name);
  capture.extension = "warc";
  capture.media_type = "application/warc";
  capture.address = exchange.url;
  capture.how = std::move(how);
  capture.clock = clock;
  capture.tool = "heed " HEED_VERSION;
  capture.taken_at = exchange.began;
  capture.sha256 = Sha256Hex(bytes);
  capture.bytes = bytes.size();
  out.bytes = std::move(bytes);
  return out;
}

// Whether the address asks for this very post: one of its marks stands in it, as it is or percent-encoded.
bool AsksFor(std::string_view url, const Post& post) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const auto& mark : {post.global_id, post.native_id, post.permalink}) {
    if (mark.size() < 4) continue;
    std::string encoded;
    for (const unsigned char c : mark) {
      const bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
      if (plain) encoded += static_cast<char>(c);
      else encoded += {'%', kHex[c >> 4], kHex[c & 15]};
    }
    for (std::size_t at = url.find(mark); at != std::string_view::npos; at = url.find(mark, at + 1)) {
      // "1234" is not asked for by ".../12345".
      const auto digit = [&](std::size_t i) { return i < url.size() && url[i] >= '0' && url[i] <= '9'; };
      if (!digit(at + mark.size()) && (at == 0 || !digit(at - 1))) return true;
    }
    if (encoded != mark && url.find(encoded) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::optional<CapturedPost> CaptureExchange(const Post& post, const std::vector<HttpExchange>& exchanges, const std::string& clock) {
  const Marks marks = MarksOf(post);
  const HttpExchange* found = nullptr;
  std::string_view part;
  for (auto exchange = exchanges.rbegin(); exchange != exchanges.rend(); ++exchange) {
    const auto own = PartOf(exchange->body, post);
    if (own.empty() && (found || !Holds(exchange->body, marks))) continue;
    if (found && own.size() <= part.size()) continue;
    found = &*exchange;
    part = own;
  }
  if (!found) return std::nullopt;
  std::string bytes = InfoRecord("the exchange that brought one post; other people's posts on the same page are not kept, see the metadata record", found->began);
  ExchangeRecords(bytes, *found).Write(part, false, clock);
  return Captured(std::move(bytes), "exchange.warc", *found,
                  part.empty() ? "the exchange with the platform: both heads, certificate, size and digest of the answer" : "the exchange with the platform: both heads, certificate, digest of the answer, and the post's own part of it", clock);
}

std::optional<CapturedPost> CaptureRecheck(const Post& post, const std::vector<HttpExchange>& exchanges, std::string_view found, const std::string& clock) {
  std::string bytes;
  const HttpExchange* first = nullptr;
  std::size_t written = 0;
  for (const auto& exchange : exchanges) {
    const auto part = PartOf(exchange.body, post);
    if ((part.empty() && !AsksFor(exchange.url, post)) || written == kMostExchanges) continue;
    if (!first) {
      first = &exchange;
      bytes = InfoRecord("the platform was asked whether the post is still there; found: " + ForTerminal(found), exchange.began);
    }
    const bool whole = part.empty() && exchange.body.size() <= kShortAnswer;
    ExchangeRecords(bytes, exchange).Write(whole ? std::string_view(exchange.body) : part, whole, clock);
    ++written;
  }
  if (!first) return std::nullopt;
  return Captured(std::move(bytes), "recheck.warc", *first, "the platform was asked whether the post is still there; found: " + ForTerminal(found), clock);
}

Result<CapturedPost> CaptureFile(const std::string& name, std::string bytes, std::string how, std::string address, std::optional<Instant> taken_at) {
  if (Trim(how).empty()) return Fail(Fault::kInvalid, "say how the capture was made: who saw what, on which device, with which program");
  if (bytes.empty()) return Fail(Fault::kInvalid, name + " is empty");
  if (bytes.size() > kMaxCapture) return Fail(Fault::kTooLarge, name + ": larger than " + std::to_string(kMaxCapture >> 20) + " MB");
  CapturedPost out;
  Capture& capture = out.capture;
  for (const auto& kind : kKinds)
    if (capture.extension.empty() && bytes.starts_with(kind.starts)) capture.extension = kind.extension, capture.media_type = kind.media_type;
  if (const auto* video = VideoKind(bytes); video && capture.extension.empty()) capture.extension = video->extension, capture.media_type = video->media_type;
  if (capture.extension.empty() && IsUtf8(bytes)) {
    const std::string start = LowerAscii(std::string_view(bytes).substr(0, 2000));
    if (start.find("multipart/related") != std::string::npos) capture.extension = "mhtml", capture.media_type = "multipart/related";
    else if (start.find("<html") != std::string::npos || start.find("<!doctype html") != std::string::npos) capture.extension = "html", capture.media_type = "text/html";
    else capture.extension = "txt", capture.media_type = "text/plain";
  }
  if (capture.extension.empty())
    return Fail(Fault::kInvalid, name + ": heed takes pictures (PNG, JPEG, GIF, WebP), videos (MP4, WebM), PDF, saved pages (HTML, MHTML), text, and web archives (WARC, WACZ); this is none of them");
  capture.whose = "staff";
  capture.name = RepairUtf8(ForTerminal(name.substr(name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1)));
  capture.address = std::move(address);
  capture.how = std::move(how);
  capture.clock = taken_at ? "as the person who made it says" : "not told";
  capture.tool = "";
  capture.taken_at = taken_at;
  capture.sha256 = Sha256Hex(bytes);
  capture.bytes = bytes.size();
  out.bytes = std::move(bytes);
  return out;
}

std::string PictureWarc(const Capture& capture, std::string_view bytes, Instant at) {
  std::string out = InfoRecord("a picture of a post; the exchange itself was not recorded", at, RecordIdFor("warcinfo " + capture.sha256));
  out += WriteWarcRecord({"resource", capture.media_type, std::string(bytes), {{"WARC-Target-URI", capture.address}}}, RecordIdFor("resource " + capture.sha256 + " " + capture.address), at);
  return out;
}

std::string CaptureStatement(const Capture& capture, CaseId id, std::string_view by, Instant added_at) {
  std::string out = "CAPTURE STATEMENT\n\nCase: " + std::to_string(id) + "\nFile: " + capture.name + " (" + capture.media_type + ", " + std::to_string(capture.bytes) + " bytes)\nSHA-256: " + capture.sha256 + "\n";
  out += "Address of the page: " + (capture.address.empty() ? "not told" : capture.address) + "\nMade at: " + (capture.taken_at ? FormatRfc3339(*capture.taken_at) + " UTC, as the person who made it says" : "not told") + "\n";
  out += "Given to heed by: " + std::string(by) + ", at " + FormatRfc3339(added_at) + " UTC by the installation's clock\n\nHow it was made, in that person's words:\n\n  " + capture.how + "\n\n";
  out +=
      "I made this capture in the way described above. It shows what I saw. I have not altered it.\n\n\nName: ______________________________\n\nDevice and program: ______________________________\n\n"
      "Signature: ______________________________        Date: ______________\n";
  return out;
}

}  // namespace heed
