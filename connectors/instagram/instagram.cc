// The account's lists: its own posts for the comments below them, posts that tag it, and hashtags.
//
// A list's `about`: m (own posts), t (tags), h HASHTAG, c MEDIA USERNAME PERMALINK (comments).
// The memo, in the cursor: "tag NAME" -> its id and when it was last asked for.
#include "connectors/instagram/instagram.h"

#include <algorithm>

#include "connectors/listing/graph.h"
#include "connectors/listing/graph_hide.h"
#include "connectors/reporting.h"
#include "src/base/text.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr std::size_t kMostHashtags = 30;
constexpr seconds kHashtagDays = days{7};    // in which no more than those may be asked for
constexpr seconds kHashtagShown = hours{24};  // of what a hashtag holds
constexpr std::string_view kTagMemo = "tag ";
constexpr int kMostTagPages = 10;  // of a look

constexpr std::string_view kTokenHelp =
    "make a new one (in Meta's Business settings a system user's token does not end; one made by a person ends after about 60 days) and put it into the token's file";
constexpr std::string_view kPermissions = "instagram_basic, instagram_manage_comments, pages_read_engagement and, for hashtags, the feature Instagram Public Content Access";

struct Options {
  std::string account;
  std::vector<Listing> roots;
  std::int64_t page_size;
  seconds follow;
};

bool IsComment(const Post& post) { return !post.in_reply_to.empty() || !post.thread_root.empty(); }

// What stands under a hashtag comes without its author, is shown for a day, and cannot be asked for again.
bool CanLookAt(const Post& post) { return IsComment(post) ? GraphComments::CanLookAt(post) : IsGraphId(post.native_id) && !post.author.handle.empty(); }

class Instagram final : public Connector {
 public:
  Instagram(Options options, ListReader::Options lists, Graph::Options graph, ConnectorTools tools)
      : options_(std::move(options)), reader_(std::move(lists)), graph_(graph, tools), hiding_(std::move(graph), kInstagramComments, options_.account, tools), tools_(tools) {}

  Result<Page> Fetch(const Cursor& cursor) override {
    return ReadWithToken(reader_, graph_, cursor, options_.roots, tools_.clock.Now(), [&](const ListQuestion& question) { return Ask(question); });
  }

  Result<ReportForm> HideForm(const Post& post) override { return hiding_.Form(post); }
  ReportOutcome Hide(const ApprovedReport& report) override { return hiding_.Hide(report); }
  PresenceCheck Recheck(const Post& post) override { return IsComment(post) ? hiding_.Recheck(post) : LookAtTags(post); }

 private:
  Result<ListAnswer> Ask(const ListQuestion& question);
  // Somebody else's post cannot be asked for by its number, only found among those that tag the account.
  PresenceCheck LookAtTags(const Post& post);
  // The hashtag's id; "" when Instagram does not show it, and then `answer` says why.
  Result<std::string> Hashtag(const std::string& name, const std::string& what, ListMemo& memo, ListAnswer& answer);

  Options options_;
  ListReader reader_;
  Graph graph_;
  GraphComments hiding_;
  ConnectorTools tools_;
  ListMemo unsaved_;  // hashtags asked for since the last page
};

PresenceCheck Instagram::LookAtTags(const Post& post) {
  PresenceCheck check;
  if (!CanLookAt(post)) {
    check.answer = "Instagram does not show a post under a hashtag again: open it";
    return check;
  }
  std::string next;
  for (int pages = 0; pages < kMostTagPages; ++pages) {
    auto request = graph_.Request("GET", options_.account + "/tags?limit=50&fields=id,caption" + (next.empty() ? "" : "&" + next));
    const auto response = SendLook(tools_.http, std::move(request), check);
    if (!response) return check;
    JsonParser parser;
    const auto body = parser.Parse(response->body);
    if (response->status != 200 || !body || !(*body)["data"].IsArray()) {
      check.wait = std::max(GraphWait(*response), AskedWait(*response, tools_.clock.Now()));
      return check;
    }
    bool found = false;
    (*body)["data"].Each([&](Json one) {
      if (one["id"].Id().value_or("") != post.native_id) return;
      found = true;
      check.presence = one["caption"].StringOr("") == post.text ? Presence::kUp : Presence::kUpEdited;
    });
    if (found) return check;
    next = GraphNext((*body)["paging"]);
    // Deleted, made private, or the tag was taken off: of the last two nobody may say that it is gone.
    if (next.empty()) {
      check.presence = Presence::kNotVisible;
      return check;
    }
  }
  return check;  // further down than is looked
}

