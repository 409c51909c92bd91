#include "src/evidence/pack.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "src/base/csv.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/seal.h"
#include "src/base/text.h"
#include "src/evidence/bag.h"
#include "src/evidence/capture.h"
#include "src/evidence/chain_file.h"
#include "src/evidence/item.h"
#include "src/evidence/mask.h"
#include "src/evidence/pdf.h"
#include "src/evidence/report.h"
#include "src/evidence/tags.h"
#include "src/evidence/texts.h"

namespace heed {
namespace {

constexpr seconds kPdfPatience{300};

// Where the report is put together; holds strangers' words, so only its owner may look, and it goes away.
Result<TemporaryPath> MakeWorkFolder(const std::string& beside) {
  std::string name = beside + ".work-XXXXXX";
  if (!::mkdtemp(name.data())) return Fail(Fault::kIo, FolderOf(beside) + ": nothing can be written there");
  return TemporaryPath(name);
}

struct TimelineEntry {
  Instant at{};
  CaseId item = 0;
  std::uint64_t order = 0;  // within one instant and case
  std::string what, by, details;
};

std::string OneLine(std::string_view text) { return ForTerminal(text); }

// What is known before the first byte is written.
struct Plan {
  std::vector<CaseId> cases;
  std::string id, folder;
  Instant at{};                       // newest event: the time of everything in the pack
  std::uint64_t first = 0, last = 0;  // of the chain
  std::vector<std::string> schools;
  std::vector<Event> clock;           // where the computer's clock was set, as far as it touches these times
};

Result<Plan> MakePlan(const Store& store, const PackRequest& request) {
  Plan plan;
  plan.cases = request.cases;
  std::ranges::sort(plan.cases);
  plan.cases.erase(std::unique(plan.cases.begin(), plan.cases.end()), plan.cases.end());
  if (plan.cases.empty()) return Fail(Fault::kInvalid, "name the cases to pack");
  Hashing content;
  content.Add("heed pack 1\n" HEED_VERSION "\n" + std::string(ToString(request.kind)) + "\n" + request.timezone + "\n");
  if (request.kind == PackKind::kWorking)
    for (const auto& name : request.names_to_mask) content.Add("mask " + name + "\n");
  plan.first = ~std::uint64_t{0};
  for (const CaseId id : plan.cases) {
    const Item item = HEED_TRY(ReadItem(store, id));
    content.Add("case " + std::to_string(id) + " " + Hex(item.history.back().hash) + "\n");
    for (const auto& version : item.post.versions) content.Add(ContentVersion(version.post) + " " + FormatRfc3339(version.seen_at) + "\n");
    for (const auto& version : item.post.versions)
      if (request.original && version.post.handed_in && version.post.handed_in->kept) content.Add("original " + version.post.handed_in->digest + "\n");
    plan.first = std::min(plan.first, item.history.front().sequence);
    plan.last = std::max(plan.last, item.history.back().sequence);
    for (const auto& event : item.history) plan.at = std::max(plan.at, event.at);
    const auto named = request.school_names.find(item.c.school);
    const std::string school = OneLine(named == request.school_names.end() ? item.c.school : named->second);
    if (std::ranges::find(plan.schools, school) == plan.schools.end()) plan.schools.push_back(school);
  }
  // Up to where the computer's clock was set last: that explains the times before it.
  const auto steps = store.History(0);
  if (!steps && steps.error().fault() != Fault::kNotFound) return Fail(steps.error());
  if (steps)
    for (const auto& event : *steps)
      if (event.sequence > plan.first) plan.last = std::max(plan.last, event.sequence), plan.clock.push_back(event);
  for (const auto& event : plan.clock) content.Add("clock " + Hex(event.hash) + "\n");
  // Up to the first time stamp that covers all of these events.
  std::uint64_t covered = ~std::uint64_t{0};
  for (const auto& [sequence, answer] : request.anchors)
    if (sequence >= plan.last) covered = std::min(covered, sequence);
  if (covered != ~std::uint64_t{0}) plan.last = covered;
  for (const auto& [sequence, answer] : request.anchors)
    if (sequence >= plan.first && sequence <= plan.last) content.Add("anchor " + std::to_string(sequence) + " " + Sha256Hex(answer) + "\n");
  plan.id = content.Take().sha256.substr(0, 16);
  plan.folder = "heed-pack-" + plan.id;
  return plan;
}

std::string Local(Instant at, const std::string& zone) { return FormatLocal(at) + " (" + zone + ")"; }
std::string Both(Instant at, const std::string& zone) { return FormatRfc3339(at) + " UTC; " + Local(at, zone); }

// One run of making a pack.
class Packing {
 public:
  Packing(const Store& store, const PackRequest& request, Plan plan, BagWriter bag, ReportWriter report, std::string work)
      : store_(store), request_(request), plan_(std::move(plan)), bag_(std::move(bag)), report_(std::move(report)), work_(std::move(work)),
        masker_(request.names_to_mask) {}

