#include "src/app/alarm.h"

#include <algorithm>

#include "src/base/hash.h"
#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/text.h"
#include "src/base/utf8.h"
#include "src/net/pace.h"

namespace heed {
namespace {

constexpr std::size_t kMostInOne = 50;  // troubles in one message; the rest are counted

bool Has(const std::vector<std::string>& list, std::string_view name) { return std::ranges::find(list, name) != list.end(); }

struct News {
  std::vector<const Told*> raised, over;
  bool test = false;
  bool empty() const { return raised.empty() && over.empty() && !test; }
};

// The same for the same news, whenever it is sent.
std::string DeliveryId(const News& news, std::string_view channel, Instant now) {
  std::string all(channel);
  if (news.test) all += FormatRfc3339(now);
  for (const auto* told : news.raised) all += "\nraised " + told->key + " " + FormatRfc3339(told->since);
  for (const auto* told : news.over) all += "\nover " + told->key + " " + FormatRfc3339(told->since);
  return Sha256Hex(all).substr(0, 32);
}

Mail AMail(const Config& config, const std::vector<std::string>& to, std::string_view channel, const News& news, Instant now) {
  Mail mail{.from = config.alarm.mail_from, .to = to, .subject = {}, .text = {}, .date = now, .id = "heed-" + DeliveryId(news, channel, now)};
  if (news.test) {
    mail.subject = "heed: a test";
    mail.text = "This is a test: mail from heed arrives.\n";
    return mail;
  }
  const auto first = [](const std::vector<const Told*>& list) { return ClipUtf8(list.front()->words, 120); };
  if (!news.raised.empty())
    mail.subject = "heed: " + std::string(news.raised.size() == 1 ? first(news.raised) : std::to_string(news.raised.size()) + " things need somebody");
  else
    mail.subject = "heed: over: " + std::string(news.over.size() == 1 ? first(news.over) : std::to_string(news.over.size()) + " things are fine again");
  const auto list = [&](const std::vector<const Told*>& all, bool with_todo) {
    for (std::size_t i = 0; i < all.size() && i < kMostInOne; ++i) {
      mail.text += "- " + all[i]->words + "\n  since " + FormatLocal(all[i]->since) + "\n";
      if (with_todo && !all[i]->todo.empty()) mail.text += "  What to do: " + all[i]->todo + "\n";
    }
    if (all.size() > kMostInOne) mail.text += "- and " + std::to_string(all.size() - kMostInOne) + " more: heed sources\n";
    mail.text += "\n";
  };
  if (!news.raised.empty()) mail.text += "What is the matter:\n", list(news.raised, true);
  if (!news.over.empty()) mail.text += "What is over:\n", list(news.over, false);
  mail.text += "heed tells of each of these once, and again when it is over.\n";
  return mail;
}

std::string AHook(const News& news, Instant now) {
  JsonWriter out;
  out.Object().Field("at", FormatRfc3339(now)).Field("test", news.test).Key("raised").Array();
  for (const auto* told : news.raised) out.Object().Field("key", told->key).Field("since", FormatRfc3339(told->since)).Field("words", told->words).Field("todo", told->todo).EndObject();
  out.EndArray().Key("over").Array();
  for (const auto* told : news.over) out.Object().Field("key", told->key).Field("since", FormatRfc3339(told->since)).Field("words", told->words).EndObject();
  out.EndArray().EndObject();
  return out.Take();
}

bool Concerns(const Trouble& trouble, const AlarmPeople& people) { return people.schools.empty() || Has(people.schools, trouble.school); }

std::vector<Alarms::Channel> Channels(const AlarmSettings& settings) {
  std::vector<Alarms::Channel> channels;
  const auto add = [&](const AlarmPeople& people) {
    const std::string whose = people.schools.empty() ? "" : " of " + Join(people.schools, ", ");
    if (!people.mail_to.empty()) channels.push_back({.name = "mail" + whose, .people = &people, .mail = true});
    if (!people.webhook.empty()) channels.push_back({.name = "webhook" + whose, .people = &people, .mail = false});
  };
  add(settings.everything);
  std::ranges::for_each(settings.for_schools, add);
  return channels;
}

Done Tell(const Config& config, HttpClient& http, const Alarms::MailSender& mail, const Alarms::Channel& channel, const News& news, Instant now) {
  const AlarmSettings& settings = config.alarm;
  if (channel.mail)
    return mail(MailServerOf(settings), AMail(config, channel.people->mail_to, channel.name, news, now));
  const std::string body = AHook(news, now), timestamp = std::to_string(std::chrono::floor<seconds>(now).time_since_epoch().count());
  const auto response = http.Send({.method = "POST",
                                   .url = channel.people->webhook,
                                   .headers = {{"Content-Type", "application/json"}, {"Heed-Timestamp", timestamp}, {"Heed-Signature", SignWebhook(channel.people->webhook_secret, timestamp, body)}, {"Heed-Delivery", DeliveryId(news, channel.name, now)}},
                                   .body = body,
                                   .max_body = 1 << 20,
                                   .timeout = milliseconds{20'000},
                                   .max_redirects = 0});
  if (!response) return Fail(response.error());
  if (response->status < 200 || response->status > 299) return Fail(Fault::kDenied, "the webhook answers " + std::to_string(response->status));
  return {};
}

}  // namespace

MailServer MailServerOf(const AlarmSettings& settings) {
  return {.url = settings.smtp, .user = settings.smtp_user, .password = settings.smtp_password, .plain = settings.smtp_plain, .ca_file = {}};
}

std::string SignWebhook(std::string_view secret, std::string_view timestamp, std::string_view body) {
  return "v1=" + Hex(HmacSha256(secret, std::string(timestamp) + "." + std::string(body)));
}

Alarms::Alarms(const Config& config, Store& store, HttpClient& http, const Clock& clock, std::string data, MailSender mail, Others others)
    : config_(config), store_(store), http_(http), clock_(clock), data_(std::move(data)), mail_(std::move(mail)), others_(std::move(others)), channels_(Channels(config.alarm)) {}

Result<std::size_t> Alarms::Look() {
  if (channels_.empty()) return std::size_t{0};
  const Instant now = clock_.Now();
  auto troubles = HEED_TRY(FindTroubles(config_, store_, data_, now));
  if (others_)
    for (auto& trouble : others_()) troubles.push_back(std::move(trouble));
  const std::vector<Told> before = HEED_TRY(store_.AllTold());
  std::vector<Told> told = before;
  for (const auto& trouble : troubles) {
    const auto known = std::ranges::find(told, trouble.key, &Told::key);
    if (known == told.end()) {
      told.push_back({.key = trouble.key, .words = trouble.words, .todo = trouble.todo, .since = now, .over = false, .channels = {}, .warned = {}});
    } else if (known->over) {  // it came back before everybody had heard that it was over: whoever had is told anew
      std::vector<std::string> still;
      for (const auto& channel : known->warned)
        if (!Has(known->channels, channel)) still.push_back(channel);
      *known = {.key = trouble.key, .words = trouble.words, .todo = trouble.todo, .since = still.empty() ? now : known->since, .over = false, .channels = still, .warned = still};
    }
  }
  for (auto& one : told) {
    const bool lasts = std::ranges::any_of(troubles, [&](const Trouble& trouble) { return trouble.key == one.key; });
    if (lasts || one.over) continue;
    one.over = true;
    one.channels.clear();
  }
  const auto done = [&](const Told& one) {
    return one.over && std::ranges::all_of(one.warned, [&](const std::string& channel) {
             return Has(one.channels, channel) || std::ranges::none_of(channels_, [&](const Channel& c) { return c.name == channel; });
           });
  };
  std::erase_if(told, done);  // whoever was never told of it need not hear that it is over

  std::size_t written = 0;
  std::optional<Error> failed;
  for (auto& channel : channels_) {
    News news;
    for (const auto& one : told) {
      if (Has(one.channels, channel.name)) continue;
      const auto trouble = std::ranges::find(troubles, one.key, &Trouble::key);
      if (!one.over) {
        if (trouble != troubles.end() && Concerns(*trouble, *channel.people)) news.raised.push_back(&one);
      } else if (Has(one.warned, channel.name)) {
        news.over.push_back(&one);
      }
    }
    if (news.empty() || channel.not_before > now) continue;
    if (const auto sent = Tell(config_, http_, mail_, channel, news, now); !sent) {
      ++channel.failures;
      channel.not_before = now + sent.error().retry_after().value_or(BackOff(channel.failures, Hash64(channel.name)));
      if (!failed) failed = Error(sent.error()).While("telling people by " + channel.name);
      continue;
    }
    channel.failures = 0;
    channel.not_before = {};
    ++written;
    for (auto& one : told) {
      const bool is_raised = std::ranges::find(news.raised, &one) != news.raised.end(), is_over = std::ranges::find(news.over, &one) != news.over.end();
      if (!is_raised && !is_over) continue;
      one.channels.push_back(channel.name);
      if (is_raised) one.warned.push_back(channel.name);
    }
  }
  std::erase_if(told, done);
  if (told != before) HEED_TRY(store_.SaveTold(told));
  if (failed) return Fail(*std::move(failed));
  return written;
}

Result<std::vector<std::string>> Alarms::Test(const Config& config, HttpClient& http, const Clock& clock, const MailSender& mail) {
  const auto channels = Channels(config.alarm);
  if (channels.empty()) return Fail(Fault::kInvalid, config.file + ": there is no [alarm] with mail_to or webhook, so nobody would be told of anything");
  News news;
  news.test = true;
  std::vector<std::string> wrong;
  for (const auto& channel : channels)
    if (const auto sent = Tell(config, http, mail, channel, news, clock.Now()); !sent) wrong.push_back(channel.name + ": " + sent.error().message());
  return wrong;
}

std::function<void()> Telling(Alarms& alarms) {
  return [&alarms, last = std::string()]() mutable {
    const auto looked = alarms.Look();
    const std::string now = looked ? "" : looked.error().message();
    if (!now.empty() && now != last) LogWarning(now);
    last = now;
  };
}

}  // namespace heed
