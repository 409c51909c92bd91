// YouTube's requests: searches, uploads, comments and replies, each a list of its own, and what they cost.
//
// The memo, in the cursor: day and units, as counted; reports and hidings come on top, from the custody chain, and forms that are read and looks at
// posts, a unit each, from the source's tally.  A list's `about` is its kind and what it belongs to:
//   s QUERY   u CHANNEL   c CHANNEL   o CHANNEL (comments of a channel that is not the school's)
//   v VIDEO   V VIDEO (its title names the school)   r PARENT VIDEO   R PARENT VIDEO (as V)
#include "connectors/youtube/youtube.h"

#include <algorithm>
#include <charconv>

#include "connectors/fields.h"
#include "connectors/youtube/report.h"
#include "src/base/text.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

// developers.google.com/youtube/v3/determine_quota_cost
constexpr std::int64_t kSearchCost = 100, kListCost = 1, kReportCost = 50;  // the last of videos.reportAbuse and comments.setModerationStatus

struct Options {
  std::string server;  // origin
  std::string key;
  GoogleSignIn::Options sign_in;  // refresh_token empty: reads only
  std::vector<std::string> own;   // the school's channels
  std::vector<Listing> roots;
  std::int64_t daily_units, page_size;
  seconds follow;
  bool comments;
};

class YouTube final : public Connector {
 public:
  YouTube(Options options, ListReader::Options lists, School school, ConnectorTools tools)
      : options_(std::move(options)), reader_(std::move(lists)), school_(std::move(school)), tools_(tools), reports_(options_.server, options_.key, options_.sign_in, options_.own, school_, options_.daily_units, [this] { return UsedToday(); }, tools) {}

  Result<Page> Fetch(const Cursor& cursor) override {
    const auto now = tools_.clock.Now();
    HEED_TRY(CountBeside(now));
    auto page = HEED_TRY(reader_.Read(cursor, options_.roots, now, [&](const ListQuestion& question) { return Ask(question, now); }));
    const auto used = told_ + BesideUnits();
    if (page.more || told_ == 0) return page;
    page.quota = std::to_string(used) + " of " + std::to_string(options_.daily_units) + " units used today";
    if (reports_left_ > 0) page.quota += ", " + std::to_string(kReportCost * reports_left_) + " of them for " + std::to_string(reports_left_) + (reports_left_ == 1 ? " report or hidden comment" : " reports and hidden comments");
    if (looks_ > 0) page.quota += ", " + std::to_string(looks_) + " for looks at posts and forms";
    return page;
  }

  Result<ReportForm> ReportReasons(const Post& post, Category category) override { return reports_.Form(post, category); }
  ReportOutcome Submit(const ApprovedReport& report) override { return reports_.Submit(report); }
  Result<ReportForm> HideForm(const Post& post) override { return reports_.HideForm(post); }
  ReportOutcome Hide(const ApprovedReport& report) override { return reports_.Hide(report); }
  PresenceCheck Recheck(const Post& post) override { return reports_.Recheck(post); }

 private:
  Result<ListAnswer> Ask(const ListQuestion& question, Instant now);
  Result<HttpResponse> Get(const std::string& path, std::int64_t cost, const std::string& what, const ListMemo& memo, Instant now);
  Error Refused(const HttpResponse& response, const std::string& what, Instant now) const;
  std::string Path(const ListQuestion& question, char kind, std::string_view of) const;
  void Follow(const YouTubePage& page, ListAnswer& answer) const;
  std::int64_t BesideUnits() const { return kReportCost * reports_left_ + looks_; }
  Done CountBeside(Instant now) {
    if (tools_.left) reports_left_ = HEED_TRY(tools_.left(PacificMidnight(now)));
    if (tools_.beside) looks_ = HEED_TRY(tools_.beside->Since(PacificMidnight(now)));
    return {};
  }
  Result<std::int64_t> UsedToday();
  static std::int64_t Counted(const ListMemo& memo, const std::string& today);

  Options options_;
  ListReader reader_;
  School school_;
  ConnectorTools tools_;
  YouTubeReports reports_;
  std::string unsaved_day_;
  std::int64_t unsaved_ = 0;  // units of requests since the last page
  std::int64_t told_ = 0;     // units as last stored
  // Of today, and done by other objects than the one that reads.
  std::int64_t reports_left_ = 0;  // reports and hidings
  std::int64_t looks_ = 0;         // units of looks and forms
};