Result<std::string> Instagram::Hashtag(const std::string& name, const std::string& what, ListMemo& memo, ListAnswer& answer) {
  const auto now = tools_.clock.Now();
  for (const auto& [key, value] : unsaved_) memo[key] = value;
  const auto asked_at = [](const std::string& value) { return ParseRfc3339(std::string_view(value).substr(std::min(value.find(' ') + 1, value.size()))); };
  std::erase_if(memo, [&](const auto& one) {
    if (!one.first.starts_with(kTagMemo)) return false;
    const auto at = asked_at(one.second);
    return !at || now - *at >= kHashtagDays;
  });
  const auto key = std::string(kTagMemo) + name;
  const auto remember = [&](std::string_view id) {
    unsaved_[key] = memo[key] = std::string(id) + " " + FormatRfc3339(now);
    return std::string(id);
  };
  if (const auto known = memo.find(key); known != memo.end()) {
    const auto id = known->second.substr(0, known->second.find(' '));
    if (!id.empty()) return remember(id);
  } else {
    const auto count = std::ranges::count_if(memo, [](const auto& one) { return one.first.starts_with(kTagMemo); });
    if (static_cast<std::size_t>(count) >= kMostHashtags) {
      answer.gap = Gap{std::nullopt, now, "#" + name + " was not read: this account has asked for " + std::to_string(count) + " hashtags in seven days, and Instagram allows 30; fewer hashtags, or wait"};
      return std::string();
    }
  }
  remember("");  // asking counts, whatever comes of it
  const auto response = HEED_TRY(graph_.Get("ig_hashtag_search?user_id=" + options_.account + "&q=" + UrlEncode(name), what));
  if (response.status != 200) {
    const auto error = ReadGraphError(response.body);
    if (!error || error->code != 24) return Fail(graph_.Refused(response, what));
    answer.notes.push_back("Instagram does not show #" + name + ": nobody has used it yet, or it keeps it back");
    return std::string();
  }
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  if (!body) return Fail(Error(body.error()).While(what));
  const auto id = (*body)["data"][0]["id"].Id().value_or("");
  if (!IsGraphId(id)) return Fail(Fault::kMalformed, what + ": the answer names no hashtag");
  return remember(id);
}

Result<ListAnswer> Instagram::Ask(const ListQuestion& question) {
  const auto now = tools_.clock.Now();
  const auto parts = Split(question.list.about, ' ');
  const auto part = [&](std::size_t i) { return i < parts.size() ? std::string(parts[i]) : std::string(); };
  const auto kind = part(0);
  const auto what = "reading " + question.list.key + " on Instagram";
  constexpr std::string_view kMediaFields = "&fields=id,caption,permalink,timestamp,media_type,comments_count,like_count";
  const auto limit = "limit=" + std::to_string(options_.page_size);
  ListAnswer answer;
  std::string path;
  auto list = InstagramList::kMedia;
  InstagramMedia below;
  if (kind == "m") {
    path = options_.account + "/media?" + limit + "&fields=id,permalink,timestamp,username";
    list = InstagramList::kOwnMedia;
  } else if (kind == "t") {
    path = options_.account + "/tags?" + limit + std::string(kMediaFields) + ",username";
  } else if (kind == "h") {
    const auto id = HEED_TRY(Hashtag(part(1), what, question.memo, answer));
    if (id.empty()) {
      unsaved_.clear();
      return answer;
    }
    path = id + "/recent_media?user_id=" + options_.account + "&" + limit + std::string(kMediaFields);
  } else {
    below = {part(1), part(2), part(3), std::nullopt};
    path = UrlEncode(below.id) + "/comments?" + limit + "&fields=id,text,timestamp,username,from,hidden,parent_id,like_count,replies%7Bid,text,timestamp,username,from,hidden,like_count%7D";
    list = InstagramList::kComments;
  }
  if (!question.sweep.next.empty()) path += "&" + question.sweep.next;

  const auto response = HEED_TRY(graph_.Get(path, what));
  answer.about_school = kind != "h";
  if (response.status != 200) {
    const auto error = ReadGraphError(response.body);
    if (kind != "c" || !error || !error->IsMissing()) return Fail(graph_.Refused(response, what));
    answer.forget = true;  // the post went, and its comments with it
    return answer;
  }
  auto page = ParseInstagramPage(response.body, list, below);
  if (!page) return Fail(std::move(page).error().While(what));
  answer.entries = std::move(page->entries);
  answer.given = page->given;
  answer.next = page->next;
  answer.notes.insert(answer.notes.end(), page->notes.begin(), page->notes.end());
  answer.wait = std::max(GraphWait(response), AskedWait(response, now));
  answer.quota = GraphQuota(response);
  if (kind == "h") {
    unsaved_.clear();
    // Instagram does not say in which order these come, so no date ends the reading.
    if (question.sweep.pages == 0 && question.done && now - *question.done > kHashtagShown)
      answer.gap = Gap{question.done, now - kHashtagShown, "Instagram shows the last 24 hours of a hashtag only, and " + question.list.key + " was last read before that: read it at least daily"};
  } else {
    answer.newest = page->newest;
  }
  for (const auto& media : page->media)
    if (media.at) answer.found.push_back({"the comments below " + media.id, "c " + media.id + " " + media.username + " " + media.permalink, *media.at + options_.follow});
  return answer;
}

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School& school, ConnectorTools tools) {
  auto graph = HEED_TRY(ReadGraphOptions(spec));
  graph.token_help = kTokenHelp;
  graph.permissions = kPermissions;
  Options options;
  options.account = Trim(spec.String("account"));
  if (!IsGraphId(options.account))
    return Fail(Fault::kInvalid, "account = \"" + ForTerminal(options.account) + "\" is not the account's number: Meta's Graph API Explorer answers it to PAGE-NUMBER?fields=instagram_business_account");
  options.page_size = spec.Int("page_size", 50);
  if (options.page_size < 1 || options.page_size > 50) return Fail(Fault::kInvalid, "page_size must be 1 to 50");
  options.follow = HEED_TRY(ReadLength(spec, "follow", days{30}));
  auto lists = HEED_TRY(ReadGraphLists(spec, graph.server + " " + options.account));
  if (spec.Bool("comments", true)) options.roots.push_back({.key = "the account's own posts", .about = "m"});
  if (spec.Bool("tags", true)) options.roots.push_back({.key = "posts that tag the account", .about = "t"});
  std::size_t hashtags = 0;
  for (auto tag : spec.settings.contains("hashtags") ? spec.Strings("hashtags") : school.hashtags) {
    if (tag.starts_with('#')) tag.erase(0, 1);
    if (tag.empty() || tag.find_first_of(" /?&") != tag.npos) return Fail(Fault::kInvalid, "hashtags: \"" + ForTerminal(tag) + "\" is none");
    HEED_TRY(CheckQuery("#" + tag, school));
    if (++hashtags > kMostHashtags) return Fail(Fault::kInvalid, "hashtags: Instagram allows an account 30 different ones in seven days");
    options.roots.push_back({.key = "#" + tag, .about = "h " + tag});
  }
  if (options.roots.empty()) return Fail(Fault::kInvalid, "nothing to read: comments and tags are switched off, and there are no hashtags");
  return std::make_unique<Instagram>(std::move(options), std::move(lists), std::move(graph), tools);
}

}  // namespace

