// A source: one place one school's mentions come from, as configured, and how it has been doing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/cursor.h"

namespace heed {

using SettingValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

// The [[source]] table.  `settings` were checked against the connector's card, defaults filled in, secrets
// already read from their file or environment variable, and relative paths resolved against the
// configuration's folder.
struct SourceSpec {
  std::string id;         // stable: [a-z0-9-]{1,40}
  std::string school;     // School::id
  std::string connector;  // ConnectorCard::name
  std::map<std::string, SettingValue, std::less<>> settings;

  std::string String(std::string_view key) const;               // "" when absent
  std::int64_t Int(std::string_view key, std::int64_t otherwise) const;
  bool Bool(std::string_view key, bool otherwise) const;
  std::vector<std::string> Strings(std::string_view key) const; // empty when absent
};

// A stretch of time (or of pages) that was not read: what could not be looked at is never "nothing there".
struct Gap {
  std::optional<Instant> from, until;  // half open; nullopt = not known
  std::string why;                     // "stopped at the cap of 20 pages for \"Oakmoor School\""

  bool operator==(const Gap&) const = default;
};

// How a source has been doing.  Written with every commit and after every failure.
struct SourceState {
  Cursor cursor;
  std::optional<Instant> last_attempt, last_success;
  std::optional<Instant> not_before;  // rate limit or back-off: nobody asks earlier, a restart included
  std::optional<Fault> fault;         // of the last attempt; nullopt = it went well
  std::string message;                // in plain words, with a next step
  std::uint32_t failures = 0;         // in a row
  std::uint64_t posts_read = 0;       // since the store was made
  std::uint64_t posts_mentioning = 0;
  std::vector<Gap> gaps;              // newest last, at most kMaxGaps kept; older ones are merged
  static constexpr std::size_t kMaxGaps = 50;
  std::optional<Instant> sign_in_ends; // when the platform says that the token or key stops working
  std::string quota;                   // what is left of the platform's allowance, in plain words; "" = not told
  // How often it usually brings something new, so that an unusual silence is noticed: the end of the last run that
  // did, how many runs have, and the longest time between two of them (forgotten slowly).
  std::optional<Instant> last_news;
  std::uint32_t times_news = 0;
  seconds longest_quiet{0};

  bool operator==(const SourceState&) const = default;
};

}  // namespace heed