std::int64_t YouTube::Counted(const ListMemo& memo, const std::string& today) {
  const auto day = memo.find("day"), units = memo.find("units");
  std::int64_t count = 0;
  if (day == memo.end() || units == memo.end() || day->second != today) return 0;
  std::from_chars(units->second.data(), units->second.data() + units->second.size(), count);
  return std::max<std::int64_t>(0, count);
}

Result<std::int64_t> YouTube::UsedToday() {
  const auto now = tools_.clock.Now();
  HEED_TRY(CountBeside(now));
  const Cursor cursor = tools_.cursor ? HEED_TRY(tools_.cursor()) : Cursor{};
  return Counted(ReadListMemo(cursor), PacificDay(now)) + BesideUnits();
}

std::string YouTube::Path(const ListQuestion& question, char kind, std::string_view of) const {
  const auto size = std::to_string(options_.page_size);
  std::string path;
  switch (kind) {
    case 's':
      path = "search?part=snippet&type=video&order=date&safeSearch=none&regionCode=GB&relevanceLanguage=en&maxResults=" + size + "&q=" + UrlEncode(of) +
             "&publishedAfter=" + UrlEncode(FormatRfc3339(std::chrono::floor<seconds>(question.sweep.from)));
      break;
    // A channel's uploads are a playlist of the same name but for its second letter.
    case 'u': path = "playlistItems?part=snippet,contentDetails,status&maxResults=" + size + "&playlistId=UU" + UrlEncode(of.substr(2)); break;
    case 'c':
    case 'o': path = "commentThreads?part=snippet,replies&order=time&textFormat=plainText&maxResults=" + std::to_string(2 * options_.page_size) + "&allThreadsRelatedToChannelId=" + UrlEncode(of); break;
    case 'v': path = "commentThreads?part=snippet,replies&order=time&textFormat=plainText&maxResults=" + std::to_string(2 * options_.page_size) + "&videoId=" + UrlEncode(of); break;
    default: path = "comments?part=snippet&textFormat=plainText&maxResults=" + std::to_string(2 * options_.page_size) + "&parentId=" + UrlEncode(of);
  }
  if (!question.sweep.next.empty()) path += "&pageToken=" + UrlEncode(question.sweep.next);
  return path;
}

