#include "src/app/config.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "connectors/catalogue.h"
#include "src/base/file.h"
#include "src/base/text.h"
#include "src/net/mail.h"

namespace heed {
namespace {

constexpr std::uint64_t kMaxSecret = 64 * 1024;
constexpr seconds kMostLookBack = days{366};  // of a source's first reading

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= 40 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// "%23OakmoorSchool+fight" -> "#OakmoorSchool fight": in a query, "+" is a space.
std::string QueryDecode(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return UrlDecode(spaced);
}

class Reader {
 public:
  Reader(const Environment& environment, std::vector<Mistake>& advice) : environment_(environment), advice_(advice) {}

  void Read(TomlTable root, Config& config) {
    config_ = &config;
    const auto folder = [&](std::string_view key) {
      const auto path = root.String(key);
      return path && !path->empty() ? Resolve(config.folder, *path) : std::string();
    };
    config.lexicons = folder("lexicons");
    config.data = folder("data");
    if (!config.lexicons.empty() && !Exists(config.lexicons)) root.Complain("lexicons", "no such folder: " + config.lexicons);
    config.timezone = root.String("timezone").value_or(config.timezone);
    if (!Exists("/usr/share/zoneinfo/" + config.timezone) || config.timezone.empty() || config.timezone.find("..") != std::string::npos)
      root.Complain("timezone", Quoted(config.timezone) + " is not a time zone this system knows; write \"Europe/London\"");
    config.contact = root.String("contact").value_or("");

    auto evidence = root.Table("evidence");
    if (evidence) {
      config.evidence.authorities = evidence->Strings("authorities");
      for (const auto& url : config.evidence.authorities)
        if (const auto origin = UrlOrigin(url); !origin) evidence->Complain("authorities", origin.error().message());
      if (const auto file = evidence->String("certificates"); file && !file->empty()) {
        config.evidence.certificates = Resolve(config.folder, *file);
        if (!Exists(config.evidence.certificates)) evidence->Complain("certificates", "no such file: " + config.evidence.certificates);
      }
      config.evidence.pictures = evidence->Bool("pictures").value_or(true);
      config.evidence.videos = evidence->Bool("videos").value_or(true);
      if (const auto every = evidence->String("anchor_every")) {
        const auto length = ParseDuration(*every);
        if (*every == "never") config.evidence.anchor_every.reset();
        else if (!length || *length < hours{1} || *length > days{31}) evidence->Complain("anchor_every", Quoted(*every) + " is not a length of time between 1h and 31d, nor \"never\"");
        else config.evidence.anchor_every = *length;
      }
      config.evidence.heads_to = evidence->Strings("heads_to");
      for (const auto& address : config.evidence.heads_to)
        if (!IsMailAddress(address)) evidence->Complain("heads_to", Quoted(address) + " is no mail address; write \"governor@oakmoor.example\"");
      if (!config.evidence.heads_to.empty() && !config.evidence.anchor_every) evidence->Complain("heads_to", "nothing is mailed where anchor_every is \"never\"");
    }
    if (auto console = root.Table("console")) ReadConsole(*console, config.console);

    for (auto& table : root.Tables("school")) ReadSchool(table);
    if (auto alarm = root.Table("alarm")) ReadAlarm(*alarm, config);
    if (evidence) {
      if (!config.evidence.heads_to.empty() && config.alarm.smtp.empty()) evidence->Complain("heads_to", "mail needs a server: [alarm] smtp = \"smtps://smtp.example:465\", mail_from and mail_to");
      evidence->Done();
    }
    if (config.schools.empty()) root.Complain("there is no [[school]]; the least is: [[school]] id = \"oakmoor\", name = \"Oakmoor School\"");
    for (auto& table : root.Tables("source")) ReadSource(table);
    if (auto retention = root.Table("retention")) ReadRetention(*retention, config);
    HoldToTerms(config);
    if (config.sources.empty())
      advice_.push_back({root.place(), "there is no [[source]], so nothing will be scanned; `heed sources` lists what there is"});
    root.Done();
  }

