// One case, to be read.
#include <algorithm>
#include <array>

#include "src/base/text.h"
#include "src/casework/acts.h"
#include "src/casework/details.h"
#include "src/console/around.h"
#include "src/console/asked.h"
#include "src/console/console.h"
#include "src/console/pages.h"
#include "src/console/words.h"

namespace heed {
namespace {

constexpr Roles kReadsCases = Only(Role::kTriage, Role::kHead, Role::kLegal);

// What stands above the post: who works on it, what was decided, what can be done now.
Result<Slots> WorkSlots(const Visit& visit) {
  constexpr Roles kWorks = Only(Role::kTriage, Role::kHead);
  const Case& c = *visit.c;
  Slots view;
  const std::string& me = visit.person().id;
  const auto holder = HolderAt(c, visit.now);
  if (!holder.empty()) view.Set("held_by", (holder == me ? "You are working on this" : visit.PersonName(std::string(holder)) + " is working on this") + " until " + FormatLocal(*c.held_until) + ".");
  if (!c.assigned_to.empty()) view.Set("assigned", c.assigned_to == me ? "you" : visit.PersonName(c.assigned_to));
  if (IsAsleep(c, visit.now)) view.Set("snoozed", FormatLocal(*c.snoozed_until));
  if (c.decision) {
    std::string finding = Capital(FindingWords(c.decision->finding));
    if (c.decision->category) finding += ": " + std::string(ToString(*c.decision->category)) + ", severity " + std::to_string(c.decision->severity) + " of 4";
    view.Set("decision", Slots().Set("finding", finding).Set("why", Visible(c.decision->why)).Set("clause", c.decision->clause).Set("by", visit.PersonName(c.decision->by)).Set("at", FormatLocal(c.decision->at)));
  }
  std::vector<Slots> responses;
  bool live = false;
  for (const auto& response : c.responses) {
    responses.push_back(ResponseSlots(visit, c, response));
    live = live || IsLive(response.state);
  }
  view.Set("has_responses", !responses.empty()).Set("responses", std::move(responses)).Set("moment", c.events);
  const bool works = (visit.person().At(c.school) & kWorks) != 0, open = c.state != CaseState::kClosed, mine = holder.empty() || holder == me;
  view.Set("can_work", works).Set("open", open).Set("can_decide", open && !c.decision && mine).Set("can_respond", open && c.decision && mine && c.decision->finding != Finding::kNotOurs);
  view.Set("in_backlog", c.state == CaseState::kBacklog).Set("can_take", c.state == CaseState::kBacklog && mine).Set("can_wake", IsAsleep(c, visit.now) && open && mine);
  view.Set("tomorrow", FormatRfc3339(visit.now + days{1}).substr(0, 10)).Set("latest", FormatRfc3339(visit.now + days{30}).substr(0, 10));
  view.Set("can_claim", open && holder.empty()).Set("can_release", open && holder == me).Set("can_close", open && c.decision && !live && mine).Set("can_undo", c.decision.has_value());
  std::vector<Slots> staff;
  const auto people = HEED_TRY(visit.parts.store.People());
  for (const auto& person : people)
    if (!person.locked && (person.At(c.school) & kWorks)) staff.push_back(Slots().Set("id", person.id).Set("name", person.name).Set("selected", person.id == c.assigned_to));
  view.Set("staff", std::move(staff));
  AddWatch(visit, view);
  return view;
}

// What an event says beyond its kind, for the history.
std::string Detail(const Event& event) {
  if (event.erased || event.kind == EventKind::kOpened || event.kind == EventKind::kEdited || event.kind == EventKind::kReopened || event.kind == EventKind::kErased) return {};
  const auto details = ReadAct(event.details);
  if (!details) return {};
  std::string out;
  const auto add = [&](std::string_view words) { out += (out.empty() ? "" : "; ") + std::string(words); };
  if (details->finding) add(FindingWords(*details->finding));
  if (details->response != 0) add("response " + std::to_string(details->response));
  if (!details->to.empty()) add("to " + details->to);
  if (details->outcome) add(ToString(*details->outcome));
  if (!details->presence.empty()) add(details->presence);
  if (!details->reference.empty()) add("reference " + details->reference);
  if (details->until) add("until " + FormatLocal(*details->until));
  if (event.kind == EventKind::kSnoozed && !details->until) add("shown again");
  if (!details->why.empty()) add(details->why);
  if (!details->batch.empty()) add("together with other cases");
  return Visible(out);
}

std::vector<Slots> HistorySlots(const Visit& visit, const std::vector<Event>& history) {
  std::vector<Slots> events;
  for (const auto& event : history) events.push_back(Slots().Set("at", FormatLocal(event.at)).Set("what", Capital(ToString(event.kind))).Set("detail", Detail(event)).Set("actor", visit.PersonName(event.actor)));
  return events;
}

std::string AuthorOf(const Post& post) {
  std::string author = post.author.display_name;
  if (!post.author.handle.empty()) author += (author.empty() ? "@" : " (@") + post.author.handle + (author.empty() ? "" : ")");
  if (author.empty()) author = post.author.id.empty() ? "not given" : post.author.id;
  return author + (post.instance.empty() ? "" : " on " + post.instance);
}

http::Response ShowCase(Visit& visit, bool with_author) {
  const Case& c = *visit.c;
  const auto history = visit.parts.store.History(c.id);
  if (!history) return visit.SayError(history.error());
  const auto post = visit.parts.store.PostOf(c);
  if (!post) return visit.SayError(post.error());
  const StoredVersion& shown = post->Version(c.worst);
  const std::string text = TextOf(shown.post);
  const std::string& asked = visit.query.Get("words");
  auto looking = LookingOf(visit);
  if (!looking) return visit.SayError(looking.error());
  if (asked == "shown" || asked == "covered") looking->how = asked == "shown" ? Words::kShown : Words::kCovered;
  const Words how = looking->how;
  const bool peek = looking->peek;
  const bool unjudged = !c.assessment.could_not_judge.empty();

  auto work = WorkSlots(visit);
  if (!work) return visit.SayError(work.error());
  Slots view = *std::move(work);
  view.Set("id", c.id).Set("platform", Visible(shown.post.platform));
  // A sexual image of a child is not viewed again: not its words, not its pictures, not its address.
  if (c.decision && c.decision->finding == Finding::kChildImage) {
    view.Set("locked", true).Set("rows", std::vector<Slots>{}).Set("history", HistorySlots(visit, *history));
    return visit.Show("Case " + std::to_string(c.id), "case-locked", std::move(view));
  }
  std::vector<Slots> rows;
  const auto row = [&](std::string_view key, std::string value) { rows.push_back(Slots().Set("key", key).Set("value", std::move(value))); };
  row("What it may be", unjudged ? "Could not be judged" : Capital(CategoryList(c.assessment.categories)));
  if (!unjudged) row("Severity", std::to_string(c.assessment.severity) + " of 4");
  row("School", visit.SchoolName(c.school));
  row("State", Capital(ToString(c.state)));
  row("Posted", FormatLocal(c.posted_at) + " on " + Visible(shown.post.platform));
  row("Found", FormatLocal(c.opened_at) + ", by the source " + c.source);
  if (const auto& handed = shown.post.handed_in)
    row("Handed in", "by " + visit.PersonName(handed->by) + ", from " + OneLine(handed->from, {}, Words::kShown, 300) + (handed->confidence ? "; read from a picture, " + std::to_string(*handed->confidence) + " of 100 sure" : ""));
  if (c.hold) row("Legal hold", "kept beyond its time by " + visit.PersonName(c.hold->by) + ", looked at again " + FormatLocal(c.hold->review_at) + (visit.now >= c.hold->review_at ? ": OVERDUE" : ""));
  if (c.withdrawn_at) row("The words", "Removed here " + FormatLocal(*c.withdrawn_at) + ": the post is gone from its platform, and no legal hold kept what was received of it");
  else if (const auto gone = GoneSince(c)) row("The words", "The post is gone from its platform: what was received of it is removed here " + FormatLocal(*gone + visit.parts.retention.gone + days{1}) + ", unless it is put under a legal hold");
  view.Set("rows", std::move(rows));
  if (unjudged) view.Set("unjudged", c.assessment.could_not_judge);

  const auto& hits = shown.assessment.hits;
  auto marked = Mark(text, hits, how, 20'000, peek);
  view.Set("segments", std::move(marked.segments));
  if (marked.left_out > 0) view.Set("cut", "The post goes on for " + std::to_string(marked.left_out) + " more characters, which are not shown here.");
  view.Set("masked", how == Words::kCovered && !hits.empty()).Set("peek", peek && how == Words::kCovered).Set("can_mask", how == Words::kShown && !hits.empty());
  const auto records = visit.parts.store.RuleRecords({c.school});
  if (!records) return visit.SayError(records.error());
  std::vector<Slots> reasons;
  for (const auto& hit : hits) {
    const auto record = records->find(hit.rule);
    const std::string_view words = std::string_view(text).substr(std::min<std::size_t>(hit.begin, text.size()), hit.end - hit.begin);
    const std::string visible = OneLine(words, {}, Words::kShown, 300);
    reasons.push_back(Slots().Set("why", hit.why).Set("words", how == Words::kCovered ? Cover(visible) : visible).Set("category", ToString(hit.category))
                          .Set("severity", static_cast<int>(hit.severity)).Set("rule", hit.rule).Set("record", ToString(ShareRight(record == records->end() ? RuleRecord{} : record->second))));
  }
  view.Set("has_reasons", !reasons.empty()).Set("reasons", std::move(reasons));

  std::vector<Slots> clauses;
  if (const School* school = visit.FindSchool(c.school))
    for (const auto category : c.assessment.categories)
      if (const auto clause = school->clauses.find(category); clause != school->clauses.end())
        clauses.push_back(Slots().Set("category", Capital(ToString(category))).Set("words", clause->second));
  view.Set("has_clauses", !clauses.empty()).Set("clauses", std::move(clauses));
  std::vector<Slots> evidence;
  for (const auto& one : shown.assessment.mention.evidence)
    evidence.push_back(Slots().Set("what", Visible(one.what)).Set("weight", (one.weight >= 0 ? "+" : "") + std::to_string(one.weight)));
  view.Set("has_evidence", !evidence.empty()).Set("evidence", std::move(evidence));
  std::vector<Slots> media;
  for (const auto& one : shown.post.media) media.push_back(Slots().Set("kind", Capital(OneLine(one.kind, {}, Words::kShown, 40))).Set("description", how == Words::kCovered ? "" : OneLine(one.description, {}, Words::kShown, 300)));
  view.Set("has_media", !media.empty()).Set("media", std::move(media));
  if (with_author) view.Set("author", OneLine(AuthorOf(shown.post), {}, Words::kShown, 300));
  view.Set("author_shown", with_author).Set("has_address", !shown.post.permalink.empty());

  std::vector<Slots> versions;
  for (const auto& version : post->versions) {
    if (&version == &shown) continue;
    const std::string other = TextOf(version.post);
    Slots one;
    one.Set("seen", FormatLocal(version.seen_at)).Set("gone", other.empty() && !c.withdrawn_at).Set("segments", Mark(other, version.assessment.hits, how, 20'000, peek).segments);
    versions.push_back(std::move(one));
  }
  view.Set("has_versions", !versions.empty()).Set("versions", std::move(versions));
  if (const auto added = AddAround(visit, *post, shown, *looking, view); !added) return visit.SayError(added.error());
  view.Set("history", HistorySlots(visit, *history));
  return visit.Show("Case " + std::to_string(c.id), "case", std::move(view));
}

http::Response CasePage(Visit& visit) { return ShowCase(visit, false); }

http::Response Author(Visit& visit) {
  if (const auto noted = NoteAuthor(visit, ""); !noted) return visit.SayError(noted.error());
  return ShowCase(visit, true);
}

http::Response OpenPost(Visit& visit) {
  if (visit.c->decision && visit.c->decision->finding == Finding::kChildImage)
    return visit.Say(403, "It is not to be viewed", {"The case was found to be about a sexual image of a child. The police and the IWF look at it, nobody else."}, "/cases/" + std::to_string(visit.c->id), "Back to the case");
  const auto post = visit.parts.store.PostOf(*visit.c);
  if (!post) return visit.SayError(post.error());
  const std::string& address = post->Version(visit.c->worst).post.permalink;
  if (address.empty()) return visit.Say(404, "There is no address", {"The source gave no address for this post."}, "/cases/" + std::to_string(visit.c->id), "Back to the case");
  const bool web = StartsWithIgnoreCase(address, "https://") || StartsWithIgnoreCase(address, "http://");
  const auto slash = address.find('/', std::min<std::size_t>(address.find("://") + 3, address.size()));
  const std::string host = web ? address.substr(address.find("://") + 3, slash == std::string::npos ? slash : slash - address.find("://") - 3) : "";
  const bool strange = std::ranges::any_of(host, [](unsigned char c) { return c >= 0x80; }) || StartsWithIgnoreCase(host, "xn--") || host.find(".xn--") != std::string::npos || host.find('@') != std::string::npos;
  const std::string visible = Visible(address);
  // Nearly every address names the account.
  if (const auto noted = NoteAuthor(visit, "the post's address"); !noted) return visit.SayError(noted.error());
  // Live only where what is shown is what is opened.
  return visit.Show("You are about to leave heed", "open", Slots().Set("address", visible).Set("live", web && visible == address && address.size() <= 2000).Set("strange", strange));
}

constexpr std::array kPages = {
    WebPage{"GET", "/cases/{case}", Reach::kCase, kReadsCases, &CasePage},
    WebPage{"POST", "/cases/{case}/author", Reach::kCase, kReadsCases, &Author},
    WebPage{"GET", "/cases/{case}/open", Reach::kCase, kReadsCases, &OpenPost},
};

}  // namespace

Done NoteAuthor(const Visit& visit, std::string_view where) {
  AuditRow row;
  row.actor = visit.person().id;
  row.action = "author-viewed";
  row.school = visit.c->school;
  row.subject = "case " + std::to_string(visit.c->id);
  row.details = where;
  return visit.parts.gate.Note(std::move(row));
}

Done NoteAuthorIn(const Visit& visit, const Post& post, std::string_view shown, std::string_view where) {
  const std::string text = LowerAscii(shown);
  for (const auto* name : {&post.author.handle, &post.author.id, &post.author.display_name})
    if (name->size() > 2 && text.find(LowerAscii(*name)) != text.npos) return NoteAuthor(visit, where);
  return {};
}

std::span<const WebPage> CasePages() { return kPages; }

}  // namespace heed
