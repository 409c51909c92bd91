#include "src/app/export.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "src/app/anchors.h"
#include "src/app/as_json.h"
#include "src/app/installation.h"
#include "src/app/originals.h"
#include "src/app/server.h"
#include "src/base/csv.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/seal.h"
#include "src/evidence/capture.h"
#include "src/evidence/chain_file.h"
#include "src/evidence/item.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kReadme =
    "Everything this installation of heed keeps, in open formats.\n"
    "\n"
    "*.jsonl files hold a JSON object a line (UTF-8), *.csv files are for spreadsheets (UTF-8, comma, first line names the columns).\n"
    "All times are UTC, as 2026-11-02T08:15:00Z.\n"
    "\n"
    "posts.jsonl     every post that is kept, with each version's words, who wrote it, and what heed made of it\n"
    "posts.csv       the newest version of each\n"
    "cases.jsonl     every case: its state, what was decided and why, the responses with their exact text, legal holds\n"
    "cases.csv       the same in brief\n"
    "events.jsonl    all that happened to cases, as a chain: the hash of each event is the SHA-256 of the 32 bytes of \"previous\" and the\n"
    "                bytes of \"canonical\"; \"details_sha256\" in it is the SHA-256 of the bytes of \"salt\" and those of \"details\"\n"
    "audit.jsonl     who signed in, looked at what and changed what, as a chain of its own, oldest first\n"
    "people.jsonl    members of staff who may sign in, and what they may do; passwords and keys stay out\n"
    "rules.csv       how often each rule of the lexicons fired, and how often people agreed\n"
    "sources.jsonl   how far each source was read, and what could not be read\n"
    "papers.jsonl    the letters' templates that were edited here\n"
    "originals/      the files that were handed in, by school; named by their SHA-256, which posts.jsonl has as \"digest\"\n"
    "captures/       what was kept as evidence, named by the number of its event\n"
    "anchors/        time stamps (RFC 3161) of the chain, by the number of the last event they cover\n"
    "SHA256SUMS      check it all with: sha256sum -c SHA256SUMS\n"
    "\n"
    "Of a case about a sexual image of a child nothing that leads to it is here.\n"
    "This folder names people, children among them, and is not encrypted: keep it as you keep heed's own data, and delete it when it has served.\n";

// A file of the export, written as it comes.
class OutFile {
 public:
  static Result<OutFile> Open(std::string root, std::string name) {
    OutFile file;
    const std::string path = root + "/" + name;
    file.name_ = std::move(name);
    file.fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file.fd_ < 0) return Fail(Fault::kIo, path + ": cannot be made");
    return file;
  }
  OutFile(OutFile&& other) noexcept : name_(std::move(other.name_)), pending_(std::move(other.pending_)), hashing_(std::move(other.hashing_)), fd_(std::exchange(other.fd_, -1)) {}
  OutFile& operator=(OutFile&&) = delete;
  ~OutFile() {
    if (fd_ >= 0) ::close(fd_);
  }

  Done Add(std::string_view bytes) {
    hashing_.Add(bytes);
    pending_ += bytes;
    return pending_.size() < (1u << 20) ? Done{} : Flush();
  }
  // The line of SHA256SUMS.
  Result<std::string> Close() {
    HEED_TRY(Flush());
    if (::fsync(fd_) != 0) return Fail(Fault::kIo, name_ + ": the disk does not take it");
    return hashing_.Take().sha256 + "  " + name_ + "\n";
  }

 private:
  OutFile() = default;
  Done Flush() {
    std::string_view left = pending_;
    while (!left.empty()) {
      const auto wrote = ::write(fd_, left.data(), left.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return Fail(Fault::kIo, name_ + ": cannot be written; is the disk full?");
      left.remove_prefix(static_cast<std::size_t>(wrote));
    }
    pending_.clear();
    return {};
  }
  std::string name_, pending_;
  Hashing hashing_;
  int fd_ = -1;
};

std::string Time(const std::optional<Instant>& at) { return at ? FormatRfc3339(*at) : ""; }

