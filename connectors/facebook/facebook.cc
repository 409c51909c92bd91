// The Page's lists: its feed, where it is tagged, recommendations, and the comments below each post that is followed.
//
// A list's `about`: f (feed), t (tagged), r (recommendations), c POST (comments).
#include "connectors/facebook/facebook.h"

#include "connectors/listing/graph.h"
#include "connectors/listing/graph_hide.h"
#include "src/base/text.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr std::string_view kTokenHelp =
    "make a new one for the Page (in Meta's Business settings a system user's token does not end; one made by a person ends after about 60 days) and put it into the token's file";
constexpr std::string_view kPermissions = "pages_read_engagement and pages_read_user_content";

struct Options {
  std::string page;
  std::vector<Listing> roots;
  std::int64_t page_size;
  seconds follow;
  bool comments;
};

class Facebook final : public Connector {
 public:
  Facebook(Options options, ListReader::Options lists, Graph::Options graph, ConnectorTools tools)
      : options_(std::move(options)), reader_(std::move(lists)), graph_(graph, tools), hiding_(std::move(graph), kFacebookComments, options_.page, tools), tools_(tools) {}

  Result<Page> Fetch(const Cursor& cursor) override {
    return ReadWithToken(reader_, graph_, cursor, options_.roots, tools_.clock.Now(), [&](const ListQuestion& question) { return Ask(question); });
  }

  Result<ReportForm> HideForm(const Post& post) override { return hiding_.Form(post); }
  ReportOutcome Hide(const ApprovedReport& report) override { return hiding_.Hide(report); }
  PresenceCheck Recheck(const Post& post) override { return hiding_.Recheck(post); }

 private:
  Result<ListAnswer> Ask(const ListQuestion& question);

  Options options_;
  ListReader reader_;
  Graph graph_;
  GraphComments hiding_;
  ConnectorTools tools_;
};

Result<ListAnswer> Facebook::Ask(const ListQuestion& question) {
  const char kind = question.list.about.empty() ? ' ' : question.list.about.front();
  const std::string post = question.list.about.size() > 2 ? question.list.about.substr(2) : "";
  const auto limit = "limit=" + std::to_string(options_.page_size);
  const auto since = "&since=" + std::to_string(std::chrono::floor<seconds>(question.sweep.from).time_since_epoch().count());
  constexpr std::string_view kPostFields =
      "&fields=id,permalink_url,message,created_time,from{id,name},privacy,is_published,is_hidden,attachments{media_type,title,description,unshimmed_url,url},"
      "comments.limit(0).summary(true),reactions.limit(0).summary(true),shares";
  constexpr std::string_view kCommentFields = "&fields=id,message,created_time,permalink_url,from{id,name},parent{id},comment_count,like_count,is_hidden,is_private,attachment";
  const auto encoded = [](std::string_view fields) {
    std::string out;
    for (const char c : fields) c == '{' ? out += "%7B" : c == '}' ? out += "%7D" : out += c;
    return out;
  };
  std::string path;
  auto list = FacebookList::kPosts;
  switch (kind) {
    case 'f': path = options_.page + "/feed?" + limit + since + encoded(kPostFields); break;
    case 't': path = options_.page + "/tagged?" + limit + since + encoded(kPostFields); break;
    case 'r':
      path = options_.page + "/ratings?" + limit + encoded("&fields=created_time,recommendation_type,review_text,reviewer{id,name},open_graph_story{id}");
      list = FacebookList::kRecommendations;
      break;
    default:
      path = UrlEncode(post) + "/comments?filter=stream&order=reverse_chronological&" + limit + encoded(kCommentFields);
      list = FacebookList::kComments;
  }
  if (!question.sweep.next.empty()) path += "&" + question.sweep.next;

  const auto what = "reading " + question.list.key + " on Facebook";
  const auto response = HEED_TRY(graph_.Get(path, what));
  ListAnswer answer;
  answer.about_school = true;
  if (response.status != 200) {
    const auto error = ReadGraphError(response.body);
    if (kind != 'c' || !error || !error->IsMissing()) return Fail(graph_.Refused(response, what));
    answer.forget = true;  // the post went, and its comments with it
    return answer;
  }
  auto page = ParseFacebookPage(response.body, list, options_.page, post);
  if (!page) return Fail(std::move(page).error().While(what));
  answer.entries = std::move(page->entries);
  answer.given = page->given;
  answer.next = page->next;
  answer.newest = page->newest;
  answer.notes = std::move(page->notes);
  answer.wait = std::max(GraphWait(response), AskedWait(response, tools_.clock.Now()));
  answer.quota = GraphQuota(response);
  if (options_.comments)
    for (const auto& thread : page->threads)
      if (thread.at) answer.found.push_back({"the comments below " + thread.id, "c " + thread.id, *thread.at + options_.follow});
  return answer;
}

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School&, ConnectorTools tools) {
  auto graph = HEED_TRY(ReadGraphOptions(spec));
  graph.token_help = kTokenHelp;
  graph.permissions = kPermissions;
  Options options;
  options.page = Trim(spec.String("page"));
  if (!IsGraphId(options.page)) return Fail(Fault::kInvalid, "page = \"" + ForTerminal(options.page) + "\" is not the Page's number: on the Page, About, Page transparency shows its Page ID");
  options.comments = spec.Bool("comments", true);
  options.page_size = spec.Int("page_size", 50);
  if (options.page_size < 1 || options.page_size > 100) return Fail(Fault::kInvalid, "page_size must be 1 to 100");
  options.follow = HEED_TRY(ReadLength(spec, "follow", days{30}));
  auto lists = HEED_TRY(ReadGraphLists(spec, graph.server + " " + options.page));
  options.roots = {{.key = "the Page's feed", .about = "f"}, {.key = "posts that tag the Page", .about = "t"}};
  if (spec.Bool("recommendations", false)) options.roots.push_back({.key = "the Page's recommendations", .about = "r"});
  return std::make_unique<Facebook>(std::move(options), std::move(lists), std::move(graph), tools);
}

}  // namespace