  Result<PackMade> Run() {
    std::size_t number = 0;
    for (const CaseId id : plan_.cases) {
      if (request_.stop && request_.stop()) return Fail(Fault::kCancelled, "heed was told to stop before the pack was done: make it again");
      HEED_TRY(AddItem(id, ++number));
      if (request_.progress) request_.progress(number, plan_.cases.size());
    }
    HEED_TRY(AddChain());
    HEED_TRY(AddTables());
    HEED_TRY(AddReport());
    return AddTags();
  }

 private:
  bool whole() const { return request_.kind == PackKind::kEvidence; }
  std::string Shown(std::string_view text) { return whole() ? std::string(text) : masker_.Text(text); }
  // A wish of the author's that a copy for passing on respects; evidence for a named person says so and holds it.
  bool Withheld(const Post& post) const { return !whole() && post.signed_in_only; }
  std::string Person(std::string_view actor) const { return whole() || actor == "heed" ? std::string(actor) : "a member of staff"; }

  Done AddItem(CaseId id, std::size_t number) {
    const Item item = HEED_TRY(ReadItem(store_, id));
    const std::string folder = "data/items/" + std::to_string(id) + "/";
    const StoredVersion& shown = item.post.Version(item.c.worst);
    masker_.SetAuthor(shown.post.author.handle, shown.post.author.display_name);
    masker_.TakeCounts();

    ReportItem page;
    page.anchor = "item-" + std::to_string(id);
    page.title = "Item " + std::to_string(number) + ": case " + std::to_string(id);
    page.line = shown.post.platform + ", " + FormatLocal(item.c.posted_at);
    const auto add = [&](const std::string& name, std::string_view bytes, const std::string& what, bool compress = true) -> Done {
      HEED_TRY(bag_.Add(name, bytes, compress));
      page.files.push_back({name, what, bag_.SumsOf(name).sha256});
      return {};
    };

    for (std::size_t i = 0; i < item.post.versions.size(); ++i) {
      const StoredVersion& version = item.post.versions[i];
      const std::string n = std::to_string(i + 1);
      const std::string words = Withheld(version.post) ? "" : Shown(WordsOf(version.post));
      ReportWords block;
      block.label = "Version " + n + " of " + std::to_string(item.post.versions.size()) + (&version == &shown && item.post.versions.size() > 1 ? ", the one the case is about" : "") +
                    ", read " + Both(version.seen_at, request_.timezone);
      if (Withheld(version.post)) block.note = "Left out: its author asks the platform not to show it to people who are not signed in, so it goes to nobody but the school's own staff and whom an evidence pack is sealed for.";
      else if (words.empty() && item.c.withdrawn_at) block.note = "The post is gone from its platform. Its words were removed here " + Both(*item.c.withdrawn_at, request_.timezone) + ", because no legal hold kept them.";
      else if (words.empty()) block.note = "The author changed the post so that it no longer names the school. Its new words were not kept.";
      else HEED_TRY(add(folder + "words-" + n + ".txt", words, whole() ? "the words of version " + n : "the words of version " + n + ", masked"));
      block.words = words;
      page.words.push_back(std::move(block));
      if (whole() && !IsOfChildImage(item.c)) HEED_TRY(add(folder + "post-" + n + ".json", PostJson(version), "version " + n + " with all that was received of it"));
    }

    if (whole() && !IsOfChildImage(item.c))
      for (const auto& event : item.history)
        if (event.kind == EventKind::kCaptured && !event.erased) HEED_TRY(AddCapture(item, event, folder, add));
    if (whole() && !IsOfChildImage(item.c)) HEED_TRY(AddOriginals(item, folder, add));
    if (!IsOfChildImage(item.c))
      for (const auto& response : item.c.responses)
        HEED_TRY(add(folder + "responses/" + std::to_string(response.number) + "-" + std::string(ToString(response.kind)) + ".txt", Shown(ResponseInWords(response, whole())),
                     std::string(ToString(response.kind)) + (response.to.empty() || !whole() ? "" : " to " + OneLine(response.to)) + ": " + std::string(ToString(response.state))));
    page.facts = Facts(item, shown);
    page.reasons = Reasons(item.c, shown);
    for (const auto& event : item.history)
      page.history.push_back({std::to_string(event.sequence), Both(event.at, request_.timezone), std::string(KindInWords(event.kind)), Person(event.actor)});
    AddToTimeline(item, shown);
    AddToCases(item, shown);
    const auto counts = masker_.TakeCounts();
    for (const auto& [kind, count] : counts) masks_[id][kind] += count;
    HEED_TRY(add(folder + "item.json", ItemJson(item, shown, whole(), counts), "what it is and how it was captured"));
    return report_.Item(page);
  }