std::string Categories(const Assessment& assessment) {
  std::string all;
  for (const auto category : assessment.categories) all += (all.empty() ? "" : ", ") + std::string(ToString(category));
  return all;
}

class Exporting {
 public:
  Exporting(const Config& config, const std::string& data, const Store& store, std::string root, const std::function<void(std::uint64_t)>& progress)
      : config_(config), data_(data), store_(store), root_(std::move(root)), progress_(progress) {}

  Result<Exported> Run() {
    HEED_TRY(Cases());
    HEED_TRY(Posts());
    HEED_TRY(Events());
    HEED_TRY(Staff());
    HEED_TRY(Machine());
    HEED_TRY(Originals());
    HEED_TRY(Anchors());
    HEED_TRY(Whole("README.txt", kReadme));
    HEED_TRY(WriteFile(root_ + "/SHA256SUMS", sums_, 0600));
    return std::move(made_);
  }

 private:
  Done Ended(OutFile& file) {
    sums_ += HEED_TRY(file.Close());
    ++made_.files;
    return {};
  }
  Done Whole(std::string name, std::string_view bytes) {
    OutFile file = HEED_TRY(OutFile::Open(root_, std::move(name)));
    HEED_TRY(file.Add(bytes));
    return Ended(file);
  }
  Result<OutFile> Csv(std::string name, const std::vector<std::string>& columns) {
    OutFile file = HEED_TRY(OutFile::Open(root_, std::move(name)));
    HEED_TRY(file.Add("\xEF\xBB\xBF" + CsvRow(columns)));
    return file;
  }

  Done Cases() {
    OutFile lines = HEED_TRY(OutFile::Open(root_, "cases.jsonl"));
    OutFile table = HEED_TRY(Csv("cases.csv", {"case", "school", "state", "severity", "categories", "posted", "opened", "closed", "finding", "why", "decided by", "responses", "still up"}));
    Done went;
    HEED_TRY(store_.EachCase({}, [&](const Case& c) {
      if (!went) return;
      ++made_.cases;
      Case shown = c;
      if (IsOfChildImage(c)) {
        withheld_.insert(c.id);
        // An id may be an address, and a report to the IWF holds one.
        shown.global_id = "withheld";
        for (auto& response : shown.responses) response.text = "withheld", response.options.clear();
      }
      schools_[c.id] = c.school;
      JsonWriter out;
      out.Object();
      PutCase(out, shown);
      out.EndObject();
      went = lines.Add(out.Take() + "\n");
      if (went)
        went = table.Add(CsvRow({std::to_string(c.id), c.school, std::string(ToString(c.state)), std::to_string(c.assessment.severity), Categories(c.assessment), FormatRfc3339(c.posted_at), FormatRfc3339(c.opened_at),
                                 Time(c.closed_at), c.decision ? std::string(ToString(c.decision->finding)) : "", c.decision ? c.decision->why : "", c.decision ? c.decision->by : "", std::to_string(c.responses.size()),
                                 c.presence}));
    }));
    HEED_TRY(std::move(went));
    HEED_TRY(Ended(lines));
    return Ended(table);
  }

