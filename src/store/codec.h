// Every value in the store passes here: rows to bytes and back.  Sealing them with keys later changes this file.
//
//   row     kind:1 format:1 length fields          (length: of all fields together, to the end exactly)
//   field   number length bytes                    (number, length: base-128 varints, low group first)
//   bytes   text as it is; a whole number as one varint (signed ones zigzag); a struct as fields; a list as
//           one field per element, in order
//
// Absent fields have the struct's default value.  A number this heed does not know is skipped, so a field may be
// ADDED with a new number without a new schema.  DO NOT CHANGE or reuse a number: bump Store::kSchema.
// Reading never crashes on any bytes: what is cut short, too long or out of range is kMalformed and says which
// field.  RocksDB's own checksums guard against bytes that changed on disk; events have their chain as well.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/batch.h"
#include "src/model/case.h"
#include "src/model/likeness.h"
#include "src/model/person.h"
#include "src/model/post.h"
#include "src/model/preferences.h"
#include "src/model/rule_record.h"
#include "src/model/source.h"
#include "src/model/told.h"
#include "src/store/store.h"

namespace heed {

// What is known of one post for one school: enough to tell whether a sighting is new.
struct PostRow {
  std::uint32_t newest = 0;            // number of the version seen last, from 1
  CaseId case_id = 0;                  // 0: no case
  Instant changed_at{};                // when its newest new version came; decides when it expires
  std::vector<std::string> versions;   // ContentVersion() of number 1, 2, 3 ...

  bool operator==(const PostRow&) const = default;
};

// The last of everything that is counted.
struct Head {
  std::uint64_t sequence = 0;  // of the last event
  Digest hash{};               // its hash
  CaseId case_id = 0;          // given out last

  bool operator==(const Head&) const = default;
};

// The last audit row.
struct AuditHead {
  std::uint64_t sequence = 0;
  Digest hash{};

  bool operator==(const AuditHead&) const = default;
};

// What ties a case to others.
struct AlikeRow {
  CaseId burst = 0;               // the first case of its burst: its own number where it began one
  std::optional<Tie> tie;         // what brought it into somebody else's
  std::optional<Likeness> words;
  std::vector<std::uint64_t> links;  // hashes

  bool operator==(const AlikeRow&) const = default;
};

std::string Encode(const SourceState& state);
std::string Encode(const PostRow& row);
std::string Encode(const StoredVersion& version);
std::string Encode(const Case& c);
std::string Encode(const Event& event);
std::string Encode(const RuleRecord& record);
std::string Encode(const RuleStretch& stretch);
std::string Encode(const PausedRule& paused);
std::string Encode(const std::vector<Told>& told);
std::string Encode(const Head& head);  // sequence:8 hash:32 case id:8, as keys.h says

std::string Encode(const Person& person);
std::string Encode(const Session& session);
std::string Encode(const AuditRow& row);
std::string Encode(const Paper& paper);
std::string Encode(const AuditHead& head);  // sequence:8 hash:32
std::string Encode(const AlikeRow& row);
std::string Encode(const Preferences& preferences);
std::string Encode(const std::vector<SavedView>& views);
std::string Encode(const Batch& batch);
// What is kept beside an event.
std::string EncodeBytes(std::string_view bytes);
Result<std::string> DecodeBytes(std::string_view row);

Result<SourceState> DecodeSourceState(std::string_view bytes);
Result<PostRow> DecodePostRow(std::string_view bytes);
Result<StoredVersion> DecodeVersion(std::string_view bytes);
Result<Case> DecodeCase(std::string_view bytes);
Result<Event> DecodeEvent(std::string_view bytes);
Result<RuleRecord> DecodeRuleRecord(std::string_view bytes);
Result<RuleStretch> DecodeRuleStretch(std::string_view bytes);
Result<PausedRule> DecodePausedRule(std::string_view bytes);
Result<std::vector<Told>> DecodeTold(std::string_view bytes);
Result<Head> DecodeHead(std::string_view bytes);
Result<Person> DecodePerson(std::string_view bytes);
Result<Session> DecodeSession(std::string_view bytes);
Result<Paper> DecodePaper(std::string_view bytes);
Result<AuditRow> DecodeAudit(std::string_view bytes);
Result<AuditHead> DecodeAuditHead(std::string_view bytes);
Result<AlikeRow> DecodeAlike(std::string_view bytes);
Result<Preferences> DecodePreferences(std::string_view bytes);
Result<std::vector<SavedView>> DecodeViews(std::string_view bytes);
Result<Batch> DecodeBatch(std::string_view bytes);

}  // namespace heed
