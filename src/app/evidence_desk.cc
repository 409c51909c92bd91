#include "src/app/evidence_desk.h"

#include <algorithm>
#include <set>

#include "src/app/export.h"
#include "src/app/originals.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/evidence/item.h"

namespace heed {
namespace {

constexpr milliseconds kMoment{1'500};       // most packs and texts are done by then
constexpr std::uint64_t kMaxPackNote = 4u << 20;

bool IsJobId(std::string_view id) { return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == id.npos; }

std::string PackFolder(const std::string& data) { return data + "/packs"; }

std::string Refused(const Error& error) {
  JsonWriter out;
  out.Object().Field("fault", ToString(error.fault())).Field("message", error.message()).EndObject();
  return out.Take();
}

std::string PackToJson(const PackTold& told) {
  JsonWriter out;
  const auto list = [&](std::string_view key, const std::vector<std::string>& values) {
    out.Key(key).Array();
    for (const auto& value : values) out.String(value);
    out.EndArray();
  };
  out.Object().Field("id", told.id).Key("cases").Array();
  for (const CaseId id : told.cases) out.Int(static_cast<std::int64_t>(id));
  out.EndArray();
  list("schools", told.schools);
  list("masked", told.names_to_mask);
  list("notes", told.notes);
  out.Field("by", told.by).Field("purpose", told.purpose).Field("recipient", told.recipient).Field("whole", told.whole).Field("asked_at", FormatRfc3339(told.asked_at));
  out.Field("state", told.state == JobState::kDone ? "done" : told.state == JobState::kFailed ? "failed" : "waiting").Field("message", told.message);
  out.Field("pack", told.pack).Field("manifest", told.manifest).Field("fingerprint", told.fingerprint).Field("items", told.items).Field("bytes", told.bytes).Field("stamps", told.stamps).EndObject();
  return out.Take();
}

Result<PackTold> PackFromJson(std::string_view json) {
  JsonParser parser;
  const Json in = HEED_TRY(parser.Parse(json));
  PackTold told;
  const auto count = [&](std::string_view key) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, in[key].Int().value_or(0))); };
  const auto list = [&](std::string_view key, std::vector<std::string>& values) { in[key].Each([&](Json value) { values.emplace_back(value.StringOr("")); }); };
  in["cases"].Each([&](Json id) { told.cases.push_back(static_cast<CaseId>(id.Int().value_or(0))); });
  list("schools", told.schools);
  list("masked", told.names_to_mask);
  list("notes", told.notes);
  for (const auto& [key, to] : {std::pair("id", &told.id), std::pair("by", &told.by), std::pair("purpose", &told.purpose), std::pair("recipient", &told.recipient), std::pair("message", &told.message),
                                std::pair("pack", &told.pack), std::pair("manifest", &told.manifest), std::pair("fingerprint", &told.fingerprint)})
    *to = in[key].StringOr("");
  told.whole = in["whole"].Bool().value_or(false);
  const auto asked = ParseRfc3339(in["asked_at"].StringOr(""));
  if (!asked || told.schools.empty()) return Fail(Fault::kMalformed, "not a pack's note");
  told.asked_at = *asked;
  told.gone_at = *asked + kPackLies;
  told.state = in["state"].StringOr("") == "done" ? JobState::kDone : in["state"].StringOr("") == "failed" ? JobState::kFailed : JobState::kWaiting;
  told.items = count("items"), told.bytes = count("bytes"), told.stamps = count("stamps");
  return told;
}

KeptFile AboutCapture(const Event& event, const Capture& capture) {
  KeptFile file;
  file.key = "capture-" + std::to_string(event.sequence);
  file.what = capture.whose == "media" ? "media" : "capture";
  file.name = capture.name;
  file.media_type = capture.media_type;
  file.whose = capture.whose;
  file.how = capture.how;
  file.address = capture.address;
  file.sha256 = capture.sha256;
  file.by = event.actor;
  file.bytes = capture.bytes;
  file.at = event.at;
  for (const char* shown : {"image/png", "image/jpeg", "image/gif", "image/webp"}) file.picture = file.picture || capture.media_type == shown;
  return file;
}

}  // namespace

