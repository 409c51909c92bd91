#include "src/app/packs.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "src/app/anchors.h"
#include "src/app/installation.h"
#include "src/app/originals.h"
#include "src/app/server.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/evidence/sealed.h"
#include "src/net/http.h"

namespace heed {
namespace {

constexpr int kQuicker = 20;  // times somebody else may be quicker

// What the chain says of a pack.
struct PackedNote {
  std::vector<CaseId> cases;
  std::string actor, copy, recipient, manifest, pack, purpose;
};

Done WriteDown(Store& store, const PackedNote& note, Instant now) {
  JsonWriter details;
  details.Object().Field("copy", note.copy).Field("for", note.recipient).Field("manifest_sha512", note.manifest).Field("pack", note.pack).Field("purpose", note.purpose).EndObject();
  const std::string text = details.Take();
  for (const CaseId id : note.cases) {
    // Somebody may work on the case meanwhile.
    for (int tries = 0;; ++tries) {
      Change change;
      change.after = HEED_TRY(store.FindCase(id));
      Event& event = change.events.emplace_back();
      event.case_id = id;
      event.kind = EventKind::kExported;
      event.at = now;
      event.actor = note.actor;
      event.details = text;
      ++change.after.events;
      const auto recorded = store.Record(change);
      if (recorded) break;
      if (recorded.error().fault() != Fault::kExists || tries == kQuicker) return Fail(recorded.error());
    }
  }
  return {};
}

PackedNote NoteOf(const PackOrder& order, const PackMade& made) { return {order.cases, order.actor, std::string(ToString(order.kind)), order.recipient, made.manifest, made.id, order.purpose}; }

Stamped AskAll(const Config& config, HttpClient& http, std::string_view digest) {
  Stamped stamped;
  stamped.asked = true;
  for (const auto& url : config.evidence.authorities) {
    auto answered = AskForStamp(http, url, digest, config.evidence.certificates);
    if (answered) stamped.found.push_back({url, *std::move(answered)});
    else LogWarning("no time stamp: " + answered.error().message());
  }
  return stamped;
}

// Without writing anything down.
Result<PackMade> MakeOnly(const Config& config, const std::string& data, const Store& store, const PackOrder& order, const std::function<void(std::size_t, std::size_t)>& progress) {
  HttpClient http({.user_agent = UserAgent(config), .ca_file = ""});
  PackRequest request;
  request.cases = order.cases;
  request.kind = order.kind;
  request.names_to_mask = order.names_to_mask;
  for (const auto& school : config.schools) {
    request.school_names[school.id] = school.name;
    request.clauses[school.id] = school.clauses;
    for (const auto& staff : school.staff) request.names_to_mask.push_back(staff.name);
  }
  request.timezone = config.timezone;
  request.contact = config.contact;
  request.output = order.output;
  request.pdf = order.pdf;
  request.key = HEED_TRY(OpenSigningKey(data + "/keys"));
  request.original = [&data](const std::string& school, const std::string& digest) { return ReadOriginal(data, school, digest); };
  request.stop = order.stop;
  request.progress = progress;
  for (auto& anchor : HEED_TRY(CheckAnchors(AnchorFolder(data), store, config.evidence.certificates))) {
    if (anchor.stamp) request.anchors.emplace_back(anchor.sequence, std::move(anchor.answer));
    else LogWarning("anchors/" + anchor.file + " is left out: " + anchor.flaw);
  }
  if (order.stamp && !config.evidence.authorities.empty()) request.stamp = [&](std::string_view digest) { return AskAll(config, http, digest); };

  const TemporaryPath plain(order.recipient.empty() ? "" : order.output + ".plain" + std::to_string(::getpid()));
  if (!order.recipient.empty()) request.output = plain.path();
  PackMade made = HEED_TRY(MakePack(store, request));
  if (!order.recipient.empty()) {
    HEED_TRY(SealFile(plain.path(), order.output, order.passphrase, order.recipient));
    std::error_code error;
    made.bytes = std::filesystem::file_size(order.output, error);
  }
  return made;
}

std::string NotWrittenDown(const std::string& why) { return "that this pack was made could not be written down in the custody chain: " + why; }

}  // namespace

Result<PackMade> MakePackWith(const Config& config, const std::string& data, Store& store, const PackOrder& order, Instant now, const std::function<void(std::size_t, std::size_t)>& progress) {
  PackMade made = HEED_TRY(MakeOnly(config, data, store, order, progress));
  if (const auto done = WriteDown(store, NoteOf(order, made), now); !done) made.notes.push_back(NotWrittenDown(done.error().message()));
  return made;
}

Result<PackMade> MakePackOf(const Config& config, const std::string& data, const PackOrder& order, const Clock& clock,
                            const std::function<void(std::size_t, std::size_t)>& progress) {
  if (!Exists(data + "/store")) return Fail(Fault::kNotFound, "nothing has been scanned into " + data + " yet; run `heed scan` first");
  auto store = OpenStore(data, Access::kWrite);
  if (store) return MakePackWith(config, data, **store, order, clock.Now(), progress);
  if (store.error().fault() != Fault::kBusy) return Fail(store.error());
  store = OpenStore(data, Access::kRead);
  if (!store) return Fail(store.error());
  PackMade made = HEED_TRY(MakeOnly(config, data, **store, order, progress));
  // The store's own process writes it down; only what names the pack goes there, never its passphrase.
  const PackedNote note = NoteOf(order, made);
  JsonWriter request;
  request.Object().Field("actor", note.actor).Key("cases").Array();
  for (const CaseId id : note.cases) request.Int(static_cast<std::int64_t>(id));
  request.EndArray().Field("copy", note.copy).Field("do", "packed").Field("for", note.recipient).Field("manifest", note.manifest).Field("pack", note.pack).Field("purpose", note.purpose).EndObject();
  const auto answer = AskServer(data, request.Take());
  if (!answer) made.notes.push_back(NotWrittenDown(answer.error().message()));
  else if (!*answer) made.notes.push_back(NotWrittenDown("another heed holds the store and does not answer; stop it and pack again to have it there"));
  return made;
}

Done WriteDownPacked(Store& store, std::string_view request, Instant now) {
  JsonParser parser;
  const Json in = HEED_TRY(parser.Parse(request));
  PackedNote note;
  in["cases"].Each([&](Json id) {
    if (const auto number = id.Int(); number && *number > 0) note.cases.push_back(static_cast<CaseId>(*number));
  });
  for (const auto& [key, to] : {std::pair("actor", &note.actor), std::pair("copy", &note.copy), std::pair("for", &note.recipient), std::pair("manifest", &note.manifest), std::pair("pack", &note.pack),
                                std::pair("purpose", &note.purpose)})
    *to = in[key].StringOr("");
  if (note.cases.empty() || note.actor.empty() || note.pack.empty() || note.manifest.size() != 128) return Fail(Fault::kInvalid, "what was packed, and by whom, is not told");
  return WriteDown(store, note, now);
}

std::string CaptureFolder(const std::string& data) { return data + "/captures"; }

Result<Capture> KeepStaffCapture(Store& store, const CaptureOrder& order, std::string bytes, Instant now) {
  auto captured = HEED_TRY(CaptureFile(order.file, std::move(bytes), order.how, order.address, order.taken_at));
  for (int tries = 0;; ++tries) {
    Change change;
    change.after = HEED_TRY(store.FindCase(order.case_id));
    if (change.after.decision && change.after.decision->finding == Finding::kChildImage)
      return Fail(Fault::kDenied, "case " + std::to_string(order.case_id) + " is about a sexual image of a child: make no copy, keep none; delete the file only when the police or the IWF say so");
    Event& event = change.events.emplace_back();
    event.case_id = order.case_id;
    event.kind = EventKind::kCaptured;
    event.at = now;
    event.actor = order.actor;
    event.details = WriteCapture(captured.capture);
    event.attachment = captured.bytes;
    ++change.after.events;
    const auto recorded = store.Record(change);
    if (recorded) return std::move(captured.capture);
    // Somebody may work on the case meanwhile.
    if (recorded.error().fault() != Fault::kExists || tries == kQuicker) return Fail(recorded.error());
  }
}

Result<Capture> AddStaffCapture(const std::string& data, const CaptureOrder& order, const Clock& clock) {
  auto bytes = ReadFile(order.file, kMaxCapture);
  if (!bytes) return Fail(std::move(bytes).error().While("the capture"));
  if (!Exists(data + "/store")) return Fail(Fault::kNotFound, "nothing has been scanned into " + data + " yet; run `heed scan` first");
  const auto store = OpenStore(data, Access::kWrite);
  if (store) return KeepStaffCapture(**store, order, *std::move(bytes), clock.Now());
  if (store.error().fault() != Fault::kBusy) return Fail(store.error());
  // A request is one line of a few kilobytes: the file goes by the data folder.
  const std::string id = Hex(RandomBytes(16));
  HEED_TRY(MakeFolder(CaptureFolder(data)));
  const TemporaryPath put_down(CaptureFolder(data) + "/" + id);
  HEED_TRY(WriteFile(put_down.path(), *bytes, 0600));
  JsonWriter request;
  request.Object().Field("actor", order.actor).Field("address", order.address).Field("case", order.case_id).Field("do", "capture").Field("file", id).Field("how", order.how).Field("name", order.file);
  request.Field("taken_at", order.taken_at ? FormatRfc3339(*order.taken_at) : "").EndObject();
  const auto answer = HEED_TRY(AskServer(data, request.Take()));
  if (!answer) return Fail(store.error());
  return ReadCapture(*answer);
}

Result<Capture> KeepPutDownCapture(Store& store, const std::string& data, std::string_view request, const Clock& clock) {
  JsonParser parser;
  const Json in = HEED_TRY(parser.Parse(request));
  const std::string id(in["file"].StringOr(""));
  if (id.size() != 32 || id.find_first_not_of("0123456789abcdef") != std::string::npos) return Fail(Fault::kInvalid, "no capture was put down");
  CaptureOrder order;
  order.case_id = static_cast<CaseId>(std::max<std::int64_t>(0, in["case"].Int().value_or(0)));
  order.file = in["name"].StringOr("");
  order.how = in["how"].StringOr("");
  order.address = in["address"].StringOr("");
  order.actor = in["actor"].StringOr("");
  order.taken_at = ParseRfc3339(in["taken_at"].StringOr(""));
  return KeepStaffCapture(store, order, HEED_TRY(ReadFile(CaptureFolder(data) + "/" + id, kMaxCapture)), clock.Now());
}

Result<Restamped> StampPack(const Config& config, const std::string& data, const std::string& pack, const std::string& output, const std::string& passphrase) {
  if (config.evidence.authorities.empty()) return Fail(Fault::kInvalid, config.file + ": no time-stamp authority is configured; add [evidence] authorities = [\"https://...\"]");
  if (!Exists(pack)) return Fail(Fault::kNotFound, pack + ": no such file");
  const bool sealed = IsSealed(pack);
  if (sealed && passphrase.empty()) return Fail(Fault::kInvalid, pack + " is sealed: name a file that holds its passphrase with --passphrase-file FILE");
  if (Exists(output)) return Fail(Fault::kInvalid, output + " is there already; name another file with --output");
  const SigningKey key = HEED_TRY(OpenSigningKey(data + "/keys"));
  HttpClient http({.user_agent = UserAgent(config), .ca_file = ""});
  const auto ask = [&](std::string_view digest) { return AskAll(config, http, digest); };
  if (!sealed) return AddStamps(pack, output, key, config.evidence.certificates, ask);
  const std::string id = Hex(RandomBytes(16));
  const TemporaryPath opened(data + "/stamp-" + id + ".zip"), stamped(data + "/stamped-" + id + ".zip");
  const std::string recipient = HEED_TRY(OpenSealedFile(pack, opened.path(), passphrase));
  const Restamped restamped = HEED_TRY(AddStamps(opened.path(), stamped.path(), key, config.evidence.certificates, ask));
  HEED_TRY(SealFile(stamped.path(), output, passphrase, recipient));
  return restamped;
}

Result<PackReport> CheckPack(const CheckOrder& order) {
  if (!IsSealed(order.path)) {
    if (!Exists(order.path)) return Fail(Fault::kNotFound, order.path + ": no such file or folder");
    return VerifyPack(order.path, order.options);
  }
  if (order.passphrase.empty()) return Fail(Fault::kInvalid, order.path + " is sealed: name a file that holds its passphrase with --passphrase-file FILE");
  std::string name = (std::filesystem::temp_directory_path() / "heed-verify-XXXXXX").string();
  const int fd = ::mkstemp(name.data());
  if (fd < 0) return Fail(Fault::kIo, name + ": cannot be made");
  ::close(fd);
  const TemporaryPath opened(name);
  const std::string recipient = HEED_TRY(OpenSealedFile(order.path, name, order.passphrase));
  PackReport report = HEED_TRY(VerifyPack(name, order.options));
  report.recipient = recipient;
  return report;
}

Result<std::string> PassphraseFrom(const std::string& file) { return ReadPassphrase(file); }

Result<std::string> OpenPack(const std::string& sealed, const std::string& output, const std::string& passphrase_file) {
  if (!Exists(sealed)) return Fail(Fault::kNotFound, sealed + ": no such file");
  if (!IsSealed(sealed)) return Fail(Fault::kInvalid, sealed + " is not sealed");
  if (Exists(output)) return Fail(Fault::kInvalid, output + " is there already; name another file with --output");
  return OpenSealedFile(sealed, output, HEED_TRY(ReadPassphrase(passphrase_file)));
}

}  // namespace heed