const ConnectorCard kInstagramCard = {
    .name = "instagram",
    .summary = "comments below the school's own Instagram posts, posts that tag its account, and posts under its hashtags",
    .terms = "Meta's Platform Terms: only the school's own professional account and public hashtags, with an app reviewed for it (Instagram Public Content Access for hashtags); no "
             "tracking or profiling of people, which includes surveillance; delete what is no longer needed and what people ask to have deleted. Never use a member of staff's own sign-in. "
             "Mentions in words and stories are told to web hooks only, which heed does not have; private accounts cannot be read.",
    .terms_must_be_accepted = true,
    .settings =
        {
            {"account", SettingKind::kText, true, "", "the number of the school's professional account: Meta's Graph API Explorer answers it to PAGE-NUMBER?fields=instagram_business_account"},
            {"token", SettingKind::kSecret, true, "", "an access token with instagram_basic and instagram_manage_comments: make an app at developers.facebook.com, then in Business settings a system user with the account assigned, Generate token"},
            {"hashtags", SettingKind::kList, false, "", "hashtags to read, each the school's own, at most 30; its configured ones when left out, none when empty"},
            {"tags", SettingKind::kYesNo, false, "true", "read posts that tag the account"},
            {"comments", SettingKind::kYesNo, false, "true", "read comments below the account's own posts"},
            {"follow", SettingKind::kDuration, false, "30d", "how long after a post the comments below it are read"},
            {"follow_posts", SettingKind::kNumber, false, "200", "posts whose comments are read at the same time, at most"},
            {"look_back", SettingKind::kDuration, false, "30d", "how far the first reading goes back; of hashtags Instagram shows the last 24 hours only"},
            {"overlap", SettingKind::kDuration, false, "7d", "how much is read again every time: replies come below older comments"},
            {"page_size", SettingKind::kNumber, false, "50", "posts or comments asked for at a time, 1 to 50"},
            {"max_pages", SettingKind::kNumber, false, "20", "pages read of one list in one run; more is recorded as a gap"},
            {"version", SettingKind::kText, false, "v25.0", "the Graph API's version"},
            {"server", SettingKind::kText, false, "https://graph.facebook.com", "where the Graph API is"},
        },
    .collects = true,
    .reports = false,
    .rechecks = true,
    .make = &Make,
    .hides = true,
    .rechecks_post = &CanLookAt,
};

}  // namespace heed