 private:
  void ReadDays(TomlTable& table, std::string_view key, days& into, days most) {
    const auto text = table.String(key);
    if (!text) return;
    const auto length = ParseDuration(*text);
    if (!length || *length < days{1} || *length > most)
      table.Complain(key, Quoted(*text) + " is not a length of time between 1d and " + std::to_string(most.count()) + "d");
    else
      into = std::chrono::floor<days>(*length);
  }

  void ReadRetention(TomlTable& table, Config& config) {
    auto& limits = config.retention;
    ReadDays(table, "unflagged", limits.unflagged, days{365});
    ReadDays(table, "closed", limits.closed, days{6 * 366});
    ReadDays(table, "gone", limits.gone, days{366});
    ReadDays(table, "audit", config.keep_audit, days{6 * 366});
    for (const auto& source : config.sources) {
      const days most = source.card && source.enabled ? source.card->keep_at_most : days{0};
      if (most == days{0} || limits.unflagged <= most) continue;
      table.Complain("unflagged", "source " + Quoted(source.spec.id) + " reads " + std::string(source.card->name) + ", whose terms let what is read be stored for " + std::to_string(most.count()) +
                                      " days at most: write unflagged = \"" + std::to_string(most.count()) + "d\" or less");
      break;
    }
    table.Done();
  }

  // What a platform's terms say about time, of cases (app/refresh.h).
  void HoldToTerms(const Config& config) {
    for (const auto& source : config.sources) {
      const days most = source.card && source.enabled ? source.card->keep_at_most : days{0};
      if (most == days{0} || config.retention.closed <= most) continue;
      const auto limit = std::to_string(most.count());
      advice_.push_back({source.place, "source " + Quoted(source.spec.id) + ": the terms of " + std::string(source.card->name) + " let what is read be stored for " + limit + " days unless it is read again, and closed cases are kept " +
                                           std::to_string(config.retention.closed.count()) + " days: heed reads their posts again in that time, and takes away the words of those that are gone or cannot be read. For a case that must last make your own capture of the page (heed capture add CASE FILE), or put it under a legal hold; or write closed = \"" +
                                           limit + "d\" in [retention]"});
    }
  }

  void ReadConsole(TomlTable& table, ConsoleSettings& console) {
    console.enabled = table.Bool("enabled").value_or(true);
    console.address = table.String("address").value_or(console.address);
    if (const auto port = table.Int("port")) {
      if (*port < 0 || *port > 65535) table.Complain("port", "a port is a number from 1 to 65535 (0: any that is free)");
      else console.port = static_cast<std::uint16_t>(*port);
    }
    console.url = table.String("url").value_or("");
    while (console.url.ends_with('/')) console.url.pop_back();
    const bool https = console.url.starts_with("https://");
    if (!console.url.empty()) {
      const auto host = console.url.find("://");
      if ((!https && !console.url.starts_with("http://")) || console.url.find_first_of("/?#@ ", host + 3) != std::string::npos || console.url.size() == host + 3)
        table.Complain("url", Quoted(console.url) + " is not an address browsers can use; write \"https://heed.oakmoor.example\", without a path");
    }
    const bool loopback = console.address.starts_with("127.") || console.address == "::1";
    if (!loopback && !https)
      table.Complain("address", "passwords would cross the network in the clear: leave the address at 127.0.0.1, put a reverse proxy with a certificate in front, and "
                                "write url = \"https://...\" as browsers will see it");
    console.organisation = table.String("organisation").value_or("");
    console.trusted_proxies = ReadNames(table, "trusted_proxies");
    console.sign_in_header = LowerAscii(table.String("sign_in_header").value_or(""));
    if (!console.sign_in_header.empty() && console.trusted_proxies.empty())
      table.Complain("sign_in_header", "anybody could sign in as anybody: name the reverse proxy's address in trusted_proxies = [\"127.0.0.1\"]");
    console.second_factor = table.Bool("second_factor").value_or(true);
    if (auto oidc = table.Table("oidc")) ReadOidc(*oidc, console);
    if (!console.second_factor) advice_.push_back({table.PlaceOf("second_factor"), "a password alone will do to sign in; a second factor is what stops a stolen one"});
    table.Done();
  }