Result<ListAnswer> YouTube::Ask(const ListQuestion& question, Instant now) {
  const char shown = question.list.about.empty() ? ' ' : question.list.about.front();
  const bool titled = shown == 'V' || shown == 'R';
  const char kind = shown == 'V' ? 'v' : shown == 'R' ? 'r' : shown;
  std::string_view of = question.list.about;
  of.remove_prefix(std::min<std::size_t>(2, of.size()));
  std::string_view video;
  if (kind == 'v') video = of;
  if (kind == 'r') {
    const auto space = std::min(of.find(' '), of.size());
    video = of.substr(std::min(space + 1, of.size()));
    of = of.substr(0, space);
  }
  const auto what = "reading " + question.list.key + " on YouTube";

  auto response = HEED_TRY(Get(Path(question, kind, of), kind == 's' ? kSearchCost : kListCost, what, question.memo, now));
  ListAnswer answer;
  if (response.status != 200) {
    const auto reason = YouTubeReason(response.body);
    if (reason == "commentsDisabled") {
      answer.about_school = titled;
    } else if ((kind == 'v' || kind == 'r') && (reason == "videoNotFound" || reason == "commentNotFound" || reason == "channelNotFound")) {
      answer.forget = true;
    } else if ((kind == 'c' || kind == 'o') && (reason == "channelNotFound" || reason == "videoNotFound")) {
      answer.gap = Gap{question.sweep.from, now, "YouTube does not know the channel " + Named(of) + ": check its id"};
    } else if (kind == 'u' && (reason == "playlistNotFound" || reason == "channelNotFound")) {
      answer.notes.push_back("YouTube knows no uploads of the channel " + Named(of) + ": check its id, unless it has no videos yet");
    } else if (!question.sweep.next.empty() && (reason == "invalidPageToken" || reason == "INVALID_PAGE_TOKEN")) {
      answer.start_over = true;
    } else {
      return Fail(Refused(response, what, now));
    }
  } else {
    const auto list = kind == 's' ? YouTubeList::kFound : kind == 'u' ? YouTubeList::kUploads : kind == 'r' ? YouTubeList::kReplies : YouTubeList::kThreads;
    auto page = ParseYouTubePage(response.body, list, school_, video);
    if (!page) return Fail(std::move(page).error().While(what));
    answer.given = page->given;
    answer.next = page->next;
    answer.newest = page->newest;
    answer.notes = page->notes;
    answer.about_school = titled || kind == 'c';
    answer.wait = AskedWait(response, now);
    if (kind == 's' && !page->videos.empty()) {
      std::string ids;
      for (const auto& one : page->videos) ids += (ids.empty() ? "" : "%2C") + UrlEncode(one.id);
      // The search cuts descriptions short and writes entities into titles.
      response = HEED_TRY(Get("videos?part=snippet,statistics,status&maxResults=50&id=" + ids, kListCost, what, question.memo, now));
      if (response.status != 200) return Fail(Refused(response, what, now));
      page = ParseYouTubePage(response.body, YouTubeList::kVideos, school_);
      if (!page) return Fail(std::move(page).error().While(what));
      answer.notes.insert(answer.notes.end(), page->notes.begin(), page->notes.end());
    }
    answer.entries = std::move(page->entries);
    if (kind == 's') Follow(*page, answer);
    for (const auto& more : page->replies)
      answer.found.push_back({"the replies to " + more.parent, std::string(titled || kind == 'c' ? "R " : "r ") + more.parent + " " + more.video, now + days{2}, true});
  }

  const auto today = PacificDay(now);
  told_ = Counted(question.memo, today) + (unsaved_day_ == today ? unsaved_ : 0);
  question.memo["day"] = today;
  question.memo["units"] = std::to_string(told_);
  unsaved_ = 0;
  return answer;
}

void YouTube::Follow(const YouTubePage& page, ListAnswer& answer) const {
  if (!options_.comments) return;
  for (const auto& video : page.videos) {
    // The search finds more than what it was asked for; comments are read where the school is named.
    if (!video.names_school || !video.at) continue;
    answer.found.push_back({"the comments below " + video.id, (video.titled ? "V " : "v ") + video.id, *video.at + options_.follow});
  }
}

// Any status.  kBusy, without asking, when the day's units do not suffice.
Result<HttpResponse> YouTube::Get(const std::string& path, std::int64_t cost, const std::string& what, const ListMemo& memo, Instant now) {
  const auto today = PacificDay(now);
  if (unsaved_day_ != today) unsaved_day_ = today, unsaved_ = 0;
  const auto used = Counted(memo, today) + unsaved_ + BesideUnits();
  if (used + cost > options_.daily_units) {
    const auto wait = NextPacificMidnight(now) - now;
    return Fail(Error(Fault::kBusy, "stopped before YouTube's daily quota: " + std::to_string(used) + " of " + std::to_string(options_.daily_units) +
                                        " units are used and the next request costs " + std::to_string(cost) + "; it goes on at " + FormatLocal(now + wait) +
                                        " (midnight Pacific time). Search less often (search_every) or for fewer words if this happens daily")
                    .RetryAfter(std::chrono::ceil<seconds>(wait)));
  }
  unsaved_ += cost;
  HttpRequest request;
  request.url = options_.server + "/youtube/v3/" + path;
  // In a header, so that it stands in no address.
  request.headers = {{"accept", "application/json"}, {"x-goog-api-key", options_.key}};
  auto response = tools_.http.Send(request);
  if (!response) return Fail(std::move(response).error().While(what));
  return response;
}