const ConnectorCard kFacebookCard = {
    .name = "facebook",
    .summary = "what visitors write on the school's own Facebook Page, in comments there, and in public posts that tag it",
    .terms = "Meta's Platform Terms: only the school's own Page, with an app and a token made for it; no tracking or profiling of people, which includes surveillance; delete what is no "
             "longer needed and what people ask to have deleted. Never use a member of staff's own sign-in. Posts elsewhere on Facebook, in groups and on profiles cannot be read by any "
             "program: bring them in by hand.",
    .terms_must_be_accepted = true,
    .settings =
        {
            {"page", SettingKind::kText, true, "", "the Page's number: on the Page, About, Page transparency shows its Page ID"},
            {"token", SettingKind::kSecret, true, "", "a Page access token with pages_read_engagement and pages_read_user_content, and to hide comments pages_manage_engagement: make an app at developers.facebook.com, then in Business settings a system user with the Page assigned, Generate token"},
            {"comments", SettingKind::kYesNo, false, "true", "read comments too"},
            {"recommendations", SettingKind::kYesNo, false, "false", "read the Page's recommendations (reviews) too"},
            {"follow", SettingKind::kDuration, false, "30d", "how long after a post the comments below it are read"},
            {"follow_posts", SettingKind::kNumber, false, "200", "posts whose comments are read at the same time, at most"},
            {"look_back", SettingKind::kDuration, false, "30d", "how far the first reading goes back"},
            {"overlap", SettingKind::kDuration, false, "7d", "how much is read again every time: posts are edited and come late"},
            {"page_size", SettingKind::kNumber, false, "50", "posts or comments asked for at a time, 1 to 100"},
            {"max_pages", SettingKind::kNumber, false, "20", "pages read of one list in one run; more is recorded as a gap"},
            {"version", SettingKind::kText, false, "v25.0", "the Graph API's version"},
            {"server", SettingKind::kText, false, "https://graph.facebook.com", "where the Graph API is"},
        },
    .collects = true,
    .reports = false,
    .rechecks = true,
    .make = &Make,
    .hides = true,
    .rechecks_post = &GraphComments::CanLookAt,
};

}  // namespace heed
