#include "src/store/glance.h"

#include <algorithm>
#include <vector>

#include "src/base/text.h"
#include "src/store/keys.h"

namespace heed {
namespace {

constexpr std::size_t kBitsEach = 4, kFewestBytes = 8, kMostBytes = 512;  // of letters: a power of two of bytes
constexpr std::size_t kMostRules = 255;

void AppendMoment(std::string& out, const std::optional<Instant>& at) { keys::AppendU64(out, at ? static_cast<std::uint64_t>(at->time_since_epoch().count()) : 0); }

// Every three bytes that follow each other, each once.
std::vector<std::uint32_t> Threes(std::string_view text) {
  std::vector<std::uint32_t> threes;
  for (std::size_t i = 0; i + 3 <= text.size(); ++i)
    threes.push_back(static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) << 16 | static_cast<std::uint32_t>(static_cast<unsigned char>(text[i + 1])) << 8 | static_cast<unsigned char>(text[i + 2]));
  std::ranges::sort(threes);
  threes.erase(std::unique(threes.begin(), threes.end()), threes.end());
  return threes;
}

// Which bit of how many (a power of two) stands for them.
std::size_t BitOf(std::uint32_t three, std::size_t bits) { return (three * 0x9E3779B1u >> 8) & (bits - 1); }

std::string LettersOf(const Post& post) {
  std::string scratch;
  const auto threes = Threes(LowerAscii(JudgedText(post, scratch)));
  std::size_t bytes = kFewestBytes;
  while (bytes < kMostBytes && bytes * 8 < threes.size() * kBitsEach) bytes *= 2;
  std::string letters(bytes, '\0');
  for (const auto three : threes) {
    const std::size_t bit = BitOf(three, bytes * 8);
    letters[bit / 8] = static_cast<char>(static_cast<unsigned char>(letters[bit / 8]) | 1u << bit % 8);
  }
  return letters;
}

}  // namespace

std::uint32_t NameMark(std::string_view name) {
  if (name.empty()) return 0;
  return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(keys::BondHash(name)));
}

Needle::Needle(std::string_view text) : threes_(Threes(LowerAscii(text))) {}

bool Needle::MayBeIn(std::string_view letters) const {
  if (letters.empty()) return true;
  return std::ranges::all_of(threes_, [&](std::uint32_t three) {
    const std::size_t bit = BitOf(three, letters.size() * 8);
    return (static_cast<unsigned char>(letters[bit / 8]) >> bit % 8 & 1) != 0;
  });
}

bool Glance::MayHaveRule(std::uint32_t mark) const {
  if (rules.size() >= kMostRules * 4) return true;
  for (std::size_t at = 0; at < rules.size(); at += 4)
    if (keys::ReadU32(rules, at) == mark) return true;
  return false;
}

std::string QueueValue(const Case& c, CaseId burst, const Post* shown) {
  std::uint8_t categories = 0;
  for (const auto category : c.assessment.categories) categories |= static_cast<std::uint8_t>(1u << static_cast<unsigned>(category));
  std::string value(1, static_cast<char>(categories));
  value += static_cast<char>(!c.assessment.could_not_judge.empty());
  keys::AppendU64(value, burst);
  value += static_cast<char>(c.assessment.severity);
  keys::AppendTime(value, c.opened_at);
  AppendMoment(value, c.snoozed_until);
  AppendMoment(value, c.held_until);
  keys::AppendU32(value, NameMark(c.holder));
  keys::AppendU32(value, NameMark(c.assigned_to));
  const std::string_view platform = shown ? std::string_view(shown->platform).substr(0, 255) : std::string_view();
  value += static_cast<char>(platform.size());
  value += platform;
  std::vector<std::string_view> rules;
  for (const auto& hit : c.assessment.hits) rules.push_back(hit.rule);
  std::ranges::sort(rules);
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  if (rules.size() > kMostRules) rules.resize(kMostRules);
  value += static_cast<char>(rules.size());
  for (const auto rule : rules) keys::AppendU32(value, NameMark(rule));
  if (shown) value += LettersOf(*shown);
  return value;
}

bool ReadQueueValue(std::string_view value, Glance& into) {
  constexpr std::size_t kFixed = 10 + 1 + 3 * 8 + 2 * 4;
  if (value.size() <= kFixed) return false;
  const auto moment = [&](std::size_t at) {
    const std::uint64_t count = keys::ReadU64(value, at);
    return count == 0 ? std::optional<Instant>() : std::optional(Instant{microseconds{static_cast<std::int64_t>(count)}});
  };
  into.categories = static_cast<std::uint8_t>(value[0]);
  into.unjudged = value[1] != 0;
  into.burst = keys::BurstOfQueueValue(value);
  into.severity = static_cast<std::uint8_t>(value[10]);
  into.opened_at = keys::ReadTime(value, 11);
  into.snoozed_until = moment(19);
  into.held_until = moment(27);
  into.holder = keys::ReadU32(value, 35);
  into.assigned = keys::ReadU32(value, 39);
  std::string_view rest = value.substr(kFixed);
  const auto take = [&rest](std::size_t each, std::string_view& to) {
    if (rest.empty()) return false;
    const std::size_t size = static_cast<unsigned char>(rest[0]) * each;
    if (rest.size() - 1 < size) return false;
    to = rest.substr(1, size);
    rest.remove_prefix(1 + size);
    return true;
  };
  if (!take(1, into.platform) || !take(4, into.rules)) return false;
  into.letters = rest;
  return rest.empty() || (rest.size() >= kFewestBytes && rest.size() <= kMostBytes && (rest.size() & (rest.size() - 1)) == 0);
}

}  // namespace heed