  template <typename Add>
  Done AddCapture(const Item& item, const Event& event, const std::string& folder, const Add& add) {
    const std::string number = std::to_string(event.sequence), base = folder + "captures/" + number;
    auto capture = ReadCapture(event.details);
    if (!capture) return Fail(std::move(capture).error().While("event " + number));
    if (capture->whose == "media") return AddPicture(item, event, *capture, base, add);
    const std::string bytes = HEED_TRY(store_.Attachment(item.c.id, event.sequence));
    if (Sha256Hex(bytes) != capture->sha256) return Fail(Fault::kMalformed, "the capture of event " + number + " is not the one that was recorded: restore the store from a backup");
    const std::string extension = IsPlainName(capture->extension) && capture->extension != "json" ? capture->extension : "bin";
    const bool staffs = capture->whose == "staff";
    HEED_TRY(add(base + "." + extension, bytes, staffs ? "capture by staff: " + capture->name : "the exchange with the platform", !staffs || capture->media_type.starts_with("text/")));  // pictures are packed already
    HEED_TRY(add(base + ".json", event.details + "\n", "what is recorded of that capture"));
    if (staffs) HEED_TRY(add(base + "-statement.txt", CaptureStatement(*capture, item.c.id, event.actor, event.at), "a statement to be signed"));
    return {};
  }

  template <typename Add>
  Done AddPicture(const Item& item, const Event& event, const Capture& capture, const std::string& base, const Add& add) {
    const bool video = capture.media_type.starts_with("video/");
    const std::string what = video ? "a video of the post" : "a picture of the post";
    const auto bytes = request_.original ? request_.original(item.c.school, capture.sha256) : Result<std::string>(Fail(Fault::kNotFound, "it was not at hand"));
    if (!bytes) {
      const std::string why = what + " (SHA-256 " + capture.sha256 + ") is not in the pack: " + bytes.error().message();
      made_.notes.push_back("case " + std::to_string(item.c.id) + ": " + why);
      return add(base + "-missing.txt", why + "\n", (video ? "a video" : "a picture") + std::string(" that is missing"));
    }
    HEED_TRY(add(base + "." + ExtensionOf(*bytes), *bytes, video ? what + ", " + capture.media_type + ", " + std::to_string(capture.bytes) + " bytes, to be played with any player" : what, false));
    HEED_TRY(add(base + ".json", event.details + "\n", video ? "what is recorded of that video" : "what is recorded of that picture"));
    if (video) return {};  // as a web archive it would be there twice
    return add(base + ".warc", PictureWarc(capture, *bytes, event.at), "the same as a WARC record", false);
  }

