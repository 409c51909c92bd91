// The queue and one case, to be read.
#include <algorithm>
#include <array>

#include "src/base/text.h"
#include "src/console/console.h"
#include "src/console/pages.h"
#include "src/console/words.h"

namespace heed {
namespace {

constexpr Roles kReadsCases = Only(Role::kTriage, Role::kHead, Role::kLegal);
constexpr std::size_t kPageOfQueue = 50, kLineOfQueue = 160;

std::string CategoryList(const std::vector<Category>& categories) {
  std::vector<std::string> names;
  for (const auto category : categories) names.emplace_back(ToString(category));
  return Capital(Join(names, ", "));
}

std::string TextOf(const Post& post) {
  std::string scratch;
  return std::string(JudgedText(post, scratch));
}

http::Response Queue(Visit& visit) {
  const std::string& school = visit.query.Get("school");
  QueueFilter filter;
  filter.schools = visit.Chosen(school);
  filter.limit = kPageOfQueue;
  if (filter.schools.empty()) return visit.Say(404, "There is no such school", {"Or you have no role there."}, "/queue", "Go to the queue");
  const auto counts = visit.parts.store.Count(filter.schools);
  if (!counts) return visit.SayError(counts.error());
  const auto cases = visit.parts.store.Queue(filter);
  if (!cases) return visit.SayError(cases.error());
  const Words how = visit.person().mask_words ? Words::kCovered : Words::kShown;
  std::vector<Slots> rows;
  for (const auto& c : *cases) {
    const auto post = visit.parts.store.PostOf(c);
    // Closed or erased between two looks: it is not waiting any more.
    if (!post && post.error().fault() == Fault::kNotFound) continue;
    if (!post) return visit.SayError(post.error());
    const Post& shown = post->Version(c.worst).post;
    const bool unjudged = !c.assessment.could_not_judge.empty();
    Slots row;
    row.Set("id", c.id).Set("school", visit.SchoolName(c.school)).Set("platform", shown.platform).Set("posted", FormatLocal(c.posted_at));
    row.Set("severity", unjudged ? "?" : std::to_string(c.assessment.severity));
    row.Set("categories", unjudged ? "Could not be judged" : CategoryList(c.assessment.categories));
    const std::string text = TextOf(shown);
    row.Set("words", text.empty() ? "(no words)" : OneLine(text, c.assessment.hits, how, kLineOfQueue));
    rows.push_back(std::move(row));
  }
  Slots view;
  std::vector<Slots> schools;
  for (const auto& id : visit.schools) schools.push_back(Slots().Set("id", id).Set("name", visit.SchoolName(id)).Set("selected", id == school));
  view.Set("several_schools", visit.schools.size() > 1).Set("schools", std::move(schools));
  view.Set("summary", counts->open > rows.size() ? std::to_string(rows.size()) + " of " + std::to_string(counts->open) + " open cases."
                      : rows.size() == 1         ? "1 open case."
                                                 : std::to_string(rows.size()) + " open cases.");
  view.Set("masked_note", how == Words::kCovered ? "Hurtful words are covered." : "");
  view.Set("has_cases", !rows.empty()).Set("cases", std::move(rows));
  bool trouble = true;
  if (const auto sources = visit.parts.sources())
    trouble = std::ranges::any_of(*sources, [&](const SourceHealth& source) { return source.trouble && std::ranges::find(filter.schools, source.school) != filter.schools.end(); });
  view.Set("has_troubles", trouble);
  return visit.Show("Queue", "queue", std::move(view));
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
  const Words how = asked == "shown" || (asked != "covered" && !visit.person().mask_words) ? Words::kShown : Words::kCovered;
  const bool unjudged = !c.assessment.could_not_judge.empty();

  Slots view;
  view.Set("id", c.id).Set("platform", shown.post.platform);
  std::vector<Slots> rows;
  const auto row = [&](std::string_view key, std::string value) { rows.push_back(Slots().Set("key", key).Set("value", std::move(value))); };
  row("What it may be", unjudged ? "Could not be judged" : CategoryList(c.assessment.categories));
  if (!unjudged) row("Severity", std::to_string(c.assessment.severity) + " of 4");
  row("School", visit.SchoolName(c.school));
  row("State", Capital(ToString(c.state)));
  row("Posted", FormatLocal(c.posted_at) + " on " + shown.post.platform);
  row("Found", FormatLocal(c.opened_at) + ", by the source " + c.source);
  view.Set("rows", std::move(rows));
  if (unjudged) view.Set("unjudged", c.assessment.could_not_judge);

  const auto& hits = shown.assessment.hits;
  auto marked = Mark(text, hits, how);
  view.Set("segments", std::move(marked.segments));
  if (marked.left_out > 0) view.Set("cut", "The post goes on for " + std::to_string(marked.left_out) + " more characters, which are not shown here.");
  view.Set("masked", how == Words::kCovered && !hits.empty()).Set("can_mask", how == Words::kShown && !hits.empty());
  std::vector<Slots> reasons;
  for (const auto& hit : hits) {
    const std::string_view words = std::string_view(text).substr(std::min<std::size_t>(hit.begin, text.size()), hit.end - hit.begin);
    const std::string visible = OneLine(words, {}, Words::kShown, 300);
    reasons.push_back(Slots().Set("why", hit.why).Set("words", how == Words::kCovered ? Cover(visible) : visible).Set("category", ToString(hit.category))
                          .Set("severity", static_cast<int>(hit.severity)).Set("rule", hit.rule));
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
    one.Set("seen", FormatLocal(version.seen_at)).Set("gone", other.empty()).Set("segments", Mark(other, version.assessment.hits, how).segments);
    versions.push_back(std::move(one));
  }
  view.Set("has_versions", !versions.empty()).Set("versions", std::move(versions));
  std::vector<Slots> events;
  for (const auto& event : *history) events.push_back(Slots().Set("at", FormatLocal(event.at)).Set("what", Capital(ToString(event.kind))).Set("actor", event.actor));
  view.Set("history", std::move(events));
  return visit.Show("Case " + std::to_string(c.id), "case", std::move(view));
}

http::Response CasePage(Visit& visit) { return ShowCase(visit, false); }

http::Response Author(Visit& visit) {
  AuditRow row;
  row.actor = visit.person().id;
  row.action = "author-viewed";
  row.school = visit.c->school;
  row.subject = "case " + std::to_string(visit.c->id);
  // Written down first: what cannot be written down is not shown.
  if (const auto noted = visit.parts.gate.Note(std::move(row)); !noted) return visit.SayError(noted.error());
  return ShowCase(visit, true);
}

http::Response OpenPost(Visit& visit) {
  const auto post = visit.parts.store.PostOf(*visit.c);
  if (!post) return visit.SayError(post.error());
  const std::string& address = post->Version(visit.c->worst).post.permalink;
  if (address.empty()) return visit.Say(404, "There is no address", {"The source gave no address for this post."}, "/cases/" + std::to_string(visit.c->id), "Back to the case");
  const bool web = StartsWithIgnoreCase(address, "https://") || StartsWithIgnoreCase(address, "http://");
  const auto slash = address.find('/', std::min<std::size_t>(address.find("://") + 3, address.size()));
  const std::string host = web ? address.substr(address.find("://") + 3, slash == std::string::npos ? slash : slash - address.find("://") - 3) : "";
  const bool strange = std::ranges::any_of(host, [](unsigned char c) { return c >= 0x80; }) || StartsWithIgnoreCase(host, "xn--") || host.find(".xn--") != std::string::npos || host.find('@') != std::string::npos;
  const std::string visible = Visible(address);
  // Live only where what is shown is what is opened.
  return visit.Show("You are about to leave heed", "open", Slots().Set("address", visible).Set("live", web && visible == address && address.size() <= 2000).Set("strange", strange));
}

constexpr std::array kPages = {
    WebPage{"GET", "/queue", Reach::kSomeSchool, kReadsCases, &Queue},
    WebPage{"GET", "/cases/{case}", Reach::kCase, kReadsCases, &CasePage},
    WebPage{"POST", "/cases/{case}/author", Reach::kCase, kReadsCases, &Author},
    WebPage{"GET", "/cases/{case}/open", Reach::kCase, kReadsCases, &OpenPost},
};

}  // namespace

std::span<const WebPage> CasePages() { return kPages; }

}  // namespace heed
