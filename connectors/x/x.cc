// X's requests, and what they cost.  The memo, in the cursor: month ("2031-03") and spent (millionths of a US dollar) on reading; the tally is in the same unit.
#include "connectors/x/x.h"

#include <algorithm>
#include <charconv>

#include "connectors/fields.h"
#include "connectors/reporting.h"
#include "connectors/x/replies.h"
#include "src/base/text.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

constexpr seconds kShown = days{7} - hours{1};  // what the recent search goes back, less an hour for a reading that takes its time
constexpr std::int64_t kFewest = 10;        // posts the search can be asked for at least
constexpr std::size_t kLongestQuery = 512;

// "$1.24"
std::string Dollars(std::int64_t millionths) {
  const auto cents = (millionths + 9'999) / 10'000;  // up: never less than it is
  return "$" + std::to_string(cents / 100) + "." + (cents % 100 < 10 ? "0" : "") + std::to_string(cents % 100);
}

std::string Month(Instant now) { return FormatRfc3339(now).substr(0, 7); }

Instant MonthBegan(Instant now) {
  const std::chrono::year_month_day today(std::chrono::floor<days>(now));
  return std::chrono::sys_days(today.year() / today.month() / 1);
}
Instant NextMonth(Instant now) {
  const std::chrono::year_month_day today(std::chrono::floor<days>(now));
  return std::chrono::sys_days((today.year() / today.month() + std::chrono::months{1}) / 1);
}

struct Options {
  std::string server;  // origin
  std::string token;
  std::vector<Listing> roots;
  std::int64_t page_size, cap, post_price, user_price;  // money in millionths of a US dollar
  bool authors, look_again;
  OAuth1Keys keys;  // empty: hides nothing
};

class X final : public Connector {
 public:
  X(Options options, ListReader::Options lists, ConnectorTools tools)
      : options_(std::move(options)), reader_(std::move(lists)), tools_(tools),
        replies_(options_.server, options_.keys, {.post = options_.post_price, .user = options_.user_price}, [this](std::int64_t cost, const std::string& what) { return Spend(cost, what); }, tools) {}

  Result<Page> Fetch(const Cursor& cursor) override {
    const auto now = tools_.clock.Now();
    auto page = HEED_TRY(reader_.Read(cursor, options_.roots, now, [&](const ListQuestion& question) { return Ask(question, now); }));
    if (page.more) return page;
    const auto beside = HEED_TRY(Beside(now));
    page.quota = Dollars(told_ + beside) + " of " + Dollars(options_.cap) + " used this month, as counted here";
    if (beside > 0) page.quota += ", " + Dollars(beside) + " of it for looks at reported posts and for hiding";
    if (!options_.look_again) page.quota += "; whether reported posts are still up a person looks, because X charges for it (look_again)";
    return page;
  }

  Result<ReportForm> HideForm(const Post& post) override { return replies_.Form(post); }
  ReportOutcome Hide(const ApprovedReport& report) override { return replies_.Hide(report); }
  PresenceCheck Recheck(const Post& post) override;

 private:
  Result<ListAnswer> Ask(const ListQuestion& question, Instant now);
  Error Refused(const HttpResponse& response, const std::string& what, Instant now) const;
  // Spent this month beside reading.
  Result<std::int64_t> Beside(Instant now) const { return tools_.beside ? tools_.beside->Since(MonthBegan(now)) : Result<std::int64_t>(0); }
  Done Spend(std::int64_t cost, const std::string& what);
  static std::int64_t Counted(const ListMemo& memo, const std::string& month);
  std::int64_t EachCost() const { return options_.post_price + (options_.authors ? options_.user_price : 0); }

  Options options_;
  ListReader reader_;
  ConnectorTools tools_;
  XReplies replies_;
  std::string unsaved_month_;
  std::int64_t unsaved_ = 0;  // of answers lost since the last page
  std::int64_t told_ = 0;     // as last stored
};

std::int64_t X::Counted(const ListMemo& memo, const std::string& month) {
  const auto kept = memo.find("month"), spent = memo.find("spent");
  std::int64_t sum = 0;
  if (kept == memo.end() || spent == memo.end() || kept->second != month) return 0;
  std::from_chars(spent->second.data(), spent->second.data() + spent->second.size(), sum);
  return std::max<std::int64_t>(0, sum);
}

// Counts what is about to be asked beside reading.  kBusy: the cap does not allow it.
Done X::Spend(std::int64_t cost, const std::string& what) {
  const auto now = tools_.clock.Now();
  const Cursor cursor = tools_.cursor ? HEED_TRY(tools_.cursor()) : Cursor{};
  const auto spent = Counted(ReadListMemo(cursor), Month(now)) + HEED_TRY(Beside(now));
  if (spent + cost > options_.cap)
    return Fail(Error(Fault::kBusy, what + ": not asked, because it would cost more than this month's cap for X allows (" + Dollars(spent) + " of " + Dollars(options_.cap) + " are used)")
                    .RetryAfter(std::min<seconds>(std::chrono::ceil<seconds>(NextMonth(now) - now), kLongestWait)));
  return tools_.beside ? tools_.beside->Add(cost) : Done();
}

PresenceCheck X::Recheck(const Post& post) {
  PresenceCheck check;
  const auto& id = post.native_id;
  if (!options_.look_again || id.empty() || id.size() > 20 || id.find_first_not_of("0123456789") != id.npos) {
    check.answer = options_.look_again ? "not asked: the post has no number that X knows it by" : "not asked: X charges for each look, and look_again is off";
    return check;
  }
  if (const auto paid = Spend(options_.post_price, "looking at a post on X"); !paid) {
    check.answer = paid.error().message();
    check.wait = paid.error().retry_after().value_or(hours{1});
    return check;
  }
  HttpRequest request;
  request.url = options_.server + "/2/tweets?ids=" + id + "&tweet.fields=edit_history_tweet_ids%2Cwithheld";
  request.headers = {{"accept", "application/json"}, {"authorization", "Bearer " + options_.token}};
  const auto response = SendLook(tools_.http, std::move(request), check);
  if (!response) return check;
  if (response->status == 200) check.presence = ReadXLook(response->body, id);
  else check.wait = AskedWait(*response, tools_.clock.Now());
  return check;
}

Result<ListAnswer> X::Ask(const ListQuestion& question, Instant now) {
  const auto month = Month(now);
  if (unsaved_month_ != month) unsaved_month_ = month, unsaved_ = 0;
  const auto spent = Counted(question.memo, month) + unsaved_, beside = HEED_TRY(Beside(now));
  told_ = spent;
  const auto what = "searching X for " + Named(question.list.about);
  const auto size = std::min(options_.page_size, (options_.cap - spent - beside) / EachCost());
  if (size < kFewest) {
    const auto wait = std::chrono::ceil<seconds>(NextMonth(now) - now);
    return Fail(Error(Fault::kBusy, "stopped before this month's cap for X: " + Dollars(spent + beside) + " of " + Dollars(options_.cap) + " are used, and the least that can be asked for costs " +
                                        Dollars(kFewest * EachCost()) + "; it goes on next month, or when monthly_cap is raised. Until then posts on X are not seen")
                    .RetryAfter(std::min<seconds>(wait, kLongestWait)));
  }

  const auto& sweep = question.sweep;
  std::string path = "/2/tweets/search/recent?query=" + UrlEncode(question.list.about) + "&max_results=" + std::to_string(size) + "&sort_order=recency" +
                     "&tweet.fields=author_id,conversation_id,created_at,edit_history_tweet_ids,lang,note_tweet,public_metrics,referenced_tweets";
  if (options_.authors) path += "&expansions=author_id&user.fields=name,username";
  const bool since = !question.mark.empty();
  // A time further back is refused, and pages of one search want the same one: a reading that was interrupted moves on by the hour.
  const Instant base = now - sweep.started < minutes{50} ? sweep.started : Instant(std::chrono::floor<hours>(now));
  const auto from = std::max<Instant>(sweep.from, base - kShown);
  if (since) path += "&since_id=" + UrlEncode(question.mark);
  else path += "&start_time=" + UrlEncode(FormatRfc3339(std::chrono::ceil<seconds>(from)));
  if (!sweep.next.empty()) path += "&next_token=" + UrlEncode(sweep.next);

  HttpRequest request;
  request.url = options_.server + path;
  request.headers = {{"accept", "application/json"}, {"authorization", "Bearer " + options_.token}};
  const auto response = tools_.http.Send(request);
  if (!response) {
    // It may have been sent, and billed, all the same.
    if (response.error().fault() != Fault::kCancelled) unsaved_ += size * EachCost();
    return Fail(Error(response.error()).While(what));
  }
  ListAnswer answer;
  if (response->status == 400 && (since || !sweep.next.empty())) {
    answer.start_over = true;  // the post the search started from is older than X still knows, or the page is
    answer.notes.push_back("X no longer knows the place where the last search ended: it is searched again by date");
    return answer;
  }
  if (response->status != 200) return Fail(Refused(*response, what, now));
  auto page = ParseXPage(response->body);
  if (!page) {
    unsaved_ += size * EachCost();
    return Fail(std::move(page).error().While(what));
  }
  answer.entries = std::move(page->entries);
  answer.given = page->posts;
  answer.next = page->next;
  answer.mark = page->newest;
  answer.notes = std::move(page->notes);
  answer.wait = AskedWait(*response, now);
  if (sweep.pages == 0 && question.done && sweep.started - *question.done > kShown)
    answer.gap = Gap{question.done, sweep.started - kShown, "X shows the last seven days only, and was last searched before that"};

  told_ = spent + static_cast<std::int64_t>(page->posts) * options_.post_price + static_cast<std::int64_t>(page->users) * options_.user_price;
  question.memo["month"] = month;
  question.memo["spent"] = std::to_string(told_);
  unsaved_ = 0;
  return answer;
}

Error X::Refused(const HttpResponse& response, const std::string& what, Instant now) const {
  auto error = StatusError(response, what, now);
  JsonParser parser;
  const auto body = parser.Parse(response.body);
  std::string says = body ? Named((*body)["detail"].StringOr("")) : "";
  const bool told = error.message().find(says) != std::string::npos;
  if (!says.empty()) says = " (X says: " + says + ")";
  const auto title = body ? Named((*body)["title"].StringOr("")) : std::string();
  if (response.status == 402 || title == "CreditsDepleted")
    return Error(Fault::kDenied, what + ": there is no credit left at X: buy some in the developer console, or switch this source off" + says);
  if (response.status == 400) return Error(Fault::kInvalid, what + ": X does not take the query; change `queries`" + says);
  if (title == "UsageCapExceeded") return Error(Fault::kBusy, what + ": X's own monthly limit is reached; raise it in the developer console, or wait" + says).RetryAfter(kLongestWait);
  std::string_view next;
  if (response.status == 401) next = ": the token is not good: in X's developer console, under the app's Keys and tokens, make a new Bearer token and put it into the token's file";
  else if (response.status == 403) next = ": the app may not search: look at its access, and at X's answer about your use, in the developer console";
  Error longer(error.fault(), error.message() + std::string(next) + (told ? "" : says));
  return error.retry_after() ? std::move(longer).RetryAfter(*error.retry_after()) : longer;
}

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School& school, ConnectorTools tools) {
  Options options;
  options.server = HEED_TRY(ReadServer(spec, "server", "https://api.x.com"));
  options.token = Trim(spec.String("token"));
  if (options.token.empty()) return Fail(Fault::kInvalid, "`token` is missing: add token_file, an app's Bearer token");
  if (Trim(spec.String("confirmed_by")).empty())
    return Fail(Fault::kInvalid, "`confirmed_by` is missing: who asked X whether the school may do this, and when X agreed; without that leave X off");
  const auto secret = [&](std::string_view key) { return std::string(Trim(spec.String(key))); };
  options.keys = {secret("api_key"), secret("api_secret"), secret("access_token"), secret("access_token_secret")};
  const auto given = (options.keys.key.empty() ? 0 : 1) + (options.keys.secret.empty() ? 0 : 1) + (options.keys.token.empty() ? 0 : 1) + (options.keys.token_secret.empty() ? 0 : 1);
  if (given != 0 && given != 4)
    return Fail(Fault::kInvalid, "hiding replies needs api_key_file, api_secret_file, access_token_file and access_token_secret_file together; without them heed reads only");
  options.authors = spec.Bool("authors", false);
  options.look_again = spec.Bool("look_again", false);
  options.page_size = spec.Int("page_size", 100);
  options.cap = spec.Int("monthly_cap", 10) * 1'000'000;
  options.post_price = spec.Int("post_price", 5'000);
  options.user_price = spec.Int("user_price", 10'000);
  if (options.page_size < kFewest || options.page_size > 100) return Fail(Fault::kInvalid, "page_size must be 10 to 100");
  if (options.cap < 1 || options.cap > 100'000'000'000) return Fail(Fault::kInvalid, "monthly_cap must be 1 to 100000 US dollars");
  if (options.post_price < 1 || options.user_price < 1 || options.post_price > 10'000'000 || options.user_price > 10'000'000)
    return Fail(Fault::kInvalid, "post_price and user_price are millionths of a US dollar: 5000 is half a cent");
  auto lists = HEED_TRY(ReadListOptions(spec, options.server, days{7}, hours{1}));
  if (lists.look_back > days{7}) return Fail(Fault::kInvalid, "look_back: X shows the last seven days only");
  auto queries = spec.settings.contains("queries") ? spec.Strings("queries") : XQueries(school);
  for (auto& query : queries) {
    HEED_TRY(CheckQuery(query, school));
    // "a OR b -is:retweet" would pay for retweets of a.
    if (query.find("is:retweet") == query.npos) query = "(" + query + ") -is:retweet";
    if (query.size() > kLongestQuery) return Fail(Fault::kInvalid, "queries: X takes 512 characters at most: " + Named(query));
    options.roots.push_back({.key = "search " + query, .about = query});
  }
  if (options.roots.empty()) return Fail(Fault::kInvalid, "nothing to search for: give the school names, or the source `queries`");
  return std::make_unique<X>(std::move(options), std::move(lists), tools);
}

}  // namespace

const ConnectorCard kXCard = {
    .name = "x",
    .summary = "public posts on X of the last seven days that name the school; paid for by the post",
    .terms = "X's developer agreement is the strictest of all. GOVERNMENT USE: if what is read is shown to people who are, or act for, a government-related entity, an Enterprise plan is required, "
             "each of them must be named to X beforehand, and X may refuse; a maintained school or academy may well be one. USER PROTECTION: no surveillance, which includes investigating or tracking "
             "users or content, without X's written approval. Posts that are deleted or changed there must be deleted or changed here within 24 hours of being asked, and handing them on in files is limited: for "
             "evidence use a person's own screenshot. So this source stays off until the school has X's answer in writing, says who got it (confirmed_by), and accepts these terms. Without it, bring a post in by hand. "
             "Replies below the school's own posts can be hidden with four keys of the school's own account; reports X takes from people only.",
    .terms_must_be_accepted = true,
    .settings =
        {
            {"token", SettingKind::kSecret, true, "", "an app's Bearer token: X's developer console, the app, Keys and tokens"},
            {"confirmed_by", SettingKind::kText, true, "", "who asked X about the government-use clause and got leave in writing, and when: \"J. Example, bursar, 2026-11-02\""},
            {"api_key", SettingKind::kSecret, false, "", "to hide replies below the school's own posts: the app's API Key (consumer key), from the same place"},
            {"api_secret", SettingKind::kSecret, false, "", "its secret"},
            {"access_token", SettingKind::kSecret, false, "", "an Access Token with leave to read and write, made there while signed in as the school's own account; it does not end by itself"},
            {"access_token_secret", SettingKind::kSecret, false, "", "its secret"},
            {"monthly_cap", SettingKind::kNumber, false, "10", "US dollars this source may cost in a calendar month; set a spending limit at X too"},
            {"queries", SettingKind::kList, false, "", "what to search for, each naming the school; its names, hashtags, domains and X handle in one query when left out"},
            {"authors", SettingKind::kYesNo, false, "false", "ask for authors' names as well, at twice the price of the post itself"},
            {"look_again", SettingKind::kYesNo, false, "false", "look whether reported posts are still up; each look costs as much as a post, about six a case, and counts against monthly_cap. Off, heed reminds a person to look"},
            {"post_price", SettingKind::kNumber, false, "5000", "what X asks for a post, in millionths of a US dollar"},
            {"user_price", SettingKind::kNumber, false, "10000", "what X asks for an author's name, in the same"},
            {"look_back", SettingKind::kDuration, false, "7d", "how far the first search goes back, at most 7d"},
            {"overlap", SettingKind::kDuration, false, "1h", "how much is searched again where X has forgotten the last post seen; it costs again"},
            {"page_size", SettingKind::kNumber, false, "100", "posts asked for at a time, 10 to 100"},
            {"max_pages", SettingKind::kNumber, false, "10", "pages read of one search in one run; more is recorded as a gap"},
            {"server", SettingKind::kText, false, "https://api.x.com", "where X's API is"},
        },
    .collects = true,
    .reports = false,
    .rechecks = true,
    .make = &Make,
    .hides = true,
    .rechecks_if = "look_again",
    .gone_within = hours{24},
};

}  // namespace heed