Error YouTube::Refused(const HttpResponse& response, const std::string& what, Instant now) const {
  const auto reason = YouTubeReason(response.body);
  const auto is = [&](std::initializer_list<std::string_view> reasons) { return std::ranges::find(reasons, reason) != reasons.end(); };
  const auto because = [&](std::string_view next) { return what + ": " + std::string(next) + " (YouTube says: " + reason + ")"; };
  if (is({"quotaExceeded", "dailyLimitExceeded"})) {
    const auto wait = std::chrono::ceil<seconds>(NextPacificMidnight(now) - now);
    return Error(Fault::kBusy, because("the project's daily quota is used up, by this source or by something else with the same key; it starts again at midnight Pacific time"))
        .RetryAfter(wait);
  }
  if (is({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})) return Error(Fault::kBusy, because("it was asked too often"));
  if (is({"keyInvalid", "API_KEY_INVALID", "keyExpired", "API_KEY_EXPIRED"}))
    return Error(Fault::kSignIn, because("the key is not good: in the Google Cloud console, under APIs and services, Credentials, make a new one and put it into the key's file"));
  if (is({"accessNotConfigured", "SERVICE_DISABLED"}))
    return Error(Fault::kDenied, because("the key's project has not switched on the \"YouTube Data API v3\": do that in the Google Cloud console, under APIs and services, Library"));
  if (is({"ipRefererBlocked", "API_KEY_IP_ADDRESS_BLOCKED", "API_KEY_HTTP_REFERRER_BLOCKED", "API_KEY_SERVICE_BLOCKED"}))
    return Error(Fault::kDenied, because("the key may not be used from here: change its restrictions in the Google Cloud console"));
  if (is({"processingFailure", "backendError", "SERVICE_UNAVAILABLE"})) return Error(Fault::kUnavailable, because("it has trouble of its own"));
  return StatusError(response, what, now);
}

