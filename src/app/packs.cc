#include "src/app/packs.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "src/app/anchors.h"
#include "src/app/installation.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/evidence/sealed.h"
#include "src/net/http.h"

namespace heed {
namespace {

// Removed again, whatever happens.
struct Temporary {
  std::string path;
  ~Temporary() {
    if (!path.empty()) ::unlink(path.c_str());
  }
};

Done WriteDown(Store& store, const PackOrder& order, const PackMade& made, Instant now) {
  for (const CaseId id : order.cases) {
    Change change;
    change.after = HEED_TRY(store.FindCase(id));
    Event& event = change.events.emplace_back();
    event.case_id = id;
    event.kind = EventKind::kExported;
    event.at = now;
    event.actor = order.actor;
    JsonWriter details;
    details.Object().Field("copy", ToString(order.kind)).Field("for", order.recipient).Field("manifest_sha512", made.manifest).Field("pack", made.id).Field("purpose", order.purpose).EndObject();
    event.details = details.Take();
    ++change.after.events;
    HEED_TRY(store.Record(change));
  }
  return {};
}

}  // namespace

Result<PackMade> MakePackOf(const Config& config, const std::string& data, const PackOrder& order, const Clock& clock,
                            const std::function<void(std::size_t, std::size_t)>& progress) {
  HttpClient http({.user_agent = UserAgent(config), .ca_file = ""});
  bool writable = true;
  if (!Exists(data + "/store")) return Fail(Fault::kNotFound, "nothing has been scanned into " + data + " yet; run `heed scan` first");
  auto store = OpenStore(data, Access::kWrite);
  if (!store && store.error().fault() == Fault::kBusy) {
    writable = false;
    store = OpenStore(data, Access::kRead);
  }
  if (!store) return Fail(store.error());

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
  request.progress = progress;
  for (auto& anchor : HEED_TRY(CheckAnchors(AnchorFolder(data), **store, config.evidence.certificates))) {
    if (anchor.stamp) request.anchors.emplace_back(anchor.sequence, std::move(anchor.answer));
    else LogWarning("anchors/" + anchor.file + " is left out: " + anchor.flaw);
  }
  if (order.stamp && !config.evidence.authorities.empty())
    request.stamp = [&](std::string_view digest) {
      Stamped stamped;
      stamped.asked = true;
      for (const auto& url : config.evidence.authorities) {
        auto answered = AskForStamp(http, url, digest, config.evidence.certificates);
        if (answered) stamped.found.push_back({url, *std::move(answered)});
        else LogWarning("no time stamp: " + answered.error().message());
      }
      return stamped;
    };

  Temporary plain;
  if (!order.recipient.empty()) request.output = plain.path = order.output + ".plain" + std::to_string(::getpid());
  PackMade made = HEED_TRY(MakePack(**store, request));
  if (!order.recipient.empty()) {
    HEED_TRY(SealFile(plain.path, order.output, order.passphrase, order.recipient));
    std::error_code error;
    made.bytes = std::filesystem::file_size(order.output, error);
  }
  if (!writable) {
    made.notes.emplace_back("another heed holds the store, so that this pack was made is not written down in the custody chain; stop it and pack again to have it there");
  } else if (const auto done = WriteDown(**store, order, made, clock.Now()); !done) {
    made.notes.push_back("that this pack was made could not be written down in the custody chain: " + done.error().message());
  }
  return made;
}

Result<Capture> AddStaffCapture(const std::string& data, const CaptureOrder& order, const Clock& clock) {
  auto bytes = ReadFile(order.file, kMaxCapture);
  if (!bytes) return Fail(std::move(bytes).error().While("the capture"));
  auto captured = HEED_TRY(CaptureFile(order.file, *std::move(bytes), order.how, order.address, order.taken_at));
  if (!Exists(data + "/store")) return Fail(Fault::kNotFound, "nothing has been scanned into " + data + " yet; run `heed scan` first");
  const auto store = HEED_TRY(OpenStore(data, Access::kWrite));
  Change change;
  change.after = HEED_TRY(store->FindCase(order.case_id));
  if (change.after.decision && change.after.decision->finding == Finding::kChildImage)
    return Fail(Fault::kDenied, "case " + std::to_string(order.case_id) + " is about a sexual image of a child: make no copy, keep none; delete the file only when the police or the IWF say so");
  Event& event = change.events.emplace_back();
  event.case_id = order.case_id;
  event.kind = EventKind::kCaptured;
  event.at = clock.Now();
  event.actor = order.actor;
  event.details = WriteCapture(captured.capture);
  event.attachment = std::move(captured.bytes);
  ++change.after.events;
  HEED_TRY(store->Record(change));
  return std::move(captured.capture);
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
  const Temporary opened{name};
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
