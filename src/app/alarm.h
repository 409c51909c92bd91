// Alarms: somebody is told when heed cannot do its work, once, and again when it is over.
//
//   [alarm]
//   mail_to   = ["it@oakmoor.example"]      mail_from = "heed@oakmoor.example"
//   smtp      = "smtps://smtp.example:465"  smtp_user = "heed"   smtp_password_file = "secrets/smtp"
//   webhook   = "https://hooks.example/heed"                     webhook_secret_env = "HEED_WEBHOOK"
//   failures  = 3   late = "1d"   notice = "14d"   overdue = "2d"
//
//   [[alarm.school]]                        # a trust's schools: their own people, of their own sources and cases only
//   schools   = ["oakmoor"]                 mail_to = ["office@oakmoor.example"]      # or webhook, or both
//
// What people were told is kept in the store, so a restart repeats nothing.  A channel that fails is tried again, later and
// later; what it has not told yet stays to be told.  Sending comes before writing down that it was sent: a crash in between repeats one message, and both
// carry the same Message-ID and Heed-Delivery.
//
// A webhook is a POST of JSON:
//   {"at", "test", "raised": [{"key", "since", "words", "todo"}], "over": [{"key", "since", "words"}]}
// with Heed-Timestamp (Unix seconds) and Heed-Signature: "v1=" and, in hex, HMAC-SHA256 with the secret over timestamp "." body.
// Whoever receives it checks the signature, refuses timestamps older than some minutes, and ignores a Heed-Delivery seen before.
// Neither holds anybody's posts.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "src/app/config.h"
#include "src/app/health.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/told.h"
#include "src/net/http.h"
#include "src/net/mail.h"
#include "src/store/store.h"

namespace heed {

// The mail server of [alarm].
MailServer MailServerOf(const AlarmSettings& settings);

// "v1=<hex>"
std::string SignWebhook(std::string_view secret, std::string_view timestamp, std::string_view body);

class Alarms {
 public:
  using MailSender = std::function<Done(const MailServer&, const Mail&)>;
  // One way to some people.
  struct Channel {
    std::string name;           // "mail", "webhook"; "mail of oakmoor" of one school's people: kept with what they were told
    const AlarmPeople* people;  // of the configuration
    bool mail;                  // else by web hook
    unsigned failures = 0;
    Instant not_before{};
  };
  // Troubles that somebody else knows of; each call gives those that last.
  using Others = std::function<std::vector<Trouble>()>;
  // All outlive it.  One thread at a time.
  Alarms(const Config& config, Store& store, HttpClient& http, const Clock& clock, std::string data, MailSender mail = SendMail, Others others = {});

  // Looks for troubles and tells what is new or over.  What could not be looked at or told is the error; it is tried again
  // by later calls.  How many channels were written to.
  Result<std::size_t> Look();

  // A test message over every configured channel: what went wrong with each, or nothing.  kInvalid when none is configured.
  static Result<std::vector<std::string>> Test(const Config& config, HttpClient& http, const Clock& clock, const MailSender& mail = SendMail);

 private:
  const Config& config_;
  Store& store_;
  HttpClient& http_;
  const Clock& clock_;
  const std::string data_;
  const MailSender mail_;
  const Others others_;
  std::vector<Channel> channels_;
};

// For a LookThread: looks, and logs failures, the same one once.
std::function<void()> Telling(Alarms& alarms);

}  // namespace heed