EvidenceDesk::Line::~Line() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void EvidenceDesk::Line::Add(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(work));
  changed_.notify_all();
}

void EvidenceDesk::Line::Finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stop_ || (waiting_.empty() && !busy_); });
}

void EvidenceDesk::Finish() {
  reading_.Finish();
  packing_.Finish();
}

void EvidenceDesk::Line::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
    if (stop_) return;
    const auto work = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    work();
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

EvidenceDesk::EvidenceDesk(const Config& config, Store& store, TipDesk& tips, const Clock& clock, std::string data)
    : config_(config), store_(store), tips_(tips), clock_(clock), data_(std::move(data)) {}

EvidenceDesk::~EvidenceDesk() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
}

EvidenceDoor EvidenceDesk::Door() {
  EvidenceDoor door;
  door.hand_in = [this](const TipGiven& given) { return HandIn(given); };
  door.tip = [this](const std::string& id) { return Tip(id); };
  door.pack = [this](const PackAsked& asked) { return Pack(asked); };
  door.find_pack = [this](const std::string& id) { return FindPack(id); };
  door.packs = [this] { return Packs(); };
  door.pack_file = [this](const std::string& id) { return PackFile(id); };
  door.capture = [this](CaptureGiven given) { return AddCapture(std::move(given)); };
  door.files = [this](const Case& c) { return Files(c); };
  door.file = [this](const Case& c, const std::string& key) { return File(c, key); };
  return door;
}

void EvidenceDesk::Answer(ServeOptions& options) {
  options.also["capture"] = [this](std::string_view request) {
    const auto kept = KeepPutDownCapture(store_, data_, request, clock_);
    return kept ? WriteCapture(*kept) : Refused(kept.error());
  };
  options.also["packed"] = [this](std::string_view request) -> std::string {
    const auto written = WriteDownPacked(store_, request, clock_.Now());
    return written ? std::string("{\"ok\":true}") : Refused(written.error());
  };
  options.also["exported"] = [this](std::string_view request) -> std::string {
    const auto written = WriteDownExported(store_, request, clock_.Now());
    return written ? std::string("{\"ok\":true}") : Refused(written.error());
  };
}

void EvidenceDesk::WaitAMoment(const std::function<bool()>& done) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kMoment, done);
}

// --- tips

Result<std::string> EvidenceDesk::HandIn(const TipGiven& given) {
  heed::Tip tip;
  tip.school = given.school;
  tip.by = given.by;
  tip.from = given.from;
  tip.note = given.note;
  tip.texts = given.texts;
  tip.links = given.links;
  for (const auto& file : given.files) tip.files.push_back({file.name, file.bytes});
  HEED_TRY(tips_.Check(tip));
  // On disk before the page says so: a heed that ends now takes it up when it starts again.
  const std::string id = HEED_TRY(PutDownTip(data_, tip));
  {
    const std::lock_guard lock(mutex_);
    reading_tips_.insert(id);
  }
  reading_.Add([this, id, by = given.by] {
    if (const auto report = tips_.HandInPutDown(id); !report) LogError("a tip handed in by " + by + ": " + report.error().message());
    const std::lock_guard lock(mutex_);
    reading_tips_.erase(id);
    changed_.notify_all();
  });
  WaitAMoment([&] { return !reading_tips_.contains(id); });
  return id;
}

