#include "src/evidence/item.h"

#include <algorithm>

#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/evidence/capture.h"

namespace heed {
namespace {

bool IsPicture(const Event& event) { return event.details.find("\"whose\":\"media\"") != std::string::npos; }

}  // namespace

Result<Item> ReadItem(const Store& store, CaseId id) {
  Item item;
  item.c = HEED_TRY(store.FindCase(id));
  item.history = HEED_TRY(store.History(id));
  while (item.history.size() > 1 && item.history.back().kind == EventKind::kExported) item.history.pop_back();
  item.post = HEED_TRY(store.PostOf(item.c));
  return item;
}

std::string WordsOf(const Post& post) {
  std::string scratch;
  return std::string(JudgedText(post, scratch));
}

bool IsOfChildImage(const Case& c) { return c.decision && c.decision->finding == Finding::kChildImage; }

void PutAround(JsonWriter& out, const Post& post) {
  out.Time("created_at", post.created_at);
  out.Time("edited_at", post.edited_at);
  out.Field("first_seen_at", FormatRfc3339(post.first_seen_at)).Field("in_reply_to", post.in_reply_to).Field("thread_root", post.thread_root).Key("media").Array();
  for (const auto& media : post.media) out.Object().Field("kind", media.kind).Field("url", media.url).Field("description", media.description).EndObject();
  out.EndArray().Key("counts").Object();
  for (const auto& [key, count] : {std::pair("replies", post.counts.replies), std::pair("reposts", post.counts.reposts), std::pair("likes", post.counts.likes), std::pair("quotes", post.counts.quotes)})
    if (count) out.Field(key, *count);
  out.EndObject().Field("signed_in_only", post.signed_in_only);
}

std::string PostJson(const StoredVersion& version) {
  const Post& post = version.post;
  JsonWriter out;
  out.Object().Field("platform", post.platform).Field("instance", post.instance).Field("native_id", post.native_id).Field("global_id", post.global_id);
  out.Field("version", ContentVersion(post)).Field("permalink", post.permalink);
  out.Key("author").Object().Field("id", post.author.id).Field("handle", post.author.handle).Field("display_name", post.author.display_name).EndObject();
  out.Field("title", post.title).Field("warning", post.warning).Field("text", post.text).Field("raw", post.raw).Field("raw_format", ToString(post.raw_format)).Field("language", post.language);
  PutAround(out, post);
  out.Field("read_by_source", version.source).Field("read_at", FormatRfc3339(version.seen_at)).EndObject();
  return out.Take() + "\n";
}

std::string HowCaptured(const Item& item, const StoredVersion& shown) {
  std::size_t heeds = 0, staffs = 0;
  for (const auto& event : item.history)
    if (event.kind == EventKind::kCaptured && !event.erased && !IsPicture(event)) ++(event.actor == "heed" ? heeds : staffs);
  return "read by heed " HEED_VERSION " from the source \"" + shown.source + "\" (" + shown.post.platform +
         "), through what the platform offers programs or from a file, at " + FormatRfc3339(shown.seen_at) + " by this installation's clock; not a picture of the page" +
         (heeds > 0 ? "; with the exchange with the platform (" + std::to_string(heeds) + ")" : "; the exchange with the platform was not kept") +
         (staffs > 0 ? "; and captures by staff (" + std::to_string(staffs) + ")" : "");
}

std::string NotCaptured(const Item& item, const StoredVersion& shown) {
  if (IsOfChildImage(item.c)) return "everything that could lead to the image: addresses of pictures, captures and the post's own address are left out of every pack; the police and the IWF are told directly";
  std::string out = "the page as people saw it, replies, and who read it";
  const auto pictures = static_cast<std::size_t>(std::ranges::count_if(item.history, [](const Event& event) { return event.kind == EventKind::kCaptured && !event.erased && IsPicture(event); }));
  const std::size_t told = shown.post.media.size();
  if (told > pictures) out += "; " + std::to_string(told - pictures) + " pictures, videos or links are told of by address and description only";
  return out;
}

std::string ItemJson(const Item& item, const StoredVersion& shown, bool whole, const std::map<std::string, int>& masks) {
  const Case& c = item.c;
  JsonWriter out;
  out.Object().Field("case", c.id).Field("school", c.school).Field("state", ToString(c.state)).Field("platform", shown.post.platform);
  if (whole && IsOfChildImage(c)) out.Field("global_id", c.global_id);
  else if (whole) out.Field("global_id", c.global_id).Field("url", shown.post.permalink).Field("author_handle", shown.post.author.handle).Field("author_id", shown.post.author.id);
  out.Time("platform_says_posted_at", shown.post.created_at);
  out.Field("method", "source").Field("source", shown.source).Field("tool", "heed " HEED_VERSION).Field("captured_at", FormatRfc3339(shown.seen_at)).Field("clock", "the installation's system clock");
  out.Field("how_captured", HowCaptured(item, shown)).Field("not_captured", NotCaptured(item, shown));
  out.Key("versions").Array();
  for (std::size_t i = 0; i < item.post.versions.size(); ++i) {
    const auto& version = item.post.versions[i];
    out.Object().Field("number", static_cast<std::uint64_t>(i + 1)).Field("read_at", FormatRfc3339(version.seen_at)).Field("shown", &version == &shown);
    // A digest of short words can be guessed back: a working copy has none of the unmasked ones.
    if (whole) out.Field("version", ContentVersion(version.post)).Field("words_sha256", Sha256Hex(WordsOf(version.post)));
    out.EndObject();
  }
  out.EndArray().Key("assessment").Object().Field("severity", static_cast<int>(c.assessment.severity)).Key("categories").Array();
  for (const auto category : c.assessment.categories) out.String(ToString(category));
  out.EndArray().Key("rules").Array();
  for (const auto& hit : c.assessment.hits) out.Object().Field("rule", hit.rule).Field("why", hit.why).EndObject();
  out.EndArray();
  if (!c.assessment.could_not_judge.empty()) out.Field("could_not_judge", c.assessment.could_not_judge);
  out.EndObject().Key("events").Array();
  for (const auto& event : item.history) out.Object().Field("sequence", event.sequence).Field("kind", ToString(event.kind)).Field("at", FormatRfc3339(event.at)).Field("hash", Hex(event.hash)).EndObject();
  out.EndArray();
  if (!whole) {
    out.Key("masked").Object();
    for (const auto& [kind, count] : masks) out.Field(kind, count);
    out.EndObject();
  }
  out.EndObject();
  return out.Take() + "\n";
}

std::string ResponseInWords(const Response& response, bool whole) {
  std::string out;
  const auto line = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) out += std::string(key) + ": " + ForTerminal(value) + "\n";
  };
  const auto person = [&](const std::string& name) { return whole || name.empty() ? name : std::string("a member of staff"); };
  line("What", ToString(response.kind));
  line("For", response.to);
  line("State", ToString(response.state));
  line("Proposed", FormatRfc3339(response.proposed_at) + " UTC by " + person(response.proposed_by));
  if (response.decided_at) line("Ruled on", FormatRfc3339(*response.decided_at) + " UTC by " + person(response.decided_by));
  if (response.done_at) line("Done", FormatRfc3339(*response.done_at) + " UTC");
  line("The other side's number", response.reference);
  line("What was answered or said of it", response.note);
  line("Options", response.options);
  return out + "\nThe exact text:\n\n" + response.text + (response.text.ends_with('\n') ? "" : "\n");
}

