// Jetstream's connection: from the cursor to the present, frame by frame.
//
// The cursor, JSON.  DO NOT CHANGE what a version means: write a new one, and start again from an old one.
//   v       1
//   server  whose stream; its times are good for any server, but its holes are its own
//   at      "time_us" of the newest frame read
#include "connectors/bluesky/stream.h"

#include <algorithm>
#include <chrono>

#include "connectors/sieve.h"
#include "src/base/json.h"
#include "src/base/text.h"
#include "src/net/websocket.h"

namespace heed {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kCursorVersion = 1;
constexpr microseconds kAgain = seconds{5};     // read twice when the line is taken up again: frames of one moment share a time
constexpr microseconds kPresent = minutes{1};   // nearer to now than this, what is there already is read, and no more is waited for
constexpr milliseconds kLull{200}, kMostPresent{1'000};  // of it: a silence that ends it, and how long it may take
constexpr microseconds kHole = minutes{10};     // Bluesky never pauses that long: frames are missing
constexpr microseconds kAhead = minutes{5};     // a time further ahead than this is nobody's clock, and would skip what is yet to come
constexpr std::size_t kMostPosts = 200;         // on a page
constexpr seconds kLongestPage{10};             // then it is stored, and reading goes on
constexpr std::size_t kMostUnreadable = 100;    // frames in a row

struct Options {
  std::string server;  // "wss://host"
  std::vector<std::string> terms;
  seconds look_back, patience;
};

std::optional<std::int64_t> ReadState(std::string_view text, const std::string& server, bool& ours) {
  JsonParser parser;
  const auto whole = parser.Parse(text);
  ours = whole && (*whole)["v"].Int() == kCursorVersion && (*whole)["at"].Int().value_or(0) > 0;
  if (!ours || (*whole)["server"].StringOr("") != server) return std::nullopt;
  return (*whole)["at"].Int();
}

Instant At(std::int64_t time) { return Instant{microseconds{time}}; }

class BlueskyStream final : public Connector {
 public:
  BlueskyStream(Options options, ConnectorTools tools) : options_(std::move(options)), sieve_(options_.terms), tools_(tools) {}

  Result<Page> Fetch(const Cursor& cursor) override {
    Page page;
    const auto now = tools_.clock.Now();
    bool ours = true;
    auto at = cursor.empty() ? std::nullopt : ReadState(cursor.value, options_.server, ours);
    if (!ours) page.notes.push_back("the stored position could not be read: reading the last " + FormatDuration(options_.look_back) + " again");
    const bool first_time = !at;
    if (!at) at = (now - options_.look_back).time_since_epoch().count();
    // After a crash or a failed batch the caller is elsewhere than the line.
    if (line_at_ != at) line_.reset();
    if (!line_) HEED_TRY(Connect(first_time ? *at : *at - kAgain.count(), now));

    const auto began = *at;
    const bool up_to_date = HEED_TRY(Read(*at, now, page));
    line_at_ = *at;
    if (up_to_date) line_.reset();  // a server drops those who do not keep up
    page.more = !up_to_date;
    const auto span = now.time_since_epoch().count() - began;
    page.progress = up_to_date || span <= 0 ? 1.0 : std::clamp(static_cast<double>(*at - began) / static_cast<double>(span), 0.0, 1.0);
    JsonWriter out;
    out.Object().Field("v", kCursorVersion).Field("server", std::string_view(options_.server)).Field("at", *at).EndObject();
    page.next.value = out.Take();
    return page;
  }

 private:
  Done Connect(std::int64_t from, Instant now) {
    WebSocketRequest request;
    request.url = options_.server + "/subscribe?wantedCollections=app.bsky.feed.post&cursor=" + std::to_string(from);
    request.user_agent = tools_.http.options().user_agent;
    request.ca_file = tools_.http.options().ca_file;
    request.stopped = [this] { return tools_.http.stopped(); };
    auto line = WebSocket::Connect(request, now);
    if (!line) return Fail(std::move(line).error().While("reading Bluesky's stream"));
    line_ = *std::move(line);
    heard_ = false;
    return {};
  }

  // Reads until the present, or until the page is full; true = the present was reached.  Moves `at`.
  Result<bool> Read(std::int64_t& at, Instant now, Page& page) {
    const auto until = SteadyClock::now() + kLongestPage;
    const auto began = at;
    std::size_t unreadable = 0, bad_posts = 0;
    std::optional<SteadyClock::time_point> present_until;
    while (true) {
      auto message = line_->Receive(present_until ? kLull : milliseconds{options_.patience});
      if (!message) {
        line_.reset();
        if (at == began || message.error().fault() == Fault::kCancelled) return Fail(std::move(message).error().While("reading Bluesky's stream"));
        page.notes.push_back("the stream broke off and is taken up again: " + message.error().message());
        return false;
      }
      if (!*message) {
        // Silence after frames is a small network at rest; on Bluesky's own the present is reached before.
        if (heard_) return true;
        line_.reset();
        return Fail(Fault::kUnavailable, "reading Bluesky's stream: connected to " + options_.server + ", but nothing arrived within " + FormatDuration(options_.patience));
      }
      const std::string_view frame = **message;
      const auto time = JetstreamTime(frame);
      if (!time || At(*time) > now + kAhead) {
        if (++unreadable < kMostUnreadable) continue;
        line_.reset();
        return Fail(Fault::kMalformed, "reading Bluesky's stream: " + options_.server + " sends frames without a time, or with one in the future");
      }
      unreadable = 0;
      heard_ = true;
      if (microseconds{*time - at} > kHole) {
        const auto from = page.gap ? page.gap->from : At(at);
        page.gap = Gap{from, At(*time), "the stream has nothing between these times: it keeps about 36 hours, or was interrupted; run this source more often"};
      }
      at = std::max(at, *time);
      if (sieve_.Passes(frame)) {
        auto post = ParseJetstreamFrame(frame);
        if (!post && ++bad_posts <= 5) page.notes.push_back("1 frame skipped, " + post.error().message());
        if (post && *post) {
          (*post)->first_seen_at = now;
          page.posts.push_back(**std::move(post));
        }
      }
      if (At(*time) >= now || (present_until && SteadyClock::now() > *present_until)) return true;
      if (At(*time) >= now - kPresent && !present_until) present_until = SteadyClock::now() + kMostPresent;
      if (page.posts.size() >= kMostPosts || SteadyClock::now() > until) return false;
    }
  }

  Options options_;
  Sieve sieve_;
  ConnectorTools tools_;
  std::unique_ptr<WebSocket> line_;
  std::optional<std::int64_t> line_at_;  // the cursor that the line goes on from
  bool heard_ = false;                   // a frame since it was opened
};

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School& school, ConnectorTools tools) {
  Options options;
  auto address = spec.String("server");
  if (address.empty()) address = "wss://jetstream2.us-east.bsky.network";
  const bool encrypted = StartsWithIgnoreCase(address, "wss://");
  if (!encrypted && !StartsWithIgnoreCase(address, "ws://")) return Fail(Fault::kInvalid, "server = \"" + address + "\" must begin with wss://");
  const auto origin = HEED_TRY(UrlOrigin("http" + address.substr(2)));
  const bool here = origin.starts_with("http://127.0.0.1") || origin.starts_with("http://localhost") || origin.starts_with("http://[::1]");
  if (!encrypted && !here) return Fail(Fault::kInvalid, "server = \"" + address + "\" must begin with wss://");
  options.server = "ws" + origin.substr(4);
  options.terms = InstitutionTerms(school);
  for (const auto& [key, length, otherwise] : {std::tuple<std::string_view, seconds*, seconds>{"look_back", &options.look_back, hours{1}}, {"patience", &options.patience, seconds{30}}}) {
    const auto text = spec.String(key);
    const auto given = ParseDuration(text);
    if (!text.empty() && !given) return Fail(Fault::kInvalid, std::string(key) + " = \"" + text + "\" is not a length of time such as \"30s\" or \"1h\"");
    *length = given.value_or(otherwise);
  }
  if (options.look_back > hours{36}) return Fail(Fault::kInvalid, "look_back: the stream keeps about 36 hours");
  return std::make_unique<BlueskyStream>(std::move(options), tools);
}

}  // namespace

const ConnectorCard kBlueskyStreamCard = {
    "bluesky-stream",
    "every new public post on Bluesky as it is written, of which only those that name the school are kept",
    "Everybody's posts pass through this machine (gigabytes a day); those that do not name the school are dropped unread and unstored. The search of `bluesky` asks for far less: "
    "take this only where heed runs for many schools, after whoever answers for data protection has agreed, and set accept_terms = true. It sees new posts only, "
    "does not know which authors ask not to be shown to strangers, and misses a name written with other signs in it (\"0akmoor\").",
    true,
    {
        {"server", SettingKind::kText, false, "wss://jetstream2.us-east.bsky.network", "a Jetstream server (version 1), e.g. one of your own"},
        {"look_back", SettingKind::kDuration, false, "1h", "how far the first reading goes back, at most 36h; later ones go on where the last ended"},
        {"patience", SettingKind::kDuration, false, "30s", "how long nothing may arrive before that is taken for a fault"},
    },
    true,
    false,
    false,
    &Make,
};

}  // namespace heed