Result<TipTold> EvidenceDesk::Tip(const std::string& id) {
  const TipOutcome outcome = HEED_TRY(tips_.Outcome(id));
  TipTold told;
  told.school = outcome.school;
  told.by = outcome.by;
  told.state = outcome.waiting ? JobState::kWaiting : outcome.message.empty() ? JobState::kDone : JobState::kFailed;
  told.message = outcome.message;
  told.opened = outcome.report.opened;
  told.changed = outcome.report.edited + outcome.report.reopened;
  told.known = outcome.report.known;
  for (const auto& item : outcome.report.items) {
    TipLine line;
    line.name = item.name, line.kind = item.kind, line.place = item.place, line.collection = item.collection;
    line.messages = item.messages, line.flagged = item.flagged, line.naming = item.naming, line.forgotten = item.forgotten, line.left_out = item.left_out;
    line.original_kept = item.original_kept, line.cases = item.cases, line.notes = item.notes, line.unsure = item.unsure;
    told.lines.push_back(std::move(line));
  }
  for (const auto& trouble : outcome.report.not_read) told.not_read.emplace_back(trouble.name, trouble.why);
  return told;
}

// --- packs

Done EvidenceDesk::SavePack(const PackTold& told) {
  HEED_TRY(MakeFolder(PackFolder(data_)));
  return WriteFile(PackFolder(data_) + "/" + told.id + ".json", PackToJson(told), 0600);
}

Result<std::string> EvidenceDesk::Pack(const PackAsked& asked) {
  PackTold told;
  told.id = Hex(RandomBytes(16));
  told.cases = asked.cases;
  told.schools = asked.schools;
  told.by = asked.by;
  told.purpose = asked.purpose;
  told.recipient = asked.recipient;
  told.whole = asked.whole;
  told.names_to_mask = asked.names_to_mask;
  told.asked_at = clock_.Now();
  told.gone_at = told.asked_at + kPackLies;
  HEED_TRY(SavePack(told));
  {
    const std::lock_guard lock(mutex_);
    making_[told.id] = told;
  }
  packing_.Add([this, told, asked] { MakePackNow(told, asked); });
  WaitAMoment([&] { return !making_.count(told.id); });
  return told.id;
}

void EvidenceDesk::MakePackNow(PackTold told, PackAsked asked) {
  PackOrder order;
  order.cases = asked.cases;
  order.output = PackFolder(data_) + "/" + told.id + ".zip";
  order.kind = asked.whole ? PackKind::kEvidence : PackKind::kWorking;
  order.names_to_mask = asked.names_to_mask;
  order.recipient = asked.recipient;
  order.passphrase = asked.passphrase;
  order.purpose = asked.purpose;
  order.actor = asked.by;
  order.stop = [this] {
    const std::lock_guard lock(mutex_);
    return stopping_;
  };
  const auto made = MakePackWith(config_, data_, store_, order, clock_.Now(), nullptr);
  if (made) {
    told.state = JobState::kDone;
    told.pack = made->id, told.manifest = made->manifest, told.fingerprint = made->fingerprint;
    told.items = made->items, told.bytes = made->bytes, told.stamps = made->stamps;
    told.notes = made->notes;
    LogInfo("pack " + made->id + " was made by " + told.by);
  } else {
    told.state = JobState::kFailed;
    told.message = made.error().message();
    LogError("a pack asked for by " + told.by + " could not be made: " + told.message);
  }
  if (const auto saved = SavePack(told); !saved) LogError("writing down what became of a pack: " + saved.error().message());
  const std::lock_guard lock(mutex_);
  making_.erase(told.id);
  changed_.notify_all();
}

Result<PackTold> EvidenceDesk::FindPack(const std::string& id) {
  if (!IsJobId(id)) return Fail(Fault::kNotFound, "no such pack");
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = making_.find(id); found != making_.end()) return found->second;
  }
  const std::string path = PackFolder(data_) + "/" + id + ".json";
  if (!Exists(path)) return Fail(Fault::kNotFound, "no such pack");
  const std::string note = HEED_TRY(ReadFile(path, kMaxPackNote));
  PackTold told = HEED_TRY(PackFromJson(note));
  if (told.state == JobState::kWaiting) {
    told.state = JobState::kFailed;
    told.message = "heed was stopped before it was done: make it again";
  }
  if (clock_.Now() >= *told.gone_at) return Fail(Fault::kNotFound, "no such pack");
  return told;
}