  // The files that tips were, each once.
  template <typename Add>
  Done AddOriginals(const Item& item, const std::string& folder, const Add& add) {
    std::set<std::string> known;
    for (const auto& version : item.post.versions) {
      const auto& handed = version.post.handed_in;
      if (!handed || !known.insert(handed->digest + handed->item).second) continue;
      const std::string base = folder + "originals/" + std::to_string(known.size());
      std::string left_out = handed->digest.empty() ? "it was no file" : handed->kept ? "" : "it holds other people's words and was not kept; its digest was";
      if (handed->kept && request_.original) {
        const auto bytes = request_.original(item.c.school, handed->digest);
        if (bytes) HEED_TRY(add(base + "." + ExtensionOf(*bytes), *bytes, "as it was handed in: " + OneLine(handed->item), false));
        else left_out = bytes.error().message();
      } else if (handed->kept) {
        left_out = "it was not at hand";
      }
      if (handed->kept && !left_out.empty()) made_.notes.push_back("case " + std::to_string(item.c.id) + ": what was handed in is not in the pack: " + left_out);
      JsonWriter out;
      out.Object().Field("by", handed->by).Field("from", handed->from).Field("item", handed->item).Field("kind", handed->kind).Field("left_out", left_out).Field("note", handed->note).Field("sha256", handed->digest);
      out.Key("words_read_with_confidence");
      if (handed->confidence) out.Int(static_cast<std::int64_t>(*handed->confidence));
      else out.Null();
      out.Field("handed_in_at", FormatRfc3339(version.seen_at)).EndObject();
      HEED_TRY(add(base + ".json", out.Take() + "\n", "who handed it in, and how it was read"));
    }
    return {};
  }

  ReportTable Facts(const Item& item, const StoredVersion& shown) {
    const Post& post = shown.post;
    const auto& zone = request_.timezone;
    ReportTable table;
    const auto row = [&](std::string name, std::string value) {
      if (!value.empty()) table.rows.emplace_back(std::move(name), std::move(value));
    };
    const std::string masked = "[masked]";
    const auto person = [&](const std::string& value) { return value.empty() || whole() ? value : masked; };
    const auto school = request_.school_names.find(item.c.school);
    row("School", school == request_.school_names.end() ? item.c.school : school->second);
    row("Platform", post.platform + (post.instance.empty() ? "" : " (" + post.instance + ")"));
    row("Address", IsOfChildImage(item.c) ? "left out" : person(post.permalink));
    row("The platform's own id", person(post.global_id));
    row("Author as shown", person(post.author.display_name));
    row("Author's handle", person(post.author.handle.empty() ? "" : "@" + post.author.handle));
    row("Author's id at the platform", person(post.author.id));
    row("Posted, as the platform says", post.created_at ? Both(*post.created_at, zone) : "not told");
    row("Edited, as the platform says", post.edited_at ? Both(*post.edited_at, zone) : "");
    if (post.signed_in_only) row("Wish of the author", "not to be shown to people who are not signed in to the platform: keep it among those this was made for");
    row("First read by heed", Both(item.post.versions.front().seen_at, zone));
    row("State of the case", std::string(ToString(item.c.state)));
    if (item.c.assessment.could_not_judge.empty()) {
      std::string kinds;
      for (const auto category : item.c.assessment.categories) kinds += (kinds.empty() ? "" : ", ") + std::string(ToString(category));
      row("Taken by the rules for", kinds + ", severity " + std::to_string(item.c.assessment.severity) + " of 4");
    } else {
      row("Taken by the rules for", "could not be judged: " + item.c.assessment.could_not_judge);
    }
    if (const auto clauses = request_.clauses.find(item.c.school); clauses != request_.clauses.end())
      for (const auto category : item.c.assessment.categories)
        if (const auto clause = clauses->second.find(category); clause != clauses->second.end())
          row("Code of conduct, " + std::string(ToString(category)), clause->second);
    if (const auto& handed = post.handed_in) {
      row("Handed in by", Person(handed->by));
      row("Sent by, and how", Shown(handed->from));
      row("Read as", handed->kind + (handed->confidence ? ", " + std::to_string(*handed->confidence) + " of 100 sure" : ""));
    }
    if (item.c.hold) row("Legal hold", "since " + Both(item.c.hold->since, zone) + ", looked at again " + FormatRfc3339(item.c.hold->review_at).substr(0, 10) + ": " + Shown(item.c.hold->purpose));
    row("How it was captured", HowCaptured(item, shown));
    row("What was not captured", NotCaptured(item, shown));
    return table;
  }

  std::vector<std::string> Reasons(const Case& c, const StoredVersion& shown) {
    std::vector<std::string> out;
    const std::string text = WordsOf(shown.post);
    for (const auto& hit : c.assessment.hits) {
      const std::string words = Withheld(shown.post) ? "[left out]" : hit.begin <= hit.end && hit.end <= text.size() ? text.substr(hit.begin, hit.end - hit.begin) : "";
      out.push_back(hit.why + ": \"" + Shown(words) + "\" (rule " + hit.rule + ")");
    }
    for (const auto& piece : c.assessment.mention.evidence) out.push_back("speaks of the school: " + Shown(piece.what));
    return out;
  }

