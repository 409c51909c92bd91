// Mail out, by SMTP: the one way heed writes to people outside its own pages.  libcurl speaks it.
//
// A connection that is not encrypted is refused unless the configuration says `smtp_plain = true`: a password and the name of a
// school in trouble should not cross a network in the clear.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

struct MailServer {
  std::string url;             // "smtps://smtp.example:465", "smtp://smtp.example:587"
  std::string user, password;  // "" = none is asked for
  bool plain = false;          // smtp:// without encryption is fine
  std::string ca_file;         // empty: the system's
};

struct Mail {
  std::string from;            // "heed@oakmoor.example"
  std::vector<std::string> to;
  std::string subject, text;   // UTF-8
  Instant date{};
  std::string id;              // the left part of the Message-ID; the same for the same message, so that a repeat can be told
};

// Whether it can stand where a mail address is meant: one "@", nothing that could end a line or begin another address.
bool IsMailAddress(std::string_view text);

// The subject as a header line has it (RFC 2047 where it is not plain ASCII); never more than one line of it from outside.
std::string EncodeSubject(std::string_view text);

// kInvalid (addresses, the server's address), kSignIn (user or password refused), kDenied (the server will not take it, or would only
// unencrypted), kUnavailable (no connection, time-out).
Done SendMail(const MailServer& server, const Mail& mail);

}  // namespace heed