  Done Posts() {
    OutFile lines = HEED_TRY(OutFile::Open(root_, "posts.jsonl"));
    OutFile table = HEED_TRY(Csv("posts.csv", {"school", "case", "platform", "address", "handle", "name", "posted", "seen", "words"}));
    Done went;
    HEED_TRY(store_.EachPost("", [&](const StoredPost& post) {
      if (!went) return;
      if (++made_.posts % 1'000 == 0 && progress_) progress_(made_.posts);
      const bool withheld = post.case_id && withheld_.contains(*post.case_id);
      if (withheld) ++withheld_posts_;
      went = lines.Add(PostLine(post, withheld));
      const StoredVersion& newest = post.versions[post.newest];
      const Post& shown = newest.post;
      const auto or_withheld = [&](const std::string& text) { return withheld ? "withheld" : text; };
      std::string scratch;
      if (went)
        went = table.Add(CsvRow({post.school, post.case_id ? std::to_string(*post.case_id) : "", shown.platform, or_withheld(shown.permalink), or_withheld(shown.author.handle), or_withheld(shown.author.display_name),
                                 Time(shown.created_at), FormatRfc3339(newest.seen_at), or_withheld(std::string(JudgedText(shown, scratch)))}));
    }));
    HEED_TRY(std::move(went));
    if (withheld_posts_ > 0) made_.notes.push_back("of " + std::to_string(withheld_posts_) + (withheld_posts_ == 1 ? " post" : " posts") + " about a sexual image of a child nothing that leads to it was taken out");
    HEED_TRY(Ended(lines));
    return Ended(table);
  }

  std::string PostLine(const StoredPost& post, bool withheld) {
    JsonWriter out;
    out.Object().Field("school", post.school).Key("case");
    if (post.case_id) out.Int(static_cast<std::int64_t>(*post.case_id));
    else out.Null();
    if (withheld) out.Field("withheld", "the case is about a sexual image of a child");
    out.Key("versions").Array();
    for (std::size_t i = 0; i < post.versions.size() && !withheld; ++i) {
      const StoredVersion& version = post.versions[i];
      out.Object().Field("version", ContentVersion(version.post)).Field("newest", i == post.newest).Field("source", version.source).Field("seen_at", FormatRfc3339(version.seen_at));
      PutPost(out, version.post);
      out.Key("assessment").Object();
      PutAssessment(out, version.assessment);
      out.EndObject().EndObject();
      if (version.post.handed_in && version.post.handed_in->kept) originals_.emplace(post.school, version.post.handed_in->digest);
    }
    out.EndArray().EndObject();
    return out.Take() + "\n";
  }

  Done Events() {
    OutFile lines = HEED_TRY(OutFile::Open(root_, "events.jsonl"));
    Done went;
    struct Captured {
      CaseId id;
      std::uint64_t sequence;
      std::string extension;
    };
    std::vector<Captured> captured;
    HEED_TRY(store_.EachEvent(1, kLastEvent, [&](const Event& event) {
      if (!went) return;
      ++made_.events;
      const bool withheld = withheld_.contains(event.case_id);
      went = lines.Add(ChainLineOf(event, withheld ? ChainLine::kWithoutDetails : ChainLine::kWhole));
      if (event.kind != EventKind::kCaptured || event.erased || withheld) return;
      const auto capture = ReadCapture(event.details);
      if (!capture) captured.push_back({event.case_id, event.sequence, "bin"});
      else if (capture->whose != "media") captured.push_back({event.case_id, event.sequence, capture->extension});
      else if (const auto school = schools_.find(event.case_id); school != schools_.end()) originals_.emplace(school->second, capture->sha256);  // where its bytes lie
    }));
    HEED_TRY(std::move(went));
    HEED_TRY(Ended(lines));
    if (captured.empty()) return {};
    HEED_TRY(MakeFolder(root_ + "/captures"));
    for (const auto& [id, sequence, extension] : captured) {
      const auto bytes = store_.Attachment(id, sequence);
      if (!bytes) {
        made_.notes.push_back("the capture of event " + std::to_string(sequence) + " could not be read: " + bytes.error().message());
        continue;
      }
      HEED_TRY(Whole("captures/" + std::to_string(sequence) + "." + extension, *bytes));
    }
    return {};
  }

  Done Staff() {
    OutFile people = HEED_TRY(OutFile::Open(root_, "people.jsonl"));
    for (const auto& person : HEED_TRY(store_.People())) {
      JsonWriter out;
      out.Object().Field("id", person.id).Field("name", person.name).Field("mail", person.mail).Field("school_account", person.account).Field("locked", person.locked).Field("created_at", FormatRfc3339(person.created_at));
      out.Time("signed_in_at", person.signed_in_at);
      out.Field("has_password", !person.password.empty()).Field("has_second_factor", !person.second_factor.empty()).Field("mask_words", person.mask_words).Key("roles").Array();
      for (const auto& grant : person.grants) out.Object().Field("role", ToString(grant.role)).Field("school", grant.school).EndObject();
      out.EndArray().Key("saved_lists").Array();
      for (const auto& view : HEED_TRY(store_.PreferencesOf(person.id)).views) out.Object().Field("name", view.name).Field("query", view.query).EndObject();
      for (const auto& school : config_.schools)
        for (const auto& view : HEED_TRY(store_.SharedViews(school.id)))
          if (view.by == person.id) out.Object().Field("name", view.name).Field("query", view.query).Field("shared_with", school.id).EndObject();
      out.EndArray().EndObject();
      HEED_TRY(people.Add(out.Take() + "\n"));
    }
    HEED_TRY(Ended(people));
    std::vector<std::string> rows;
    AuditFilter filter;
    filter.limit = static_cast<std::size_t>(-1);
    for (const auto& row : HEED_TRY(store_.AuditTrail(filter))) {
      JsonWriter out;
      out.Object().Field("sequence", row.sequence).Field("at", FormatRfc3339(row.at)).Field("actor", row.actor).Field("action", row.action).Field("school", row.school).Field("subject", row.subject);
      out.Field("details", row.details).Field("previous", Hex(row.previous)).Field("hash", Hex(row.hash)).EndObject();
      rows.push_back(out.Take() + "\n");
    }
    OutFile audit = HEED_TRY(OutFile::Open(root_, "audit.jsonl"));
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) HEED_TRY(audit.Add(*row));
    return Ended(audit);
  }