  void AddToTimeline(const Item& item, const StoredVersion& shown) {
    std::uint64_t order = 0;
    const auto add = [&](Instant at, std::string what, std::string by, std::string details) {
      timeline_.push_back({at, item.c.id, order++, std::move(what), std::move(by), std::move(details)});
    };
    if (shown.post.created_at) add(*shown.post.created_at, "posted, as the platform says", "the author", "");
    if (shown.post.edited_at) add(*shown.post.edited_at, "edited, as the platform says", "the author", "");
    for (const auto& event : item.history)
      add(event.at, std::string(KindInWords(event.kind)), Person(event.actor), event.erased ? "details erased" : Shown(DetailsInWords(event.details)));
  }

  void AddToCases(const Item& item, const StoredVersion& shown) {
    const Post& post = shown.post;
    std::string kinds;
    for (const auto category : item.c.assessment.categories) kinds += (kinds.empty() ? "" : "; ") + std::string(ToString(category));
    const auto person = [&](const std::string& value) { return value.empty() || whole() ? value : std::string("[masked]"); };
    const std::vector<std::pair<const char*, std::string>> cells = {
        {"case", std::to_string(item.c.id)},
        {"school", item.c.school},
        {"state", std::string(ToString(item.c.state))},
        {"platform", post.platform},
        {"address", IsOfChildImage(item.c) ? "left out" : person(post.permalink)},
        {"author_handle", person(post.author.handle)},
        {"author_name", person(post.author.display_name)},
        {"posted_at_utc", post.created_at ? FormatRfc3339(*post.created_at) : ""},
        {"first_read_at_utc", FormatRfc3339(item.post.versions.front().seen_at)},
        {"opened_at_utc", FormatRfc3339(item.c.opened_at)},
        {"closed_at_utc", item.c.closed_at ? FormatRfc3339(*item.c.closed_at) : ""},
        {"categories", kinds},
        {"severity", std::to_string(item.c.assessment.severity)},
        {"versions", std::to_string(item.post.versions.size())},
        {"words", Withheld(post) ? "[left out]" : Shown(WordsOf(post))},
    };
    if (cases_csv_.empty()) {
      std::vector<std::string> heads;
      for (const auto& [name, value] : cells) heads.emplace_back(name);
      cases_csv_ = CsvRow(heads);
    }
    std::vector<std::string> values;
    cases_json_ += cases_json_.empty() ? "[\n" : ",\n";
    JsonWriter json;
    json.Object();
    for (const auto& [name, value] : cells) {
      values.push_back(value);
      json.Field(name, value);
    }
    json.EndObject();
    cases_json_ += json.Take();
    cases_csv_ += CsvRow(values);
  }

  // From the first event of these cases to the last, with those of others in between so that the chain can be followed.
  Done AddChain() {
    const std::string path = work_ + "/events.jsonl";
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    HEED_TRY(store_.EachEvent(plan_.first, plan_.last, [&](const Event& event) {
      const bool ours = std::ranges::binary_search(plan_.cases, event.case_id);
      if (event.kind == EventKind::kClockSet) out << ChainLineOf(event, ChainLine::kWhole);
      else out << ChainLineOf(event, !ours ? (whole() ? ChainLine::kWithoutDetails : ChainLine::kHashOnly) : whole() ? ChainLine::kWhole : ChainLine::kWithoutDetails);
      head_ = Hex(event.hash);
    }));
    out.close();
    if (!out) return Fail(Fault::kIo, path + ": cannot be written (disk full?)");
    HEED_TRY(bag_.AddFile("data/chain/events.jsonl", path));
    std::map<std::uint64_t, int> numbers;
    for (const auto& [sequence, answer] : request_.anchors)
      if (sequence >= plan_.first && sequence <= plan_.last) HEED_TRY(bag_.Add("data/chain/anchors/" + std::to_string(sequence) + "-" + std::to_string(++numbers[sequence]) + ".tsr", answer));
    return {};
  }

