// The custody chain's head, mailed to somebody outside: a governor who keeps the message can tell later whether the chain was
// taken back or written anew, with `heed audit verify --head`, whatever has become of the computer heed runs on.
//
// Sent every [evidence] anchor_every where something has happened since, by the mail server of [alarm]; it holds a number, a time and
// a digest, and nobody's words.  data/anchors/mailed.json says what was mailed last, so a restart repeats nothing; sending comes
// before writing that down, so a crash in between repeats one message under the same Message-ID.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "src/app/config.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/net/mail.h"
#include "src/store/store.h"

namespace heed {

class HeadMail {
 public:
  using MailSender = std::function<Done(const MailServer&, const Mail&)>;
  // All outlive it.  One thread at a time.
  HeadMail(const Config& config, std::string data, const Store& store, const Clock& clock, MailSender mail = SendMail);

  // Mails the head where that is due, and says which event it was: 0 for none.  An error is tried again by later calls, later and later.
  Result<std::uint64_t> Look();

 private:
  const Config& config_;
  const std::string data_;
  const Store& store_;
  const Clock& clock_;
  const MailSender mail_;
  bool read_ = false;                // whether `last_` is what the folder says
  std::optional<Instant> last_;
  std::uint64_t sequence_ = 0;       // the event mailed then
  std::uint32_t failures_ = 0;       // since
  Instant not_before_{};
};

// "123:hex", as the mail and `heed audit verify --head` write it.
struct WrittenHead {
  std::uint64_t sequence = 0;
  Digest hash{};
};
std::string ToString(const WrittenHead& head);
std::optional<WrittenHead> ParseHead(std::string_view text);

}  // namespace heed