bool IsChannel(std::string_view id) {
  return id.size() == 24 && id.starts_with("UC") && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School& school, ConnectorTools tools) {
  Options options;
  options.server = HEED_TRY(ReadServer(spec, "server", "https://www.googleapis.com"));
  options.key = Trim(spec.String("key"));
  if (options.key.empty()) return Fail(Fault::kInvalid, "`key` is missing: add key_file, an API key of a Google Cloud project");
  options.sign_in = {HEED_TRY(ReadServer(spec, "auth_server", "https://oauth2.googleapis.com")), std::string(Trim(spec.String("client_id"))), std::string(Trim(spec.String("client_secret"))),
                     std::string(Trim(spec.String("refresh_token")))};
  const bool some = !options.sign_in.client_id.empty() || !options.sign_in.client_secret.empty() || !options.sign_in.refresh_token.empty();
  if (some && (options.sign_in.client_id.empty() || options.sign_in.client_secret.empty() || options.sign_in.refresh_token.empty()))
    return Fail(Fault::kInvalid, "an account that reports and hides needs client_id, client_secret_file and refresh_token_file together; without one heed reads only");
  options.own = spec.Strings("channels");
  auto lists = HEED_TRY(ReadListOptions(spec, options.server, days{30}, days{7}));
  lists.max_found = static_cast<std::size_t>(std::clamp<std::int64_t>(spec.Int("follow_videos", 200), 1, 5'000));
  options.comments = spec.Bool("comments", true);
  options.daily_units = spec.Int("daily_units", 10'000);
  options.page_size = spec.Int("page_size", 50);
  if (options.daily_units <= kSearchCost) return Fail(Fault::kInvalid, "daily_units must be more than 100: one search costs 100");
  if (options.page_size < 1 || options.page_size > 50) return Fail(Fault::kInvalid, "page_size must be 1 to 50");
  options.follow = HEED_TRY(ReadLength(spec, "follow", days{30}));
  const auto search_every = HEED_TRY(ReadLength(spec, "search_every", hours{6}));

  std::vector<std::string> queries = spec.Strings("queries");
  if (spec.settings.find("queries") == spec.settings.end()) {
    queries = school.names;
    if (queries.empty() && !school.name.empty()) queries.push_back(school.name);
    for (const auto& tag : school.hashtags) queries.push_back(tag.starts_with('#') ? tag : "#" + tag);
  }
  for (auto& query : queries) {
    HEED_TRY(CheckQuery(query, school));
    // Several words find videos with any of them unless they are a phrase.
    const bool phrase = query.find(' ') != query.npos && query.find_first_of("\"|") == query.npos;
    options.roots.push_back({.key = "the search for " + query, .about = "s " + (phrase ? "\"" + query + "\"" : query), .every = search_every});
  }
  for (const auto& [key, own] : {std::pair<std::string_view, bool>{"channels", true}, {"other_channels", false}}) {
    for (const auto& channel : spec.Strings(key)) {
      if (!IsChannel(channel))
        return Fail(Fault::kInvalid, std::string(key) + ": \"" + ForTerminal(channel) + "\" is not a channel's id, which has 24 characters and begins with UC: on the channel's page, More about this channel, Share, Copy channel ID");
      if (!own) options.roots.push_back({.key = "the uploads of " + channel, .about = "u " + channel});
      if (options.comments) options.roots.push_back({.key = "the comments on the channel " + channel, .about = std::string(own ? "c " : "o ") + channel});
    }
  }
  if (options.roots.empty()) return Fail(Fault::kInvalid, "nothing to read: give the school names, or the source `queries` or `channels`");
  return std::make_unique<YouTube>(std::move(options), std::move(lists), school, tools);
}

}  // namespace

const ConnectorCard kYouTubeCard = {
    .name = "youtube",
    .summary = "videos on YouTube that name the school, and the comments below them and on the school's own channels",
    .terms = "YouTube's API terms and developer policies: show people YouTube's own links, have a privacy policy that links to Google's, and read what is kept again or delete it "
             "within 30 days (III.E.4). heed deletes posts that crossed no line after 30 days ([retention] unflagged must stay 30d or less), and reads the posts of cases again in that time: what is gone or cannot be read is "
             "taken away, unless the case is under a legal hold. For a case that must last make your own capture of the page. One key belongs to one project and one purpose. With the channel owner's leave heed reports videos and hides comments on the school's own channels; "
             "a comment elsewhere is reported by a person.",
    .terms_must_be_accepted = true,
    .settings =
        {
            {"key", SettingKind::kSecret, true, "", "an API key: in the Google Cloud console make a project, switch on \"YouTube Data API v3\" under APIs and services, then Credentials, Create credentials, API key"},
            {"queries", SettingKind::kList, false, "", "what to search for, each naming the school; its names and hashtags when left out, none when empty"},
            {"channels", SettingKind::kList, false, "", "the school's own channels by their ids (UC...): all comments there are read as written to the school"},
            {"other_channels", SettingKind::kList, false, "", "channels of the trust, town or paper by their ids: videos and comments that name the school; never a person's channel"},
            {"comments", SettingKind::kYesNo, false, "true", "read comments too"},
            {"follow", SettingKind::kDuration, false, "30d", "how long after its publication comments below a video that names the school are read"},
            {"follow_videos", SettingKind::kNumber, false, "200", "videos whose comments are read at the same time, at most"},
            {"search_every", SettingKind::kDuration, false, "6h", "how often to search; a page of a search costs 101 units, a page of comments 1"},
            {"daily_units", SettingKind::kNumber, false, "10000", "units of the project's quota this source may use in a day; share it out where several use one key"},
            {"look_back", SettingKind::kDuration, false, "30d", "how far the first reading goes back"},
            {"overlap", SettingKind::kDuration, false, "7d", "how much is read again every time: searches lag, and replies come below older comments"},
            {"page_size", SettingKind::kNumber, false, "50", "videos asked for at a time, 1 to 50; twice as many comments"},
            {"max_pages", SettingKind::kNumber, false, "20", "pages read of one search, channel or video in one run; more is recorded as a gap"},
            {"client_id", SettingKind::kText, false, "", "to report videos and to hide comments on the school's own channels: an OAuth client (desktop app) of the same Google Cloud project"},
            {"client_secret", SettingKind::kSecret, false, "", "that client's secret"},
            {"refresh_token", SettingKind::kSecret, false, "", "what Google gives once the channel's owner has agreed to the scope youtube.force-ssl for that client, e.g. in Google's OAuth 2.0 Playground with your own client"},
            {"auth_server", SettingKind::kText, false, "https://oauth2.googleapis.com", "where Google signs in"},
            {"server", SettingKind::kText, false, "https://www.googleapis.com", "where YouTube's API is"},
        },
    .collects = true,
    .reports = true,
    .rechecks = true,
    .make = &Make,
    .hides = true,
    .keep_at_most = days{30},
};

}  // namespace heed