  Done AddTables() {
    std::ranges::stable_sort(timeline_, [](const TimelineEntry& a, const TimelineEntry& b) { return std::tie(a.at, a.item, a.order) < std::tie(b.at, b.item, b.order); });
    std::string csv = CsvRow({"utc", "local", "case", "what", "by", "details"}), json;
    for (const auto& entry : timeline_) {
      TimelineRow row{FormatRfc3339(entry.at), Local(entry.at, request_.timezone), std::to_string(entry.item), entry.what, entry.by, entry.details};
      csv += CsvRow({row.utc, row.local, row.item, row.what, row.by, row.details});
      JsonWriter line;
      line.Object().Field("utc", row.utc).Field("local", row.local).Field("case", entry.item).Field("what", row.what).Field("by", row.by).Field("details", row.details).EndObject();
      json += (json.empty() ? "[\n" : ",\n") + line.Take();
      rows_.push_back(std::move(row));
    }
    timeline_.clear();
    HEED_TRY(bag_.Add("data/timeline.csv", csv));
    HEED_TRY(bag_.Add("data/timeline.json", json + "\n]\n"));
    HEED_TRY(bag_.Add("data/cases.csv", cases_csv_));
    HEED_TRY(bag_.Add("data/cases.json", cases_json_ + "\n]\n"));
    if (!whole()) {
      JsonWriter out;
      out.Object().Key("by_case").Object();
      for (const auto& [id, kinds] : masks_) {
        out.Key(std::to_string(id)).Object();
        for (const auto& [kind, count] : kinds) out.Field(kind, count);
        out.EndObject();
      }
      out.EndObject().Field("note", "How often each kind was masked, never what. Masked throughout besides: author, address, ids, names of staff, details in the custody chain; captures are left out.").EndObject();
      HEED_TRY(bag_.Add("data/masks.json", out.Take() + "\n"));
    }
    JsonWriter pack;
    pack.Object().Field("heed_pack", 1).Field("id", plan_.id).Field("kind", ToString(request_.kind)).Field("software", "heed " HEED_VERSION);
    pack.Field("newest_event_at", FormatRfc3339(plan_.at)).Key("cases").Array();
    for (const CaseId id : plan_.cases) pack.Int(static_cast<std::int64_t>(id));
    pack.EndArray().Key("chain").Object().Field("first", plan_.first).Field("last", plan_.last).Field("last_hash", head_).EndObject();
    pack.Field("key_fingerprint", Fingerprint(request_.key.public_key)).EndObject();
    HEED_TRY(bag_.Add("data/pack.json", pack.Take() + "\n"));
    return bag_.Add("data/what-this-proves.txt", WhatThisProves(!whole()));
  }

  Done AddReport() {
    const auto& zone = request_.timezone;
    ReportCover cover;
    cover.title = whole() ? "Evidence pack" : "Working copy";
    cover.pack_id = plan_.id;
    cover.kind_words = whole() ? "Everything that is kept about these cases. It holds personal data of the people who posted and of others: for the person it was made for only."
                               : "Masked: people are taken out as far as a program can. Read it before it is passed on.";
    std::string cases;
    for (const CaseId id : plan_.cases) cases += (cases.empty() ? "" : ", ") + std::to_string(id);
    cover.facts.rows = {{"Pack", plan_.id},
                        {"School", Join(plan_.schools, "; ")},
                        {"Cases", cases},
                        {"Items", std::to_string(plan_.cases.size())},
                        {"Newest event", Both(plan_.at, zone)},
                        {"Custody chain", "events " + std::to_string(plan_.first) + " to " + std::to_string(plan_.last) + ", whose hash is:"},
                        {"Hash of its last event", head_},
                        {"Signed with the key", Fingerprint(request_.key.public_key)},
                        {"Made with", "heed " HEED_VERSION}};
    cover.notices = {"README.txt says how to check this pack with common tools. timestamps/status.txt says whether an independent authority has time-stamped it.",
                     "The words of strangers stand between rules, exactly as they were read; some will hurt. [U+202E] and the like stand for characters that cannot be seen."};
    for (const auto& event : plan_.clock) {
      const ClockStep step = HEED_TRY(ReadClockStep(event.details));
      cover.notices.push_back("At " + Both(event.at, zone) + " (event " + std::to_string(event.sequence) + " of the custody chain) the computer's clock was " + InWords(step) + ": times of earlier events are by the clock as it stood before.");
    }
    const std::string html = work_ + "/report.html", pdf = work_ + "/report.pdf";
    HEED_TRY(report_.Finish(html, cover, rows_, WhatThisProves(!whole()), Glossary()));
    HEED_TRY(bag_.AddFile("data/report.html", html));
    std::string missing;
    if (request_.pdf == PackRequest::Pdf::kNever) {
      missing = "it was not asked for";
    } else if (request_.pdf == PackRequest::Pdf::kIfShort && plan_.cases.size() > kPdfItems) {
      missing = "the pack has more than " + std::to_string(kPdfItems) + " items, and making it takes long; heed pack --pdf makes it all the same";
    } else {
      const auto patience = kPdfPatience + seconds{2 * static_cast<std::int64_t>(plan_.cases.size())};
      const auto made = MakePdf(html, pdf, plan_.id, plan_.at, patience);
      if (!made) missing = made.error().message();
    }
    if (missing.empty()) return bag_.AddFile("data/report.pdf", pdf);
    made_.notes.push_back("report.pdf is not in the pack: " + missing);
    return bag_.Add("data/report-pdf-missing.txt", "report.pdf is not in this pack: " + missing + ".\nreport.html says the same; any browser prints it.\n");
  }

