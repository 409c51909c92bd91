#include "src/store/keys.h"

#include <algorithm>

#include "src/base/check.h"
#include "src/base/hash.h"

namespace heed::keys {
namespace {

constexpr std::size_t kOrderBytes = 1 + 1 + 8 + 8;

std::string_view Bytes(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

template <typename Number>
void Append(std::string& out, Number number) {
  for (int shift = static_cast<int>(sizeof number) * 8 - 8; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<unsigned char>(number >> shift));
}

template <typename Number>
Number Read(std::string_view bytes, std::size_t at) {
  if (bytes.size() < sizeof(Number) || at > bytes.size() - sizeof(Number)) return 0;
  Number number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i) number = static_cast<Number>(number << 8 | static_cast<unsigned char>(bytes[at + i]));
  return number;
}

}  // namespace

bool IsId(std::string_view id) {
  return !id.empty() && id.size() <= 40 &&
         std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

void AppendU32(std::string& out, std::uint32_t number) { Append(out, number); }
void AppendU64(std::string& out, std::uint64_t number) { Append(out, number); }
std::uint32_t ReadU32(std::string_view bytes, std::size_t at) { return Read<std::uint32_t>(bytes, at); }
std::uint64_t ReadU64(std::string_view bytes, std::size_t at) { return Read<std::uint64_t>(bytes, at); }

std::string School(std::string_view school) {
  HEED_CHECK(IsId(school));
  std::string key(school);
  key += '\0';
  return key;
}

std::string_view SchoolOf(std::string_view key) { return key.substr(0, key.find('\0')); }

std::string Post(std::string_view school, std::string_view global_id) {
  std::string key = School(school);
  key += Bytes(Sha256(global_id));
  return key;
}

std::string Version(std::string_view post_key, std::uint32_t number) {
  std::string key(post_key);
  AppendU32(key, number);
  return key;
}

std::string Case(CaseId id) {
  std::string key;
  AppendU64(key, id);
  return key;
}

std::string PaperPrefix(std::string_view name) { return std::string(name) + '\0'; }
std::string Paper(std::string_view name, std::uint32_t number) {
  std::string key = PaperPrefix(name);
  AppendU32(key, number);
  return key;
}
std::string Event(std::uint64_t sequence) { return Case(sequence); }

std::string History(CaseId id, std::uint64_t sequence) {
  std::string key = Case(id);
  AppendU64(key, sequence);
  return key;
}

std::string RulePrefix(std::string_view school) { return "r" + School(school); }
std::string Rule(std::string_view school, std::string_view rule) { return RulePrefix(school) + std::string(rule); }
std::string Stretch(std::uint64_t number) {
  std::string key(kStretchPrefix);
  AppendU64(key, number);
  return key;
}
std::string Paused(std::string_view rule) { return std::string(kPausedPrefix) + std::string(rule); }

std::string Queue(const heed::Case& c) {
  std::string key = School(c.school);
  key += static_cast<char>(c.state);
  key += static_cast<char>(255 - QueueRank(c.assessment));
  AppendTime(key, c.posted_at);
  AppendU64(key, c.id);
  return key;
}

CaseId BurstOfQueueValue(std::string_view value) { return ReadU64(value, 2); }

std::optional<QueueEntry> ParseQueue(std::string_view key) {
  const auto end = key.find('\0');
  if (end == key.npos || key.size() - end - 1 != kOrderBytes) return std::nullopt;
  const std::string_view order = key.substr(end + 1);
  return QueueEntry{key.substr(0, end), order, static_cast<CaseState>(order[0]), ReadU64(order, kOrderBytes - 8)};
}

void AppendTime(std::string& out, Instant at) { AppendU64(out, static_cast<std::uint64_t>(at.time_since_epoch().count()) ^ (1ull << 63)); }
Instant ReadTime(std::string_view bytes, std::size_t at) { return Instant{microseconds{static_cast<std::int64_t>(ReadU64(bytes, at) ^ (1ull << 63))}}; }

std::string Alike(CaseId id) {
  std::string key = "c";
  AppendU64(key, id);
  return key;
}

std::string BurstRow(CaseId burst) {
  std::string key = "b";
  AppendU64(key, burst);
  return key;
}

std::string MemberPrefix(CaseId burst) {
  std::string key = "m";
  AppendU64(key, burst);
  return key;
}

std::string Member(CaseId burst, const heed::Case& c) {
  std::string key = MemberPrefix(burst);
  key += static_cast<char>(255 - QueueRank(c.assessment));
  AppendTime(key, c.posted_at);
  AppendU64(key, c.id);
  return key;
}

std::string MemberValue(const heed::Case& c, std::uint8_t tie) {
  std::string value;
  AppendU64(value, c.snoozed_until ? static_cast<std::uint64_t>(c.snoozed_until->time_since_epoch().count()) : 0);
  value += static_cast<char>(tie);
  return value;
}

std::optional<MemberEntry> ParseMember(std::string_view key) {
  constexpr std::size_t kFront = 1 + 8;
  if (key.size() != kFront + kOrderBytes - 1) return std::nullopt;
  const std::string_view order = key.substr(kFront);
  return MemberEntry{static_cast<std::uint8_t>(255 - static_cast<unsigned char>(order[0])), order, ReadU64(order, kOrderBytes - 1 - 8)};
}

std::string Bond(BondKind kind, std::string_view school, std::uint64_t hash) {
  std::string key(1, static_cast<char>(kind));
  key += School(school);
  AppendU64(key, hash);
  return key;
}

std::uint64_t BondHash(std::string_view what) { return ReadU64(Bytes(Sha256(what))); }

std::string PreferencesRow(std::string_view person) { return std::string(kPreferencesPrefix) + std::string(person); }
std::string SharedRow(std::string_view school) { return std::string(kSharedPrefix) + std::string(school); }
std::string BatchRow(std::string_view id) { return std::string(kBatchPrefix) + std::string(id); }

std::uint32_t Day(Instant at) {
  const auto day = std::chrono::floor<days>(at).time_since_epoch().count();
  return static_cast<std::uint32_t>(std::max<std::int64_t>(day, 0));
}

std::string ExpiryPrefix(Expires what) { return std::string(1, static_cast<char>(what)); }

std::string Expiry(Expires what, std::uint32_t day, std::string_view key) {
  std::string out = ExpiryPrefix(what);
  AppendU32(out, day);
  out += key;
  return out;
}

std::optional<ExpiryEntry> ParseExpiry(std::string_view key) {
  if (key.size() < 5) return std::nullopt;
  return ExpiryEntry{ReadU32(key, 1), key.substr(5)};
}

}  // namespace heed::keys
