// The grammar of the store's keys, byte for byte.  DO NOT CHANGE: bump Store::kSchema and migrate.
//
// Numbers are big-endian, so that the order of bytes is the order of numbers; `name:n` is n bytes; school and
// source ids are [a-z0-9-] and end with a zero byte where something follows.  There is no key by author.
//
//   meta      "schema"                                     -> schema:4
//             "head"                                       -> last event's sequence:8 hash:32, last case id:8
//             "audit"                                    -> last audit row's sequence:8 hash:32
//             "told"                                       -> what people were told of, a list of Told
//             "rewrite"                                    -> nothing; there while erased bytes may still be in files
//   sources   source id                                    -> SourceState
//   posts     school 0x00 SHA-256(global id):32            -> PostRow: which versions, which case
//   versions  school 0x00 SHA-256(global id):32 number:4   -> Post, Assessment, source, when   (number from 1)
//   cases     case id:8                                    -> Case
//   queue     school 0x00 state:1 255-rank:1 posted at:8 case id:8   -> categories:1 unjudged:1 burst:8 and more
//             (open cases only; rank is QueueRank(); posted at is microseconds since 1970, as signed with the
//             top bit flipped; bit n of categories is Category n; burst is 0 where none was given; the rest is in glance.h)
//   events    sequence:8                                   -> Event
//   history   case id:8 sequence:8                         -> nothing
//   expiry    class:1 day:4 key                            -> nothing
//             (day since 1970 on which the time began to run; how long it runs is configuration)
//             class 1: posts without a case, key as in posts; day it was last changed
//             class 2: closed cases, case id:8; day of closing
//             class 3: open cases, case id:8; day of opening or reopening
//             class 4: cases with a report to send or a reported post to look at, case id:8; day of NextInOutbox()
//             (found anew from the case whenever it changes)
//             class 6: cases whose post is gone from its platform and is still kept here, case id:8; day of GoneSince()
//             class 5: cases under a legal hold, case id:8; day of its review.  A closed one that came due meanwhile has lost its entry
//             of class 2; it has one again from the change that released it
//   rules     "r" school 0x00 rule id                      -> RuleRecord
//             "s" number:8                                 -> RuleStretch   (of the whole installation; the last few)
//             "p" rule id                                  -> PausedRule
//   people    person id                                    -> Person
//   sessions  SHA-256(what stands in the cookie):32        -> Session
//   audit     sequence:8                                   -> AuditRow
//   captures  case id:8 sequence:8                         -> the bytes kept beside that event
//   papers    name 0x00 number:4                           -> Paper   (number from 1)
//   alike     "c" case id:8                                -> AlikeRow: its burst, its signature
//             "b" burst:8                                  -> posted at:8 of its first case, members:4   (the burst's number is that case's)
//             "m" burst:8 255-rank:1 posted at:8 case id:8 -> snoozed until:8 tie:1, 0 = not   (cases in state queued only)
//             "w" school 0x00 hash:8 posted at:8 case id:8 -> burst:8   (of one band of its words)
//             "l" school 0x00 hash:8 posted at:8 case id:8 -> burst:8   (of one link)
//             "t" school 0x00 hash:8 posted at:8 SHA-256(global id):32 -> nothing   (of what the post answers; posts without a case, too)
//             (hashes are the first 8 bytes of a SHA-256; found anew from the post when it is forgotten)
//   desks     "p" person id                                -> Preferences
//             "b" batch id                                 -> Batch
//             "s" school id                                -> lists its staff share, of SavedView   (an older heed of this schema does not look)
//
// Schema 1 had no `rules` and nothing below; schema 2 no `alike`, no `desks` and no bursts in the queue; schema 3 nothing behind the
// burst there.  A family that an older heed did not have is made when the store is opened for writing.
//
// Values: src/store/codec.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/time.h"
#include "src/model/case.h"