std::vector<PackTold> EvidenceDesk::Packs() {
  std::vector<PackTold> all;
  const auto files = ListFiles(PackFolder(data_), ".json");
  if (!files) return all;
  for (const auto& path : *files) {
    const auto name = path.substr(path.rfind('/') + 1);
    if (auto told = FindPack(name.substr(0, name.size() - 5))) all.push_back(*std::move(told));
  }
  std::ranges::stable_sort(all, [](const PackTold& a, const PackTold& b) { return a.asked_at > b.asked_at; });
  return all;
}

std::string EvidenceDesk::PackFile(const std::string& id) {
  const std::string path = PackFolder(data_) + "/" + id + ".zip";
  return IsJobId(id) && Exists(path) ? path : "";
}

// --- files of a case

Result<KeptFile> EvidenceDesk::AddCapture(CaptureGiven given) {
  CaptureOrder order;
  order.case_id = given.case_id;
  order.how = std::move(given.how);
  order.address = std::move(given.address);
  order.actor = std::move(given.by);
  order.taken_at = given.taken_at;
  order.file = std::move(given.file.name);
  const auto capture = HEED_TRY(KeepStaffCapture(store_, order, std::move(given.file.bytes), clock_.Now()));
  Event event;
  event.at = clock_.Now();
  event.actor = order.actor;
  return AboutCapture(event, capture);
}

Result<std::vector<KeptFile>> EvidenceDesk::Files(const Case& c) {
  std::vector<KeptFile> files;
  const StoredPost post = HEED_TRY(store_.PostOf(c));
  std::set<std::string> known;
  for (const auto& version : post.versions) {
    const auto& handed = version.post.handed_in;
    if (!handed || !handed->kept || !known.insert(handed->digest).second) continue;
    KeptFile file;
    file.key = "original-" + handed->digest;
    file.what = "original";
    file.name = handed->item;
    file.media_type = handed->kind;
    file.whose = "staff";
    file.how = handed->from;
    file.sha256 = handed->digest;
    file.by = handed->by;
    file.at = version.seen_at;
    const auto bytes = ReadOriginal(data_, c.school, handed->digest);
    if (bytes) {
      const OriginalKind kind = KindOfOriginal(*bytes);
      file.bytes = bytes->size();
      file.media_type = kind.media_type;
      file.picture = kind.picture;
    } else {
      file.gone = "It cannot be read: " + bytes.error().message();
    }
    files.push_back(std::move(file));
  }
  for (const auto& event : HEED_TRY(store_.History(c.id))) {
    if (event.kind != EventKind::kCaptured || event.erased) continue;
    const auto capture = ReadCapture(event.details);
    if (!capture) return Fail(capture.error());
    files.push_back(AboutCapture(event, *capture));
  }
  return files;
}

Result<KeptBytes> EvidenceDesk::File(const Case& c, const std::string& key) {
  if (IsOfChildImage(c)) return Fail(Fault::kDenied, "the case is about a sexual image of a child: nothing of it is looked at here");
  for (auto& file : HEED_TRY(Files(c))) {
    if (file.key != key || !file.gone.empty()) continue;
    KeptBytes kept;
    kept.about = std::move(file);
    if (kept.about.what == "original" || kept.about.what == "media") {
      kept.bytes = HEED_TRY(ReadOriginal(data_, c.school, kept.about.sha256));
      return kept;
    }
    kept.bytes = HEED_TRY(store_.Attachment(c.id, std::stoull(key.substr(key.find('-') + 1))));
    if (Sha256Hex(kept.bytes) != kept.about.sha256) return Fail(Fault::kMalformed, "the file is not the one that was recorded: restore the store from a backup");
    return kept;
  }
  return Fail(Fault::kNotFound, "no such file is kept with case " + std::to_string(c.id));
}

Done EvidenceDesk::Tidy(Instant now) {
  HEED_TRY(RemoveOld(PackFolder(data_), now - kPackLies));
  HEED_TRY(RemoveOld(CaptureFolder(data_), now - days{1}));  // put down for a heed that never came
  return tips_.Tidy(now);
}

}  // namespace heed