  void ReadOidc(TomlTable& table, ConsoleSettings& console) {
    OidcSettings oidc;
    oidc.issuer = table.Required("issuer");
    oidc.client_id = table.Required("client_id");
    SourceSpec secrets;
    ReadSecret(table, {"client_secret", SettingKind::kSecret, false, "", "what the sign-in service gave for this client"}, secrets);
    oidc.client_secret = secrets.String("client_secret");
    if (const auto label = table.String("label"); label && !Trim(*label).empty()) oidc.label = Trim(*label);
    if (oidc.label.size() > 60) table.Complain("label", "\"label\" is what the button says after \"Sign in with\"; keep it under 60 letters");
    oidc.subject_claim = table.String("subject_claim").value_or(oidc.subject_claim);
    oidc.trust_mail = table.Bool("trust_mail").value_or(false);
    oidc.second_factor = table.Strings("second_factor");
    oidc.acr_values = table.String("acr_values").value_or("");
    if (console.url.empty() && console.port == 0)
      table.Complain("people must come back to one fixed address: write url = \"https://...\" under [console], or a port");
    const std::string host = console.address.find(':') == std::string::npos ? console.address : "[" + console.address + "]";
    oidc.redirect_uri = (console.url.empty() ? "http://" + host + ":" + std::to_string(console.port) : console.url) + std::string(kOidcReturn);
    for (const auto& [key, what] : CheckOidcSettings(oidc)) table.Complain(key, what);
    for (const auto& value : oidc.second_factor)
      if (value.empty() || value == "pwd") table.Complain("second_factor", Quoted(value) + " says nothing of a second factor; write what the service says in \"amr\" or \"acr\", as \"mfa\"");
    table.Done();
    if (oidc.trust_mail)
      advice_.push_back({table.PlaceOf("trust_mail"), "whoever can choose the mail address of an account at the sign-in service can come in as the person it belongs to: only right where accounts' addresses are set by the school"});
    if (oidc.client_secret.empty() && oidc.issuer.starts_with("https://"))
      advice_.push_back({table.place(), "no \"client_secret_file\": right for a public client only, which the sign-in service must know heed as"});
    if (oidc.second_factor.empty() && !console.second_factor)
      advice_.push_back({table.place(), "neither heed nor the sign-in service is asked for a second factor: write second_factor = [\"mfa\"] here, or leave out second_factor = false above"});
    console.oidc = std::move(oidc);
  }

  // mail_to and webhook, of [alarm] or of one of its schools.
  void ReadPeople(TomlTable& table, AlarmPeople& into) {
    into.mail_to = table.Strings("mail_to");
    for (const auto& address : into.mail_to)
      if (!IsMailAddress(address)) table.Complain("mail_to", Quoted(address) + " is no mail address; write \"it@oakmoor.example\"");
    into.webhook = table.String("webhook").value_or("");
    if (!into.webhook.empty() && !UrlOrigin(into.webhook)) table.Complain("webhook", Quoted(into.webhook) + " is no web address; write \"https://hooks.example/heed\"");
    SourceSpec secrets;
    ReadSecret(table, {"webhook_secret", SettingKind::kSecret, !into.webhook.empty(), "", "what heed signs its messages with, so that nobody else can send them"}, secrets);
    into.webhook_secret = secrets.String("webhook_secret");
  }