namespace heed::keys {

// Column families; the default one is RocksDB's own and stays empty.
enum Family : std::size_t { kDefault, kMeta, kSources, kPosts, kVersions, kCases, kQueue, kEvents, kHistory, kExpiry, kRules, kPeople, kSessions, kAudit, kCaptures, kPapers, kAlike, kDesks };
inline constexpr const char* kFamilies[] = {"default", "meta", "sources", "posts", "versions", "cases", "queue", "events", "history", "expiry", "rules", "people", "sessions", "audit", "captures", "papers", "alike", "desks"};

// How many of them the store of schema 1 had.
inline constexpr std::size_t kFamiliesOfSchema1 = 10;

inline constexpr std::string_view kSchemaKey = "schema", kHeadKey = "head", kRewriteKey = "rewrite", kAuditKey = "audit", kToldKey = "told";

enum class Expires : std::uint8_t { kPost = 1, kClosedCase = 2, kOpenCase = 3, kOutbox = 4, kHold = 5, kGone = 6 };

// Whether a text may stand in a key as a school's or source's id.
bool IsId(std::string_view id);

void AppendU32(std::string& out, std::uint32_t number);
void AppendU64(std::string& out, std::uint64_t number);
// The number at `at`; 0 where the bytes end before it does.
std::uint32_t ReadU32(std::string_view bytes, std::size_t at = 0);
std::uint64_t ReadU64(std::string_view bytes, std::size_t at = 0);

std::string School(std::string_view school);  // the prefix of a school's rows in posts, versions and queue
std::string_view SchoolOf(std::string_view key);   // of a key that begins with it
std::string Post(std::string_view school, std::string_view global_id);
std::string Version(std::string_view post_key, std::uint32_t number);
std::string Case(CaseId id);
std::string Event(std::uint64_t sequence);
std::string Paper(std::string_view name, std::uint32_t number);
std::string PaperPrefix(std::string_view name);
std::string History(CaseId id, std::uint64_t sequence);

std::string Rule(std::string_view school, std::string_view rule);
std::string RulePrefix(std::string_view school);
std::string Stretch(std::uint64_t number);
std::string Paused(std::string_view rule);
inline constexpr std::string_view kStretchPrefix = "s", kPausedPrefix = "p";

std::string Queue(const heed::Case& c);
// The burst of its value; 0 where there is none.
CaseId BurstOfQueueValue(std::string_view value);
struct QueueEntry {
  std::string_view school;
  std::string_view order;  // what is compared between schools: state, rank, posted at, case id
  CaseState state;
  CaseId id;
};
// nullopt for a key this file did not make.
std::optional<QueueEntry> ParseQueue(std::string_view key);

// --- alike

std::string Alike(CaseId id);
std::string BurstRow(CaseId burst);
std::string MemberPrefix(CaseId burst);
std::string Member(CaseId burst, const heed::Case& c);
std::string MemberValue(const heed::Case& c, std::uint8_t tie);
struct MemberEntry {
  std::uint8_t rank;
  std::string_view order;  // as in QueueEntry, without the state
  CaseId id;
};
std::optional<MemberEntry> ParseMember(std::string_view key);

enum class BondKind : char { kWords = 'w', kLink = 'l', kThread = 't' };
// The prefix of everything that shares it.
std::string Bond(BondKind kind, std::string_view school, std::uint64_t hash);
void AppendTime(std::string& out, Instant at);
Instant ReadTime(std::string_view bytes, std::size_t at = 0);
std::uint64_t BondHash(std::string_view what);

inline constexpr std::string_view kPreferencesPrefix = "p", kBatchPrefix = "b", kSharedPrefix = "s";
std::string PreferencesRow(std::string_view person);
std::string BatchRow(std::string_view id);
std::string SharedRow(std::string_view school);

// Days since 1970, not before it.
std::uint32_t Day(Instant at);
std::string Expiry(Expires what, std::uint32_t day, std::string_view key);
std::string ExpiryPrefix(Expires what);
struct ExpiryEntry {
  std::uint32_t day;
  std::string_view key;
};
std::optional<ExpiryEntry> ParseExpiry(std::string_view key);

}  // namespace heed::keys