  Done Machine() {
    OutFile rules = HEED_TRY(Csv("rules.csv", {"school", "rule", "fired", "silent", "upheld", "dismissed"}));
    for (const auto& school : config_.schools)
      for (const auto& [rule, record] : HEED_TRY(store_.RuleRecords({school.id})))
        HEED_TRY(rules.Add(CsvRow({school.id, rule, std::to_string(record.fired), std::to_string(record.silent), std::to_string(record.upheld), std::to_string(record.dismissed)})));
    HEED_TRY(Ended(rules));
    OutFile sources = HEED_TRY(OutFile::Open(root_, "sources.jsonl"));
    for (const auto& [id, state] : HEED_TRY(store_.Sources())) {
      JsonWriter out;
      out.Object().Field("source", id);
      out.Time("last_attempt", state.last_attempt);
      out.Time("last_success", state.last_success);
      out.Field("failures", state.failures).Field("message", state.message).Field("posts_read", state.posts_read).Field("posts_mentioning", state.posts_mentioning).Key("gaps").Array();
      for (const auto& gap : state.gaps) {
        out.Object();
        out.Time("from", gap.from);
        out.Time("until", gap.until);
        out.Field("why", gap.why).EndObject();
      }
      out.EndArray().EndObject();
      HEED_TRY(sources.Add(out.Take() + "\n"));
    }
    HEED_TRY(Ended(sources));
    OutFile papers = HEED_TRY(OutFile::Open(root_, "papers.jsonl"));
    for (const auto& paper : HEED_TRY(store_.Papers())) {
      JsonWriter out;
      out.Object().Field("name", paper.name).Field("number", paper.number).Field("at", FormatRfc3339(paper.at)).Field("by", paper.by).Field("text", paper.text).EndObject();
      HEED_TRY(papers.Add(out.Take() + "\n"));
    }
    return Ended(papers);
  }

  Done Originals() {
    for (const auto& [school, digest] : originals_) {
      HEED_TRY(MakeFolder(root_ + "/originals/" + school));
      const auto bytes = ReadOriginal(data_, school, digest);
      if (bytes) HEED_TRY(Whole("originals/" + school + "/" + digest, *bytes));
      else made_.notes.push_back("the file " + digest + " could not be read: " + bytes.error().message());
    }
    return {};
  }
  Done Anchors() {
    if (!Exists(AnchorFolder(data_))) return {};
    HEED_TRY(MakeFolder(root_ + "/anchors"));
    for (const auto& path : HEED_TRY(ListFiles(AnchorFolder(data_), ".tsr"))) {
      const std::string bytes = HEED_TRY(ReadFile(path, 1 << 20));
      HEED_TRY(Whole("anchors/" + path.substr(path.rfind('/') + 1), bytes));
    }
    return {};
  }

