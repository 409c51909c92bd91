// Telegram's requests: one preview page of one channel at a time.  Positions are message numbers: what lies before.
#include "connectors/telegram/telegram.h"

#include "connectors/fields.h"
#include "connectors/reporting.h"
#include "src/net/pace.h"

namespace heed {
namespace {

using namespace fields;

struct Options {
  std::string site;
  std::vector<std::string> channels;
};

class Telegram final : public Connector {
 public:
  Telegram(Options options, ListReader::Options lists, ConnectorTools tools) : options_(std::move(options)), reader_(std::move(lists)), tools_(tools) {
    for (const auto& channel : options_.channels) roots_.push_back({.key = channel});
  }

  Result<Page> Fetch(const Cursor& cursor) override {
    return reader_.Read(cursor, roots_, tools_.clock.Now(), [this](const ListQuestion& question) { return Read(question.list.key, question.sweep); });
  }

  PresenceCheck Recheck(const Post& post) override {
    PresenceCheck check;
    // "https://t.me/channel/12"
    const auto address = post.permalink.find("t.me/") == post.permalink.npos ? std::string() : post.permalink.substr(post.permalink.find("t.me/") + 5);
    const auto slash = address.find('/');
    if (slash == address.npos || address.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/") != address.npos || address.find('/', slash + 1) != address.npos) {
      check.answer = "no message of a public channel";
      return check;
    }
    HttpRequest request{.url = options_.site + "/" + address + "?embed=1&mode=tme"};
    request.headers.emplace_back("accept", "text/html");
    const auto response = SendLook(tools_.http, std::move(request), check);
    if (!response) return check;
    if (response->status != 200) {
      check.wait = AskedWait(*response, tools_.clock.Now());
      return check;
    }
    check.presence = ReadTelegramLook(response->body, post);
    return check;
  }

 private:
  Result<ListAnswer> Read(const std::string& channel, const ListSweep& sweep) {
    const auto what = "reading t.me/s/" + channel;
    HttpRequest request{.url = options_.site + "/s/" + channel + (sweep.next.empty() ? "" : "?before=" + UrlEncode(sweep.next))};
    request.headers.emplace_back("accept", "text/html");
    auto response = tools_.http.Send(request);
    if (!response) return Fail(std::move(response).error().While(what));
    if (response->status != 200) return Fail(StatusError(*response, what, tools_.clock.Now()));
    auto page = ParseTelegramPage(response->body);
    // One channel that was renamed or switched its preview off must not keep the others from being read.
    if (!page && page.error().fault() == Fault::kNotFound) {
      ListAnswer closed;
      closed.cut_short = "t.me/" + channel + " has no public preview: it is private or a group, was renamed, or has switched it off";
      return closed;
    }
    if (!page) return Fail(std::move(page).error().While(what));
    page->wait = AskedWait(*response, tools_.clock.Now());
    return page;
  }

  Options options_;
  ListReader reader_;
  std::vector<Listing> roots_;
  ConnectorTools tools_;
};

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School&, ConnectorTools tools) {
  Options options;
  options.site = HEED_TRY(ReadServer(spec, "site", "https://t.me"));
  auto lists = HEED_TRY(ReadListOptions(spec, options.site, days{7}, hours{48}));
  for (const auto& given : spec.Strings("channels")) {
    std::string_view name = given;
    for (const std::string_view start : {"https://", "http://", "t.me/", "s/", "@"})
      if (name.starts_with(start)) name.remove_prefix(start.size());
    while (!name.empty() && name.back() == '/') name.remove_suffix(1);
    if (name.size() < 4 || name.size() > 32 || name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") != name.npos)
      return Fail(Fault::kInvalid, "channels holds \"" + given + "\": write a public channel's name, such as \"brackwellnews\" for t.me/brackwellnews; invitations are not followed");
    options.channels.push_back(LowerAscii(name));
  }
  if (options.channels.empty()) return Fail(Fault::kInvalid, "nothing to read: give the source `channels`");
  return std::make_unique<Telegram>(std::move(options), std::move(lists), tools);
}

}  // namespace

const ConnectorCard kTelegramCard = {
    "telegram",
    "public channels that the school names, by their web preview (t.me/s/NAME)",
    "Telegram offers no interface for this: heed reads the page that everybody sees, a few times an hour. Read Telegram's terms and "
    "decide with whoever answers for data protection, name only channels about the place or the school, never a person's, and set accept_terms = true. Groups and "
    "private channels are never read: a person who lawfully sees them can bring in a tip.",
    true,
    {
        {"channels", SettingKind::kList, true, "", "public channels, e.g. [\"brackwellnews\"]; what does not mention the school is forgotten at once"},
        {"look_back", SettingKind::kDuration, false, "7d", "how far the first reading goes back"},
        {"overlap", SettingKind::kDuration, false, "48h", "how much is read again every time: messages are edited"},
        {"max_pages", SettingKind::kNumber, false, "20", "pages of about 20 messages read of one channel in one run"},
        {"site", SettingKind::kText, false, "https://t.me", "another address only for trying things out"},
    },
    true,
    false,
    true,
    &Make,
};

}  // namespace heed
