// The configuration: which schools, which sources, where things lie.  TOML; every mistake is named.
//
// Reading it touches no network and no store; it does read the files and environment variables that hold
// secrets, because a secret that cannot be read is a mistake too.  Secrets are never printed.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "src/access/oidc.h"
#include "src/app/schedule.h"
#include "src/base/toml.h"
#include "src/model/school.h"
#include "src/model/source.h"
#include "src/store/store.h"

namespace heed {

struct SourceEntry {
  SourceSpec spec;
  const ConnectorCard* card = nullptr;
  std::size_t school = 0;  // index into Config::schools
  Schedule schedule;
  bool enabled = true;
  std::string off_because;  // why not enabled, in plain words
  bool terms_accepted = false;         // accept_terms = true; needed for reports whatever the connector
  std::uint32_t reports_per_day = 20;  // in any 24 hours, through this account
  Place place;
};

// [evidence]
struct EvidenceSettings {
  std::vector<std::string> authorities;  // addresses of time-stamp authorities (RFC 3161)
  std::string certificates;              // PEM file of those trusted; empty: the system's, and an unknown one is told of
  bool pictures = true, videos = true;   // fetch those of posts that were decided to be a breach (app/media.h)
  std::optional<seconds> anchor_every{days{1}};  // how often `heed serve` has the chain's head time-stamped; nullopt: never
  std::vector<std::string> heads_to;     // who is mailed that head as often, outside the school's own computers; see app/head_mail.h
};

// [console]: the pages staff see in a browser.
struct ConsoleSettings {
  bool enabled = true;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8420;        // 0: any that is free
  std::string url;                  // how browsers reach it where that is not address and port: "https://heed.oakmoor.example"
  std::string organisation;         // in the header; "" = the only school's name
  std::vector<std::string> trusted_proxies;  // addresses whose X-Forwarded-For and sign-in header count
  std::string sign_in_header;       // in small letters; "" = off
  bool second_factor = true;
  std::optional<OidcSettings> oidc;  // [console.oidc]: school accounts; redirect_uri is made of `url`, or of address and port
};

// Who is told, and by what.
struct AlarmPeople {
  std::vector<std::string> schools;  // ids, sorted: of what concerns one of them alone.  Empty: of everything, a full disk too
  std::vector<std::string> mail_to;
  std::string webhook, webhook_secret;
};

// The [alarm] table: who is told when heed cannot do its work (app/alarm.h), and from when on.
struct AlarmSettings {
  AlarmPeople everything;                // mail_to and webhook of [alarm] itself
  std::vector<AlarmPeople> for_schools;  // [[alarm.school]]
  std::string mail_from, smtp, smtp_user, smtp_password;
  bool smtp_plain = false;   // smtp:// without encryption
  std::uint32_t failures = 3;       // in a row
  seconds late{days{1}};            // past a source's schedule
  seconds notice{days{14}};         // before a token or key ends
  seconds overdue{days{2}};         // that cases wait, Saturdays and Sundays not counted
};

struct Config {
  std::string file, folder;  // the file as named, and its folder for relative paths
  std::string lexicons;      // folder; empty: the ones heed came with
  std::string data;          // folder; empty: decided by the command line
  std::string timezone = "Europe/London";
  std::string contact;       // put into the User-Agent so that a platform can reach the school
  std::vector<School> schools;
  std::vector<SourceEntry> sources;
  EvidenceSettings evidence;
  ConsoleSettings console;
  AlarmSettings alarm;       // [alarm]
  ExpiryLimits retention;    // [retention]; what is left out stays as the store has it

  days keep_audit{730};      // [retention] audit: rows of the audit trail

  const SourceEntry* FindSource(std::string_view id) const;
};

struct ConfigReading {
  std::optional<Config> config;  // absent when there is a mistake
  std::vector<Mistake> mistakes;
  std::vector<Mistake> advice;   // works, but a person would want to know
};

// `environment` answers an environment variable's value.  `file` names the text in mistakes, and its folder is
// what relative paths count from.
using Environment = std::function<std::optional<std::string>(const std::string&)>;
ConfigReading ReadConfig(std::string_view text, const std::string& file, const Environment& environment);

// How heed names itself to platforms: "heed/0.1", and the configuration's contact where there is one.
std::string UserAgent(const Config& config);

// From the disk and the process's own environment.  kNotFound when there is no such file.
Result<ConfigReading> LoadConfig(const std::string& file);

}  // namespace heed