  const Config& config_;
  const std::string& data_;
  const Store& store_;
  const std::string root_;
  const std::function<void(std::uint64_t)>& progress_;
  std::set<CaseId> withheld_;
  std::map<CaseId, std::string> schools_;
  std::uint64_t withheld_posts_ = 0;
  std::set<std::pair<std::string, std::string>> originals_;  // school, digest
  std::string sums_;
  Exported made_;
};

AuditRow RowOf(std::string actor, std::string details, Instant now) {
  AuditRow row;
  row.at = now;
  row.actor = std::move(actor);
  row.action = "all-exported";
  row.details = std::move(details);
  return row;
}

std::string InWords(const Exported& made) {
  return std::to_string(made.posts) + " posts, " + std::to_string(made.cases) + " cases, " + std::to_string(made.events) + " events";
}

std::string NotWrittenDown(const std::string& why) { return "that all this was taken out could not be written down in the audit trail: " + why; }

}  // namespace

Result<Exported> ExportAll(const Config& config, const std::string& data, const Store& store, const std::string& folder, const std::function<void(std::uint64_t)>& progress) {
  if (Exists(folder)) return Fail(Fault::kInvalid, folder + " is there already; name another folder with --output");
  TemporaryPath unfinished(folder + ".part" + std::to_string(::getpid()));  // gone again unless it is whole
  std::error_code error;
  if (!fs::create_directory(unfinished.path(), error) || error) return Fail(Fault::kIo, unfinished.path() + ": cannot be made: " + error.message());
  fs::permissions(unfinished.path(), fs::perms::owner_all, error);
  Exported made = HEED_TRY(Exporting(config, data, store, unfinished.path(), progress).Run());
  fs::rename(unfinished.path(), folder, error);
  if (error) return Fail(Fault::kIo, folder + ": cannot be put in place: " + error.message());
  unfinished.Keep();
  return made;
}

Result<Exported> ExportOf(const Config& config, const std::string& data, const ExportOrder& order, const Clock& clock, const std::function<void(std::uint64_t)>& progress) {
  if (!Exists(data + "/store")) return Fail(Fault::kNotFound, "nothing has been scanned into " + data + " yet; run `heed scan` first");
  auto store = OpenStore(data, Access::kWrite);
  const bool ours = store.has_value();
  if (!ours && store.error().fault() == Fault::kBusy) store = OpenStore(data, Access::kRead);
  if (!store) return Fail(store.error());
  Exported made = HEED_TRY(ExportAll(config, data, **store, order.folder, progress));
  if (ours) {
    if (const auto written = (*store)->Audit({RowOf(order.actor, InWords(made), clock.Now())}); !written) made.notes.push_back(NotWrittenDown(written.error().message()));
    return made;
  }
  JsonWriter request;
  request.Object().Field("actor", order.actor).Field("details", InWords(made)).Field("do", "exported").EndObject();
  const auto answer = AskServer(data, request.Take());
  if (!answer) made.notes.push_back(NotWrittenDown(answer.error().message()));
  else if (!*answer) made.notes.push_back(NotWrittenDown("another heed holds the store and does not answer"));
  return made;
}

Done WriteDownExported(Store& store, std::string_view request, Instant now) {
  JsonParser parser;
  const Json in = HEED_TRY(parser.Parse(request));
  std::string actor(in["actor"].StringOr("")), details(in["details"].StringOr(""));
  if (actor.empty() || details.size() > 200) return Fail(Fault::kInvalid, "who took everything out is not told");
  return store.Audit({RowOf(std::move(actor), std::move(details), now)});
}

}  // namespace heed
