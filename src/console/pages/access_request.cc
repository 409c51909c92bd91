// What is kept about one person who asks: access, erasure, objection (UK GDPR articles 15, 17 and 21).
//
// The only search for a person there is.  It needs a reference and a reason, and is in the audit trail before anything is looked at; it walks
// all that is kept, because nothing is kept by author, and leaves no list behind.  The names typed are not written down: the trail would
// keep them longer than what they were searched for.  A fingerprint of them is, so that what was searched can be proved.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "pipeline/fold.h"
#include "src/base/csv.h"
#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/casework/acts.h"
#include "src/casework/details.h"
#include "src/console/console.h"
#include "src/console/pages.h"
#include "src/console/words.h"

namespace heed {
namespace {

constexpr Roles kAnswers = Only(Role::kAdministrator);
constexpr std::size_t kMostNames = 10, kMostFound = 1000, kMostShown = 200, kLongestName = 100, kLongestReason = 500;

enum class Ask { kAccess, kErasure, kObjection };
struct AskWords {
  Ask ask;
  std::string_view name, title;
};
constexpr AskWords kAsks[] = {{Ask::kAccess, "access", "A copy of what is kept"}, {Ask::kErasure, "erasure", "Erasure"}, {Ask::kObjection, "objection", "Objection, or restriction"}};

struct Wanted {
  Ask ask = Ask::kAccess;
  std::string ask_name, reference, reason;
  std::vector<std::string> schools, names;
};

// The form, or nullopt with what is wrong in visit.problems.
std::optional<Wanted> ReadWanted(Visit& visit) {
  Wanted wanted;
  const auto ask = std::ranges::find(kAsks, visit.form.Get("ask"), &AskWords::name);
  if (ask == std::end(kAsks)) visit.Complain("ask-access", "Choose what the person asks for");
  else wanted.ask = ask->ask, wanted.ask_name = ask->name;
  wanted.schools = visit.Chosen(visit.form.Get("school"));
  if (wanted.schools.empty()) visit.Complain("school", "Choose a school");
  for (const auto line : Split(visit.form.Get("names"), '\n')) {
    std::string_view name = Trim(line);
    if (name.starts_with('@')) name.remove_prefix(1);
    if (name.empty()) continue;
    if (name.size() > kLongestName || Fold(name).text.size() < 5) {
      visit.Complain("names", "Names and handles have from 3 to 100 letters; a shorter one would find other people");
      break;
    }
    wanted.names.emplace_back(name);
  }
  if (wanted.names.empty() && visit.problems.empty()) visit.Complain("names", "Enter the names and handles the person goes by");
  if (wanted.names.size() > kMostNames) visit.Complain("names", "Enter at most 10 names and handles");
  wanted.reference = Trim(visit.form.Get("reference"));
  wanted.reason = Trim(visit.form.Get("reason"));
  if (wanted.reference.empty() || wanted.reference.size() > 60) visit.Complain("reference", "Enter your reference for the request, at most 60 letters");
  if (wanted.reason.empty() || wanted.reason.size() > kLongestReason) visit.Complain("reason", "Say why you search, in a sentence or two");
  if (visit.form.Get("checked") != "yes") visit.Complain("checked", "Make sure first that the person is who they say they are");
  // The trail is no place for the person's name.
  for (const auto& name : wanted.names)
    for (const char* field : {"reference", "reason"})
      if (Fold(visit.form.Get(field)).text.find(Fold(name).text) != std::string::npos) visit.Complain(field, "Leave the person's name out here: this is kept in the audit trail");
  if (!visit.problems.empty()) return std::nullopt;
  return wanted;
}

std::string Fingerprint(const Wanted& wanted) {
  std::vector<std::string> names;
  for (const auto& name : wanted.names) names.push_back(Fold(name).text);
  std::ranges::sort(names);
  return Sha256Hex("access request " + wanted.reference + "\n" + Join(names, "\n")).substr(0, 16);
}

struct Found {
  StoredPost post;
  std::set<std::string> why;  // "wrote it", "is named in it" ...
  std::optional<Case> c;
};
struct Findings {
  std::vector<Found> found;
  bool more = false;  // than kMostFound
};

class Needles {
 public:
  explicit Needles(const std::vector<std::string>& names) {
    for (const auto& name : names) {
      exact_.push_back(LowerAscii(name));
      folded_.push_back(Fold(name).text);
    }
  }
  // As an account: its handle, with or without its server, or its lasting id.
  bool IsHandle(std::string_view handle) const {
    const std::string lower = LowerAscii(handle);
    return !lower.empty() && std::ranges::any_of(exact_, [&](const std::string& one) { return one == lower || lower.starts_with(one + "@") || one.starts_with(lower + "@"); });
  }
  bool In(std::string_view text) const {
    if (text.empty()) return false;
    Fold(text, scratch_);
    return std::ranges::any_of(folded_, [&](const std::string& one) { return one.size() > 2 && scratch_.text.find(one) != std::string::npos; });
  }