  // [[alarm.school]]
  void ReadAlarmOfSchools(TomlTable& table, const Config& config, std::vector<AlarmPeople>& all) {
    AlarmPeople people;
    std::vector<std::string_view> known;
    for (const auto& school : config.schools) known.push_back(school.id);
    people.schools = table.Strings("schools");
    for (const auto& id : people.schools)
      if (std::ranges::find(known, id) == known.end()) table.Complain("schools", "there is no [[school]] with id = " + Quoted(id) + DidYouMean(id, known));
    std::ranges::sort(people.schools);
    people.schools.erase(std::unique(people.schools.begin(), people.schools.end()), people.schools.end());
    if (people.schools.empty()) table.Complain("schools", "name the schools these people are told of: schools = [" + Quoted(known.empty() ? "oakmoor" : known.front()) + "]");
    ReadPeople(table, people);
    if (people.mail_to.empty() && people.webhook.empty()) table.Complain("mail_to", "say who is told: \"mail_to\", \"webhook\", or both");
    if (std::ranges::any_of(all, [&](const AlarmPeople& other) { return other.schools == people.schools; })) table.Complain("schools", "these schools have a table already: put both into one");
    table.Done();
    all.push_back(std::move(people));
  }

  void ReadAlarm(TomlTable& table, Config& config) {
    AlarmSettings& into = config.alarm;
    ReadPeople(table, into.everything);
    for (auto& school : table.Tables("school")) ReadAlarmOfSchools(school, config, into.for_schools);
    const bool mail = !into.everything.mail_to.empty() || std::ranges::any_of(into.for_schools, [](const AlarmPeople& people) { return !people.mail_to.empty(); });
    into.mail_from = table.String("mail_from").value_or("");
    if (!into.mail_from.empty() && !IsMailAddress(into.mail_from)) table.Complain("mail_from", Quoted(into.mail_from) + " is no mail address; write \"heed@oakmoor.example\"");
    into.smtp = table.String("smtp").value_or("");
    if (!into.smtp.empty() && !into.smtp.starts_with("smtp://") && !into.smtp.starts_with("smtps://"))
      table.Complain("smtp", Quoted(into.smtp) + " is no mail server; write \"smtps://smtp.example:465\" or \"smtp://smtp.example:587\"");
    if (mail && (into.smtp.empty() || into.mail_from.empty())) table.Complain("mail_to", "mail needs \"smtp\" (the server) and \"mail_from\" (the sender's address) too");
    if (!mail && !into.smtp.empty()) table.Complain("smtp", "mail needs \"mail_to\" too: who is to be told");
    into.smtp_user = table.String("smtp_user").value_or("");
    into.smtp_plain = table.Bool("smtp_plain").value_or(false);
    SourceSpec secrets;
    ReadSecret(table, {"smtp_password", SettingKind::kSecret, !into.smtp_user.empty(), "", "the password of smtp_user"}, secrets);
    into.smtp_password = secrets.String("smtp_password");
    if (const auto failures = table.Int("failures")) {
      if (*failures < 1 || *failures > 1'000) table.Complain("failures", "\"failures\" must be from 1 to 1000");
      else into.failures = static_cast<std::uint32_t>(*failures);
    }
    const auto length = [&](std::string_view key, seconds& to) {
      const auto text = table.String(key);
      if (!text) return;
      if (const auto read = ParseDuration(*text)) to = *read;
      else table.Complain(key, Quoted(*text) + " is not a length of time; write 12h, 2d or 2w");
    };
    length("late", into.late);
    length("notice", into.notice);
    length("overdue", into.overdue);
    table.Done();
    if (!into.everything.mail_to.empty() || !into.everything.webhook.empty()) return;
    if (into.for_schools.empty()) {
      advice_.push_back({table.place(), "[alarm] has neither \"mail_to\" nor \"webhook\", so nobody is told of anything"});
      return;
    }
    std::string untold;
    for (const auto& school : config.schools)
      if (std::ranges::none_of(into.for_schools, [&](const AlarmPeople& people) { return std::ranges::find(people.schools, school.id) != people.schools.end(); })) untold += ", or of " + school.id;
    advice_.push_back({table.place(), "[alarm] itself has neither \"mail_to\" nor \"webhook\", so nobody is told of a full disk" + untold});
  }

  std::string ReadId(TomlTable& table, std::set<std::string>& taken) {
    const std::string id = table.Required("id");
    if (id.empty()) return id;
    if (!IsId(id)) table.Complain("id", Quoted(id) + " cannot be an id: lower-case letters, digits and \"-\", at most 40");
    else if (!taken.insert(id).second) table.Complain("id", "the id " + Quoted(id) + " is used twice");
    return id;
  }

  // Names as people type them: trimmed, empty ones and repeats dropped with a word.
  std::vector<std::string> ReadNames(TomlTable& table, std::string_view key, std::string_view strip = "") {
    std::vector<std::string> out;
    for (const auto& raw : table.Strings(key)) {
      std::string_view name = Trim(raw);
      if (!strip.empty() && !name.empty() && strip.find(name.front()) != std::string_view::npos) name.remove_prefix(1);
      if (name.empty()) {
        table.Complain(key, "an empty text in " + Quoted(key));
      } else if (std::none_of(out.begin(), out.end(), [&](const std::string& known) { return EqualsIgnoreCase(known, name); })) {
        out.emplace_back(name);
      }
    }
    return out;
  }

  void ReadSchool(TomlTable& table) {
    School school;
    school.id = ReadId(table, school_ids_);
    school.name = std::string(Trim(table.Required("name")));
    school.names = ReadNames(table, "names");
    if (!school.name.empty() &&
        std::none_of(school.names.begin(), school.names.end(), [&](const auto& name) { return EqualsIgnoreCase(name, school.name); }))
      school.names.insert(school.names.begin(), school.name);
    school.abbreviations = ReadNames(table, "abbreviations");
    school.nicknames = ReadNames(table, "nicknames");
    school.handles = ReadNames(table, "handles", "@");
    school.hashtags = ReadNames(table, "hashtags", "#");
    school.domains = ReadNames(table, "domains");
    school.places = ReadNames(table, "places");
    school.staff_roles = ReadNames(table, "staff_roles");
    for (const auto& tag : school.hashtags)
      if (tag.find(' ') != std::string::npos) table.Complain("hashtags", "the hashtag " + Quoted(tag) + " has a space in it");
    for (const auto& handle : school.handles)
      if (handle.find(' ') != std::string::npos) table.Complain("handles", "the handle " + Quoted(handle) + " has a space in it");
    for (const auto& domain : school.domains)
      if (domain.find('.') == std::string::npos || domain.find('/') != std::string::npos)
        table.Complain("domains", Quoted(domain) + " is not a web domain; write \"oakmoor.example\" without https:// or a path");
    for (const auto& name : school.names)
      if (name.size() < 4) table.Complain("names", "the name " + Quoted(name) + " is too short to tell the school apart; put it under abbreviations");

    for (auto& other : table.Tables("other")) {
      OtherSchool entry{other.Required("name"), ReadNames(other, "markers")};
      if (entry.markers.empty()) other.Complain("\"markers\" is missing: words that tell this other school apart, such as its town");
      other.Done();
      school.others.push_back(std::move(entry));
    }
    for (auto& person : table.Tables("staff")) {
      StaffName entry{std::string(Trim(person.Required("name"))), ""};
      const auto agreed = person.Date("agreed_on");
      if (!person.Has("agreed_on"))
        person.Complain("staff name " + Quoted(entry.name) + " has no \"agreed_on\": a name is looked for only once that person has agreed in writing; write the date of it");
      entry.agreed_on = agreed.value_or("");
      person.Done();
      RefusePersonAsInstitution(table, school, entry.name);
      school.staff.push_back(std::move(entry));
    }
    if (auto clauses = table.Table("clauses")) {
      for (const Category category : kCategories) {
        if (!clauses->Has(ToString(category))) continue;
        const auto clause = clauses->String(ToString(category));
        if (clause) school.clauses[category] = *clause;
      }
      std::vector<std::string_view> known;
      for (const Category category : kCategories) known.push_back(ToString(category));
      clauses->Done(known);
    }
    for (auto& term : table.Tables("term")) {
      Term entry{term.Date("starts").value_or(""), term.Date("ends").value_or("")};
      if (!term.Has("starts") || !term.Has("ends")) term.Complain("a term needs \"starts\" and \"ends\", both dates");
      if (!entry.starts.empty() && !entry.ends.empty() && entry.ends < entry.starts)
        term.Complain("ends", "the term ends (" + entry.ends + ") before it starts (" + entry.starts + ")");
      term.Done();
      school.terms.push_back(std::move(entry));
    }
    table.Done();
    if (school.places.empty() && school.others.empty())
      advice_.push_back({table.place(), "school " + Quoted(school.id) +
                                            " has no \"places\": with its town named, posts about another school of the same name are told apart better"});
    config_->schools.push_back(std::move(school));
  }

  // A person's name in a list that searches are made from would make it a search for a person.
  void RefusePersonAsInstitution(TomlTable& table, const School& school, std::string_view person) {
    std::string joined;
    for (const char c : person)
      if (c != ' ' && c != '.') joined += c;
    const auto check = [&](std::string_view key, const std::vector<std::string>& list) {
      for (const auto& entry : list)
        if (EqualsIgnoreCase(entry, person) || EqualsIgnoreCase(entry, joined))
          table.Complain(key, Quoted(entry) + " is a person listed under [[school.staff]]; heed searches for the school, never for a person");
    };
    check("names", school.names);
    check("abbreviations", school.abbreviations);
    check("nicknames", school.nicknames);
    check("hashtags", school.hashtags);
  }

  void ReadSource(TomlTable& table) {
    SourceEntry entry{.spec = {}, .schedule = *Schedule::Every("30m")};
    entry.place = table.place();
    entry.spec.id = ReadId(table, source_ids_);
    if (entry.spec.id == "tip") table.Complain("id", "the id \"tip\" is taken: it is the source of what staff hand in");
    entry.spec.school = table.Required("school");
    std::vector<std::string_view> school_ids;
    for (const auto& school : config_->schools) school_ids.push_back(school.id);
    const auto found = std::find(school_ids.begin(), school_ids.end(), entry.spec.school);
    if (found != school_ids.end()) entry.school = static_cast<std::size_t>(found - school_ids.begin());
    else if (!entry.spec.school.empty())
      table.Complain("school", "there is no school with the id " + Quoted(entry.spec.school) + DidYouMean(entry.spec.school, school_ids));

    ReadSchedule(table, entry);
    entry.enabled = table.Bool("enabled").value_or(true);
    if (!entry.enabled) entry.off_because = "switched off: enabled = false";
    const bool accepted = table.Bool("accept_terms").value_or(false);

    entry.spec.connector = table.Required("connector");
    entry.card = FindConnector(entry.spec.connector);
    if (!entry.card) {
      std::vector<std::string_view> names;
      for (const auto* card : Catalogue()) names.push_back(card->name);
      if (!entry.spec.connector.empty()) {
        std::string all;
        for (const auto name : names) all += (all.empty() ? "" : ", ") + std::string(name);
        const std::string meant = DidYouMean(entry.spec.connector, names);
        table.Complain("connector", "there is no connector " + Quoted(entry.spec.connector) + (meant.empty() ? "; there are: " + all : meant));
      }
      return;  // without the card nobody can say which keys are right
    }
    entry.spec.connector = std::string(entry.card->name);
    for (const Setting& setting : entry.card->settings) ReadSetting(table, setting, entry.spec);
    entry.terms_accepted = accepted;
    if (entry.card->reports || entry.card->hides) {
      const auto most = table.Int("reports_per_day");
      if (most && (*most < 0 || *most > 1000)) table.Complain("reports_per_day", "\"reports_per_day\" must be 0 (nothing leaves) to 1000");
      else if (most) entry.reports_per_day = static_cast<std::uint32_t>(*most);
    }
    if (entry.card->terms_must_be_accepted && !accepted) {
      entry.enabled = false;
      entry.off_because = "its terms are not accepted: read them in `heed sources`, then set accept_terms = true";
    }
    if (found != school_ids.end()) CheckQueries(table, entry.spec, config_->schools[entry.school]);
    table.Done();
    config_->sources.push_back(std::move(entry));
  }

  void ReadSchedule(TomlTable& table, SourceEntry& entry) {
    const auto every = table.String("every");
    const auto cron = table.String("cron");
    if (every && cron) table.Complain("cron", "\"every\" and \"cron\" are both set; one of them is meant");
    if (!every && !cron) return;
    auto schedule = every ? Schedule::Every(*every) : Schedule::Cron(*cron);
    if (schedule) entry.schedule = *std::move(schedule);
    else table.Complain(every ? "every" : "cron", schedule.error().message());
  }

  void ReadSetting(TomlTable& table, const Setting& setting, SourceSpec& spec) {
    const std::string key(setting.key);
    const auto missing = [&] { table.Complain("\"" + key + "\" is missing: " + std::string(setting.help)); };
    switch (setting.kind) {
      case SettingKind::kText:
      case SettingKind::kPath:
      case SettingKind::kDuration: {
        auto value = table.String(key);
        const bool given = value.has_value();
        if (!value && !table.Has(key) && !setting.default_value.empty()) value = std::string(setting.default_value);
        if (!value || value->empty()) {
          if (setting.required && !table.Has(key)) missing();
          else if (setting.required && value) table.Complain(key, Quoted(key) + " is empty");
          return;
        }
        if (setting.kind == SettingKind::kDuration && !ParseDuration(*value))
          table.Complain(key, Quoted(*value) + " is not a length of time; write 15m, 2h or 7d");
        else if (setting.kind == SettingKind::kDuration && key == "look_back" && *ParseDuration(*value) > kMostLookBack)
          table.Complain(key, Quoted(*value) + " is further back than a year, the most a first reading may go: people could not look at what it would bring");
        if (setting.kind == SettingKind::kPath) {
          *value = Resolve(config_->folder, *value);
          if (given && !Exists(*value)) table.Complain(key, "no such file or folder: " + *value);
        }
        spec.settings[key] = *std::move(value);
        return;
      }
      case SettingKind::kNumber: {
        auto value = table.Int(key);
        if (!value && !table.Has(key) && !setting.default_value.empty()) value = std::atoll(std::string(setting.default_value).c_str());
        if (value && *value < 1) table.Complain(key, Quoted(key) + " must be 1 or more");
        if (value) spec.settings[key] = *value;
        else if (setting.required && !table.Has(key)) missing();
        return;
      }
      case SettingKind::kYesNo: {
        auto value = table.Bool(key);
        if (!value && !setting.default_value.empty()) value = setting.default_value == "true" || setting.default_value == "yes";
        if (value) spec.settings[key] = *value;
        else if (setting.required && !table.Has(key)) missing();
        return;
      }
      case SettingKind::kList: {
        auto value = table.Strings(key);
        if (setting.required && !table.Has(key)) missing();
        else if (setting.required && value.empty()) table.Complain(key, Quoted(key) + " is empty");
        // Left out means the connector's own choice; an empty list means none, and is kept.
        if (table.Has(key)) spec.settings[key] = std::move(value);
        return;
      }
      case SettingKind::kSecret: return ReadSecret(table, setting, spec);
    }
  }

  void ReadSecret(TomlTable& table, const Setting& setting, SourceSpec& spec) {
    const std::string key(setting.key), file_key = key + "_file", env_key = key + "_env";
    if (table.Has(key)) {
      table.String(key);  // known, so that it is not reported twice
      table.Complain(key, "a secret must not be written here: put it in a file only heed can read and write " + file_key +
                              " = \"path\", or in an environment variable and write " + env_key + " = \"NAME\"");
    }
    const auto file = table.String(file_key);
    const auto variable = table.String(env_key);
    if (file && variable) table.Complain(env_key, Quoted(file_key) + " and " + Quoted(env_key) + " are both set; one of them is meant");
    if (file) {
      auto secret = ReadFile(Resolve(config_->folder, *file), kMaxSecret);
      if (!secret) table.Complain(file_key, "cannot read the secret: " + secret.error().message());
      else if (Trim(*secret).empty()) table.Complain(file_key, "the file holds no secret: " + Resolve(config_->folder, *file));
      else spec.settings[key] = std::string(Trim(*secret));
    } else if (variable) {
      const auto secret = environment_(*variable);
      if (!secret || Trim(*secret).empty()) table.Complain(env_key, "the environment variable " + Quoted(*variable) + " is not set");
      else spec.settings[key] = std::string(Trim(*secret));
    } else if (setting.required) {
      table.Complain("\"" + file_key + "\" (or \"" + env_key + "\") is missing: " + std::string(setting.help));
    }
  }

  // Every query that would leave the school names the school.
  void CheckQueries(TomlTable& table, const SourceSpec& spec, const School& school) {
    for (const auto& query : spec.Strings("queries"))
      if (const auto fine = CheckQuery(query, school); !fine) table.Complain("queries", fine.error().message());
    for (const auto& tag : spec.Strings("hashtags"))
      if (const auto fine = CheckQuery("#" + std::string(tag.substr(tag.rfind('#') + 1)), school); !fine)
        table.Complain("hashtags", fine.error().message());
    // A search written into a feed's address is a query like any other.
    const std::string url = spec.String("url");
    const auto question = url.find('?');
    if (question == std::string::npos) return;
    for (const auto pair : Split(std::string_view(url).substr(question + 1), '&')) {
      const auto equals = pair.find('=');
      const auto name = pair.substr(0, equals);
      if (equals == std::string_view::npos || (name != "q" && name != "query" && name != "search" && name != "s")) continue;
      if (const auto fine = CheckQuery(QueryDecode(pair.substr(equals + 1)), school); !fine) table.Complain("url", fine.error().message());
    }
  }

  const Environment& environment_;
  std::vector<Mistake>& advice_;
  Config* config_ = nullptr;
  std::set<std::string> school_ids_, source_ids_;
};

}  // namespace

const SourceEntry* Config::FindSource(std::string_view id) const {
  for (const auto& source : sources)
    if (source.spec.id == id) return &source;
  return nullptr;
}

ConfigReading ReadConfig(std::string_view text, const std::string& file, const Environment& environment) {
  ConfigReading reading;
  auto root = ParseToml(text, file, reading.mistakes);
  if (!root) return reading;
  Config config;
  config.file = file;
  config.folder = FolderOf(file);
  Reader(environment, reading.advice).Read(*root, config);
  std::stable_sort(reading.mistakes.begin(), reading.mistakes.end(),
                   [](const Mistake& a, const Mistake& b) { return std::tie(a.where.line, a.where.column) < std::tie(b.where.line, b.where.column); });
  if (reading.mistakes.empty()) reading.config = std::move(config);
  return reading;
}

std::string UserAgent(const Config& config) {
  std::string agent = "heed/" HEED_VERSION;
  if (!config.contact.empty()) agent += " (+" + config.contact + ")";
  return agent;
}

Result<ConfigReading> LoadConfig(const std::string& file) {
  const std::string text = HEED_TRY(ReadFile(file, 4 << 20));
  return ReadConfig(text, file, [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  });
}

}  // namespace heed