  Result<PackMade> AddTags() {
    Hashing hashing;
    hashing.Add(bag_.Manifest(BagWriter::Algorithm::kSha512));
    made_.manifest = hashing.Take().sha512;
    const Stamped stamped = request_.stamp ? request_.stamp(HEED_TRY(FromHex(made_.manifest))) : Stamped{};
    made_.stamps = stamped.found.size();
    PackTags tags;
    for (const auto& found : stamped.found) tags.stamps.emplace_back(found.answered.answer, AboutStamp(found));
    if (stamped.found.empty()) {
      tags.no_stamp_because = stamped.asked ? "no authority answered when the pack was made" : "no time-stamp authority is configured";
      made_.notes.push_back("not time-stamped yet: " + tags.no_stamp_because + (stamped.asked ? "; heed stamp adds stamps later" : ""));
    }
    tags.info = "Source-Organization: " + Join(plan_.schools, "; ") + "\n";
    if (!request_.contact.empty()) tags.info += "Contact: " + OneLine(request_.contact) + "\n";
    tags.info += "External-Description: " + std::string(whole() ? "Evidence pack" : "Working copy, masked") + " of " + std::to_string(plan_.cases.size()) + " cases\n";
    tags.info += "Bagging-Date: " + FormatRfc3339(plan_.at).substr(0, 10) + "\n";
    tags.info += "Bagging-Date-Note: the date of the newest event in the pack, so that the same content makes the same bytes\n";
    tags.info += "External-Identifier: " + plan_.id + "\nPayload-Oxum: " + bag_.Oxum() + "\nBag-Software-Agent: heed " HEED_VERSION "\n";
    tags.readme = PackReadme(plan_.id, Fingerprint(request_.key.public_key));
    HEED_TRY(WriteTags(bag_, tags, request_.key));
    made_.id = plan_.id;
    made_.fingerprint = Fingerprint(request_.key.public_key);
    made_.items = plan_.cases.size();
    made_.files = bag_.files();
    struct stat packed {};
    if (::stat(request_.output.c_str(), &packed) == 0) made_.bytes = static_cast<std::uint64_t>(packed.st_size);
    return std::move(made_);
  }

  const Store& store_;
  const PackRequest& request_;
  const Plan plan_;
  BagWriter bag_;
  ReportWriter report_;
  const std::string work_;
  Masker masker_;
  std::vector<TimelineEntry> timeline_;
  std::vector<TimelineRow> rows_;
  std::string cases_csv_, cases_json_, head_;
  std::map<CaseId, std::map<std::string, int>> masks_;
  PackMade made_;
};

}  // namespace

std::string_view ToString(PackKind kind) { return kind == PackKind::kEvidence ? "evidence" : "working"; }

Result<PackMade> MakePack(const Store& store, const PackRequest& request) {
  Plan plan = HEED_TRY(MakePlan(store, request));
  const TemporaryPath work = HEED_TRY(MakeWorkFolder(request.output));
  BagWriter bag = HEED_TRY(BagWriter::Open(request.output, plan.folder, plan.at));
  ReportWriter report = HEED_TRY(ReportWriter::Open(work.path()));
  return Packing(store, request, std::move(plan), std::move(bag), std::move(report), work.path()).Run();
}

}  // namespace heed