 private:
  std::vector<std::string> exact_, folded_;
  mutable Folded scratch_;
};

void LookAt(const StoredPost& post, const Needles& needles, std::set<std::string>& why) {
  for (const auto& version : post.versions) {
    const Post& p = version.post;
    if (needles.IsHandle(p.author.handle) || needles.IsHandle(p.author.id) || needles.In(p.author.display_name)) why.insert("wrote it");
    std::string scratch;
    if (needles.In(JudgedText(p, scratch))) why.insert("is named in it");
    if (p.handed_in && (needles.In(p.handed_in->from) || needles.In(p.handed_in->note))) why.insert("is named by who handed it in");
  }
}

bool NamedInWork(const Case& c, const Needles& needles) {
  if (c.decision && needles.In(c.decision->why)) return true;
  return std::ranges::any_of(c.responses, [&](const Response& r) { return needles.In(r.to) || needles.In(r.text) || needles.In(r.note); });
}

Result<Findings> Search(const Store& store, const Wanted& wanted) {
  const Needles needles(wanted.names);
  Findings findings;
  // Cases first: what staff wrote about somebody is about them, too.
  std::set<CaseId> noted;
  HEED_TRY(store.EachCase(wanted.schools, [&](const Case& c) {
    if (NamedInWork(c, needles)) noted.insert(c.id);
  }));
  HEED_TRY(store.EachEventBack([&](const Event& event) {
    if (event.erased || event.kind == EventKind::kOpened || event.kind == EventKind::kEdited || event.kind == EventKind::kReopened || noted.contains(event.case_id)) return true;
    const auto details = ReadAct(event.details);
    if (details && (needles.In(details->why) || needles.In(details->to) || needles.In(details->text))) noted.insert(event.case_id);
    return true;
  }));
  for (const auto& school : wanted.schools)
    HEED_TRY(store.EachPost(school, [&](const StoredPost& post) {
      std::set<std::string> why;
      LookAt(post, needles, why);
      if (post.case_id && noted.contains(*post.case_id)) why.insert("is named in what staff wrote");
      if (why.empty()) return;
      if (findings.found.size() >= kMostFound) findings.more = true;
      else findings.found.push_back({post, std::move(why), std::nullopt});
    }));
  for (auto& found : findings.found) {
    if (!found.post.case_id) continue;
    auto c = store.FindCase(*found.post.case_id);
    if (c) found.c = *std::move(c);
    else if (c.error().fault() != Fault::kNotFound && c.error().fault() != Fault::kGone) return Fail(c.error());
  }
  return findings;
}

// A sexual image of a child is not viewed again, and not handed out: not its words, not its address.
bool IsLocked(const Found& found) { return found.c && found.c->decision && found.c->decision->finding == Finding::kChildImage; }

std::string TextOf(const Post& post) {
  std::string scratch;
  return std::string(JudgedText(post, scratch));
}

std::string KeptUntil(const Visit& visit, const Found& found) {
  if (!found.c) return "about " + FormatLocal(found.post.versions[found.post.newest].seen_at + visit.parts.retention.unflagged);
  if (found.c->closed_at) return FormatLocal(*found.c->closed_at + visit.parts.retention.closed);
  return "its case is decided and closed, and " + std::to_string(visit.parts.retention.closed.count()) + " days after that";
}

Done NoteSearch(Visit& visit, const Wanted& wanted, std::string_view action, std::string details) {
  AuditRow row;
  row.actor = visit.person().id;
  row.action = action;
  row.school = wanted.schools.size() == 1 ? wanted.schools.front() : "";
  row.subject = "request " + wanted.reference;
  row.details = std::move(details);
  return visit.parts.gate.Note(std::move(row));
}

http::Response ShowForm(Visit& visit) {
  const bool posted = visit.request.method == "POST";
  Slots view;
  std::vector<Slots> asks, schools;
  for (const auto& ask : kAsks) asks.push_back(Slots().Set("value", ask.name).Set("title", ask.title).Set("checked", posted ? visit.form.Get("ask") == ask.name : ask.ask == Ask::kAccess));
  for (const auto& id : visit.schools) schools.push_back(Slots().Set("value", id).Set("name", visit.SchoolName(id)).Set("selected", visit.form.Get("school") == id));
  view.Set("asks", std::move(asks)).Set("several_schools", visit.schools.size() > 1).Set("schools", std::move(schools));
  for (const char* key : {"names", "reference", "reason"}) view.Set(key, visit.form.Get(key));
  view.Set("checked", visit.form.Get("checked") == "yes");
  return visit.Show("Somebody asks about their data", "access-request", std::move(view));
}

http::Response ShowFindings(Visit& visit, const Wanted& wanted, const Findings& findings, std::string_view done) {
  const Words how = visit.person().mask_words ? Words::kCovered : Words::kShown;
  std::vector<Slots> rows;
  std::size_t open = 0, erasable = 0;
  for (const auto& found : findings.found) {
    const bool is_open = found.c && found.c->state != CaseState::kClosed;
    open += is_open;
    erasable += !is_open;
    if (rows.size() >= kMostShown) continue;
    const StoredVersion& shown = found.c ? found.post.Version(found.c->worst) : found.post.versions[found.post.newest];
    Slots row;
    row.Set("why", Capital(Join(std::vector<std::string>(found.why.begin(), found.why.end()), ", "))).Set("school", visit.SchoolName(found.post.school)).Set("platform", Visible(shown.post.platform));
    row.Set("posted", shown.post.created_at ? FormatLocal(*shown.post.created_at) : "not known").Set("seen", FormatLocal(shown.seen_at));
    row.Set("words", IsLocked(found) ? "(not to be viewed)" : OneLine(TextOf(shown.post), shown.assessment.hits, how, 300));
    row.Set("versions", found.post.versions.size()).Set("state", !found.c ? "no case" : "case " + std::to_string(found.c->id) + ", " + std::string(ToString(found.c->state))).Set("until", KeptUntil(visit, found));
    rows.push_back(std::move(row));
  }
  Slots view;
  for (const char* key : {"ask", "school", "names", "reference", "reason"}) view.Set(key, visit.form.Get(key));
  std::string summary = findings.found.empty() ? "Nothing is kept that was written under these names or names them." : std::to_string(findings.found.size()) + (findings.found.size() == 1 ? " post" : " posts") + " found.";
  if (findings.more) summary = "More than " + std::to_string(kMostFound) + " posts found: search for one name or one school at a time. The first " + std::to_string(kMostFound) + " are here.";
  else if (findings.found.size() > kMostShown) summary += " The first " + std::to_string(kMostShown) + " are shown; the files hold all.";
  view.Set("summary", summary).Set("has_rows", !rows.empty()).Set("rows", std::move(rows)).Set("done", done).Set("masked", how == Words::kCovered);
  view.Set("can_note", wanted.ask != Ask::kAccess && open > 0).Set("open", open).Set("can_erase", wanted.ask != Ask::kAccess && erasable > 0).Set("erasable", erasable);
  return visit.Show("What is kept about the person", "access-found", std::move(view));
}

void PutText(JsonWriter& out, const char* key, std::string_view text) {
  if (!text.empty()) out.Field(key, text);
}

std::string AsJson(const Visit& visit, const Wanted& wanted, const Findings& findings, const std::map<CaseId, std::vector<Event>>& histories) {
  JsonWriter out;
  out.Object().Field("made_at", FormatRfc3339(visit.now)).Field("made_by", visit.person().id).Field("request", wanted.ask_name).Field("reference", wanted.reference);
  out.Key("searched_for").Array();
  for (const auto& name : wanted.names) out.String(name);
  out.EndArray().Key("schools").Array();
  for (const auto& school : wanted.schools) out.String(visit.SchoolName(school));
  out.EndArray().Field("complete", !findings.more).Key("posts").Array();
  for (const auto& found : findings.found) {
    const Post& newest = found.post.versions[found.post.newest].post;
    const bool locked = IsLocked(found);
    out.Object().Field("school", visit.SchoolName(found.post.school)).Key("found_because_the_person").Array();
    for (const auto& why : found.why) out.String(why);
    out.EndArray().Field("platform", newest.platform).Field("kept_until", KeptUntil(visit, found));
    if (locked) {
      out.Field("withheld", "found to be about a sexual image of a child: ask the safeguarding lead");
    } else {
      PutText(out, "address", newest.permalink);
      out.Key("author").Object();
      PutText(out, "handle", newest.author.handle);
      PutText(out, "name", newest.author.display_name);
      PutText(out, "id", newest.author.id);
      out.EndObject();
      if (newest.created_at) out.Field("posted_at", FormatRfc3339(*newest.created_at));
      if (newest.handed_in) {
        out.Key("handed_in").Object();
        PutText(out, "by", newest.handed_in->by);
        PutText(out, "from", newest.handed_in->from);
        PutText(out, "note", newest.handed_in->note);
        out.EndObject();
      }
      out.Key("versions").Array();
      for (const auto& version : found.post.versions) {
        out.Object().Field("seen_at", FormatRfc3339(version.seen_at)).Field("source", version.source).Field("text", TextOf(version.post)).Field("flagged", version.assessment.flag).Key("reasons").Array();
        for (const auto& hit : version.assessment.hits) out.Object().Field("rule", hit.rule).Field("why", hit.why).EndObject();
        out.EndArray().EndObject();
      }
      out.EndArray();
    }
    if (found.c) {
      out.Key("case").Object().Field("number", found.c->id).Field("state", ToString(found.c->state));
      if (found.c->decision) {
        out.Key("decision").Object().Field("finding", ToString(found.c->decision->finding)).Field("why", found.c->decision->why).Field("by", found.c->decision->by).Field("at", FormatRfc3339(found.c->decision->at)).EndObject();
      }
      out.Key("responses").Array();
      for (const auto& response : found.c->responses) {
        out.Object().Field("kind", ToString(response.kind)).Field("state", ToString(response.state)).Field("to", response.to).Field("text", response.text).Field("proposed_by", response.proposed_by);
        out.Field("proposed_at", FormatRfc3339(response.proposed_at)).EndObject();
      }
      out.EndArray().Key("history").Array();
      if (const auto history = histories.find(found.c->id); history != histories.end())
        for (const auto& event : history->second) {
          out.Object().Field("at", FormatRfc3339(event.at)).Field("what", ToString(event.kind)).Field("by", event.actor);
          if (!event.erased && event.kind != EventKind::kOpened && event.kind != EventKind::kEdited && event.kind != EventKind::kReopened)
            if (const auto details = ReadAct(event.details)) PutText(out, "words", details->why);
          out.EndObject();
        }
      out.EndArray().EndObject();
    }
    out.EndObject();
  }
  out.EndArray().EndObject();
  return out.Take();
}

std::string AsCsv(const Visit& visit, const Findings& findings) {
  std::string out = "\xEF\xBB\xBF" + CsvRow({"school", "found because the person", "platform", "address", "handle", "name", "posted", "seen", "text", "case", "state", "finding", "why", "kept until"});
  for (const auto& found : findings.found)
    for (const auto& version : found.post.versions) {
      const Post& post = version.post;
      const bool locked = IsLocked(found);
      const std::string withheld = "withheld: ask the safeguarding lead";
      out += CsvRow({visit.SchoolName(found.post.school), Join(std::vector<std::string>(found.why.begin(), found.why.end()), ", "), post.platform, locked ? withheld : post.permalink, locked ? withheld : post.author.handle,
                     locked ? withheld : post.author.display_name, post.created_at ? FormatRfc3339(*post.created_at) : "", FormatRfc3339(version.seen_at), locked ? withheld : TextOf(post),
                     found.c ? std::to_string(found.c->id) : "", found.c ? std::string(ToString(found.c->state)) : "", found.c && found.c->decision ? std::string(ToString(found.c->decision->finding)) : "",
                     found.c && found.c->decision ? found.c->decision->why : "", KeptUntil(visit, found)});
    }
  return out;
}

http::Response Export(Visit& visit, const Wanted& wanted, const Findings& findings, bool json) {
  http::Response response;
  std::string name = "request-";
  for (const char c : wanted.reference) name += (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? c : '-';
  if (json) {
    std::map<CaseId, std::vector<Event>> histories;
    for (const auto& found : findings.found) {
      if (!found.c) continue;
      auto history = visit.parts.store.History(found.c->id);
      if (!history) return visit.SayError(history.error());
      histories[found.c->id] = *std::move(history);
    }
    response.body = AsJson(visit, wanted, findings, histories) + "\n";
  } else {
    response.body = AsCsv(visit, findings);
  }
  response.With("Content-Type", json ? "application/json" : "text/csv; charset=utf-8").With("Content-Disposition", "attachment; filename=\"" + name + (json ? ".json" : ".csv") + "\"");
  return response;
}

// Writes the request on every open case found, for those who decide about it.
Result<std::size_t> NoteOnCases(Visit& visit, const Wanted& wanted, const Findings& findings) {
  std::size_t noted = 0;
  for (const auto& found : findings.found) {
    if (!found.c || found.c->state == CaseState::kClosed) continue;
    const std::string words = (wanted.ask == Ask::kErasure ? "Somebody this is about asks for erasure" : "Somebody this is about objects to the processing") + std::string(", request ") + wanted.reference +
                              ". Decide whether there is a reason to keep it, answer within a month, and close the case so that it can be erased.";
    // A case that moves on meanwhile is read again.
    for (int attempt = 0; attempt < 3; ++attempt) {
      const Case now = HEED_TRY(visit.parts.store.FindCase(found.c->id));
      const auto change = HEED_TRY(AddNote(now, visit.person().id, words, visit.now));
      const auto recorded = visit.parts.store.Record(change);
      if (recorded) {
        ++noted;
        break;
      }
      if (recorded.error().fault() != Fault::kExists || attempt == 2) return Fail(recorded.error());
    }
  }
  return noted;
}

http::Response Answer(Visit& visit) {
  const auto wanted = ReadWanted(visit);
  if (!wanted) return ShowForm(visit);
  const std::string& what = visit.form.Get("do");
  const bool json = what == "json", csv = what == "csv", note = what == "note", erase = what == "erase";
  const std::string decided_by(Trim(visit.form.Get("decided_by")));
  if (erase && (wanted->ask == Ask::kAccess || decided_by.empty() || decided_by.size() > 100)) return visit.Say(422, "Nothing was erased", {"Say who decided that it is to be erased, and why it may be. Search again to go on."}, "/access-requests", "Search again");
  if (const auto wait = visit.parts.person_searches->Take(visit.person().id, visit.now))
    return visit.Say(429, "Too many searches for people", {"Only so many can be made in an hour. Nothing was looked at. Try again in " + FormatDuration(*wait) + "."}).With("Retry-After", std::to_string(wait->count()));
  // Written down first: what cannot be written down is not looked at.
  const std::string_view action = json || csv ? "person-exported" : note ? "person-request-noted" : erase ? "person-erased" : "person-searched";
  if (const auto noted = NoteSearch(visit, *wanted, action,
                                    wanted->ask_name + (json ? ", as JSON" : csv ? ", as CSV" : "") + (erase ? ", decided by " + decided_by : "") + "; " + wanted->reason + " (names " + Fingerprint(*wanted) + ")");
      !noted)
    return visit.SayError(noted.error());
  auto findings = Search(visit.parts.store, *wanted);
  if (!findings) return visit.SayError(findings.error());
  if (json || csv) return Export(visit, *wanted, *findings, json);
  std::string done;
  if (note && wanted->ask != Ask::kAccess) {
    const auto count = NoteOnCases(visit, *wanted, *findings);
    if (!count) return visit.SayError(count.error());
    done = "The request stands on " + std::to_string(*count) + (*count == 1 ? " case" : " cases") + " now.";
  }
  if (erase) {
    std::size_t erased = 0, left = 0;
    for (const auto& found : findings->found) {
      if (found.c && found.c->state != CaseState::kClosed) continue;
      const auto gone = visit.parts.store.Erase(found.post.school, found.post.versions.front().post.global_id, visit.person().id, "request " + wanted->reference, visit.now);
      if (gone) ++erased;
      else if (gone.error().fault() == Fault::kInvalid || gone.error().fault() == Fault::kNotFound) ++left;
      else return visit.SayError(gone.error());
    }
    if (const auto noted = NoteSearch(visit, *wanted, "person-erased-result", std::to_string(erased) + " posts erased"); !noted) return visit.SayError(noted.error());
    done = std::to_string(erased) + (erased == 1 ? " post is" : " posts are") + " erased. The bytes leave the disk within a day, and backups when those are replaced.";
    if (left > 0) done += " " + std::to_string(left) + " were changed meanwhile and stayed.";
    findings = Search(visit.parts.store, *wanted);
    if (!findings) return visit.SayError(findings.error());
  }
  return ShowFindings(visit, *wanted, *findings, done);
}

constexpr std::array kPages = {
    WebPage{"GET", "/access-requests", Reach::kSomeSchool, kAnswers, &ShowForm},
    WebPage{"POST", "/access-requests", Reach::kSomeSchool, kAnswers, &Answer},
};

}  // namespace

std::span<const WebPage> AccessRequestPages() { return kPages; }

}  // namespace heed