std::string ExtensionOf(std::string_view bytes) {
  const auto known = CaptureFile("file", std::string(bytes.substr(0, 64 << 10)), "by its first bytes", "", std::nullopt);
  if (!known) return "bin";
  return known->capture.extension == "wacz" ? "zip" : known->capture.extension;
}

std::string_view KindInWords(EventKind kind) {
  switch (kind) {
    case EventKind::kOpened: return "put before a person";
    case EventKind::kEdited: return "the author changed the post";
    case EventKind::kReopened: return "put before a person again, after a change";
    case EventKind::kClosed: return "closed";
    case EventKind::kCaptured: return "a capture was added";
    case EventKind::kExported: return "packed";
    case EventKind::kHoldPlaced: return "kept beyond its time (legal hold)";
    case EventKind::kHoldReleased: return "legal hold released";
    case EventKind::kWithdrawn: return "gone from its platform: the words and what was received were removed";
    case EventKind::kClockSet: return "the computer's clock was set";
    default: return ToString(kind);
  }
}

std::string DetailsInWords(std::string_view details) {
  JsonParser parser;
  const auto root = parser.Parse(details);
  std::string out;
  if (!root) return out;
  const auto put = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out += (out.empty() ? "" : "; ") + std::string(key) + ": " + std::string(value);
  };
  root->EachMember([&](std::string_view key, Json value) {
    if (key == "assessment") {
      put("severity", value["severity"].Id().value_or(""));
      std::string kinds;
      value["categories"].Each([&](Json kind) { kinds += (kinds.empty() ? "" : ", ") + std::string(kind.StringOr("")); });
      put("categories", kinds);
    } else if (const auto text = value.Id()) {
      put(key, *text);
    } else if (const auto yes = value.Bool()) {
      put(key, *yes ? "yes" : "no");
    } else if (value.IsArray()) {
      std::string list;
      value.Each([&](Json element) {
        if (const auto one = element.Id()) list += (list.empty() ? "" : ", ") + *one;
      });
      put(key, list);
    }
  });
  return out;
}

}  // namespace heed
