#include "src/store/codec.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "src/store/keys.h"

namespace heed {
namespace {

enum class Row : std::uint8_t { kSourceState = 'S', kPost = 'P', kVersion = 'V', kCase = 'C', kEvent = 'E', kRule = 'R', kStretch = 'T', kPaused = 'H',
                                kPerson = 'p', kSession = 's', kAudit = 'a', kBytes = 'B', kTold = 'W', kPaper = 'L', kAlike = 'N', kPreferences = 'f', kBatch = 'b', kViews = 'v' };
constexpr char kFormat = 1;
constexpr std::size_t kMaxVarint = 10;  // bytes of the longest 64-bit varint

void PutVarint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

// Moves `in` past one varint.  False when it is cut short or holds more than 64 bits.
bool TakeVarint(std::string_view& in, std::uint64_t& number) {
  number = 0;
  for (std::size_t i = 0; i < in.size() && i < kMaxVarint; ++i) {
    const auto byte = static_cast<unsigned char>(in[i]);
    if (i == kMaxVarint - 1 && byte > 1) return false;
    number |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      in.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

std::uint64_t ZigZag(std::int64_t number) { return static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63); }
std::int64_t UnZigZag(std::uint64_t number) { return static_cast<std::int64_t>(number >> 1 ^ (0 - (number & 1))); }

// Writes fields; leaves out what has its default value unless asked with Always.
class Out {
 public:
  Out& Text(unsigned number, std::string_view text) { return text.empty() ? *this : AlwaysText(number, text); }
  Out& AlwaysText(unsigned number, std::string_view text) {
    PutVarint(bytes_, number);
    PutVarint(bytes_, text.size());
    bytes_ += text;
    return *this;
  }
  Out& AlwaysWhole(unsigned number, std::uint64_t value) {
    scratch_.clear();
    PutVarint(scratch_, value);
    return AlwaysText(number, scratch_);
  }
  Out& Whole(unsigned number, std::uint64_t value) { return value == 0 ? *this : AlwaysWhole(number, value); }
  Out& Signed(unsigned number, std::int64_t value) { return Whole(number, ZigZag(value)); }
  template <typename Enum>
  Out& Named(unsigned number, Enum value) {
    return AlwaysWhole(number, static_cast<std::uint64_t>(value));
  }
  Out& Time(unsigned number, Instant at) { return Signed(number, at.time_since_epoch().count()); }
  Out& Time(unsigned number, const std::optional<Instant>& at) {
    return at ? AlwaysWhole(number, ZigZag(at->time_since_epoch().count())) : *this;
  }
  Out& Whole(unsigned number, const std::optional<std::uint64_t>& value) { return value ? AlwaysWhole(number, *value) : *this; }
  Out& Bytes(unsigned number, const Digest& digest) {
    return digest == Digest{} ? *this : AlwaysText(number, {reinterpret_cast<const char*>(digest.data()), digest.size()});
  }
  Out& Struct(unsigned number, const Out& fields) { return AlwaysText(number, fields.bytes_); }

  std::string Finish(Row kind) const {
    std::string row{static_cast<char>(kind), kFormat};
    row.reserve(2 + kMaxVarint + bytes_.size());
    PutVarint(row, bytes_.size());
    row += bytes_;
    return row;
  }

 private:
  std::string bytes_, scratch_;
};

// Reads fields one after the other; the first thing wrong stays the verdict and ends the walk.
class In {
 public:
  In(Row kind, std::string_view row) {
    std::uint64_t length = 0;
    if (row.size() < 2 || row[0] != static_cast<char>(kind)) {
      Bad("not a row of this kind");
    } else if (row[1] != kFormat) {
      Bad("format " + std::to_string(static_cast<unsigned char>(row[1])) + " is not known here");
    } else if (row.remove_prefix(2); !TakeVarint(row, length) || length != row.size()) {
      Bad("cut short or too long");
    } else {
      rest_ = row;
    }
  }
  explicit In(std::string_view fields) : rest_(fields) {}

  // To the next field; false at the end, and when something is wrong.
  bool Next() {
    if (error_ || rest_.empty()) return false;
    std::uint64_t number = 0, length = 0;
    if (!TakeVarint(rest_, number) || number > 1'000'000 || !TakeVarint(rest_, length) || length > rest_.size()) {
      Bad("a field is cut short");
      return false;
    }
    number_ = static_cast<unsigned>(number);
    payload_ = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
  }
  unsigned number() const { return number_; }

  void Text(std::string& to) { to = payload_; }
  template <typename Number>
  void Whole(Number& to) {
    const std::uint64_t value = Varint();
    if (value > std::numeric_limits<Number>::max()) return OutOfRange();
    to = static_cast<Number>(value);
  }
  void Whole(std::optional<std::uint64_t>& to) { to = Varint(); }
  void Whole(bool& to) {
    const std::uint64_t value = Varint();
    if (value > 1) return OutOfRange();
    to = value == 1;
  }
  template <typename Number>
  void Signed(Number& to) {
    const std::int64_t value = UnZigZag(Varint());
    if (value < std::numeric_limits<Number>::min() || value > std::numeric_limits<Number>::max()) return OutOfRange();
    to = static_cast<Number>(value);
  }
  template <typename Enum, typename List>
  void Named(Enum& to, const List& known) {
    const std::uint64_t value = Varint();
    for (const Enum candidate : known)
      if (static_cast<std::uint64_t>(candidate) == value) {
        to = candidate;
        return;
      }
    OutOfRange();
  }
  void Time(Instant& to) { to = Instant{microseconds{UnZigZag(Varint())}}; }
  void Time(std::optional<Instant>& to) { to = Instant{microseconds{UnZigZag(Varint())}}; }
  void Bytes(Digest& to) {
    if (payload_.size() != to.size()) return OutOfRange();
    std::copy(payload_.begin(), payload_.end(), reinterpret_cast<char*>(to.data()));
  }
  template <typename T>
  void Struct(T& to, void (*read)(In&, T&)) {
    In fields(payload_);
    read(fields, to);
    if (fields.error_ && !error_) error_ = "field " + std::to_string(number_) + ": " + *fields.error_;
  }
  void OutOfRange() { Bad("field " + std::to_string(number_) + " is out of range"); }

  template <typename T>
  Result<T> Finish(T&& value) const {
    if (error_) return Fail(Fault::kMalformed, "damaged row: " + *error_);
    return std::forward<T>(value);
  }

 private:
  std::uint64_t Varint() {
    std::string_view bytes = payload_;
    std::uint64_t value = 0;
    if (!TakeVarint(bytes, value) || !bytes.empty()) {
      OutOfRange();
      return 0;
    }
    return value;
  }
  void Bad(std::string why) {
    if (!error_) error_ = std::move(why);
  }

  std::string_view rest_, payload_;
  unsigned number_ = 0;
  std::optional<std::string> error_;
};

template <typename T>
Result<T> Decode(Row kind, std::string_view bytes, void (*read)(In&, T&)) {
  In in(kind, bytes);
  T value{};
  read(in, value);
  return in.Finish(std::move(value));
}

constexpr View kViews[] = {View::kPlain, View::kSqueezed};
constexpr TextFormat kFormats[] = {TextFormat::kPlain, TextFormat::kHtml, TextFormat::kMarkdown};

// --- people

Out Fields(const Grant& grant) {
  Out out;
  out.Named(1, grant.role).Text(2, grant.school);
  return out;
}

void Read(In& in, Grant& grant) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Named(grant.role, kRoles); break;
      case 2: in.Text(grant.school); break;
    }
}

Out Fields(const Link& link) {
  Out out;
  out.Named(1, link.kind).Bytes(2, link.token).Time(3, link.until);
  return out;
}

void Read(In& in, Link& link) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Named(link.kind, kLinkKinds); break;
      case 2: in.Bytes(link.token); break;
      case 3: in.Time(link.until); break;
    }
}

void Read(In& in, Person& person) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(person.id); break;
      case 2: in.Text(person.name); break;
      case 3: in.Struct(person.grants.emplace_back(), &Read); break;
      case 4: in.Whole(person.locked); break;
      case 5: in.Time(person.created_at); break;
      case 6: in.Time(person.signed_in_at); break;
      case 7: in.Text(person.password); break;
      case 8: in.Text(person.second_factor); break;
      case 9: in.Text(person.second_factor_draft); break;
      case 10: in.Whole(person.last_code); break;
      case 11: in.Bytes(person.recovery.emplace_back()); break;
      case 12: in.Struct(person.link.emplace(), &Read); break;
      case 13: {
        bool bare = false;
        in.Whole(bare);
        person.mask_words = !bare;
        break;
      }
      case 20: in.Text(person.mail); break;
      case 21: in.Text(person.account); break;
    }
}

void Read(In& in, Paper& paper) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(paper.name); break;
      case 2: in.Whole(paper.number); break;
      case 3: in.Time(paper.at); break;
      case 4: in.Text(paper.by); break;
      case 5: in.Text(paper.text); break;
    }
}

void Read(In& in, Session& session) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(session.person); break;
      case 2: in.Named(session.stage, kStages); break;
      case 3: in.Time(session.made_at); break;
      case 4: in.Time(session.seen_at); break;
    }
}

void Read(In& in, AuditRow& row) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Whole(row.sequence); break;
      case 2: in.Time(row.at); break;
      case 3: in.Text(row.actor); break;
      case 4: in.Text(row.action); break;
      case 5: in.Text(row.school); break;
      case 6: in.Text(row.subject); break;
      case 7: in.Text(row.details); break;
      case 8: in.Bytes(row.previous); break;
      case 9: in.Bytes(row.hash); break;
    }
}

// --- assessment

Out Fields(const Hit& hit) {
  Out out;
  out.Text(1, hit.rule).Named(2, hit.category).Whole(3, hit.severity).Whole(4, hit.begin).Whole(5, hit.end).Named(6, hit.view).Text(7, hit.why);
  return out;
}

void Read(In& in, Hit& hit) {
  hit.severity = 0;
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(hit.rule); break;
      case 2: in.Named(hit.category, kCategories); break;
      case 3: in.Whole(hit.severity); break;
      case 4: in.Whole(hit.begin); break;
      case 5: in.Whole(hit.end); break;
      case 6: in.Named(hit.view, kViews); break;
      case 7: in.Text(hit.why); break;
    }
}

Out Fields(const MentionEvidence& piece) {
  Out out;
  out.Text(1, piece.what).Signed(2, piece.weight).Whole(3, piece.begin).Whole(4, piece.end);
  return out;
}

void Read(In& in, MentionEvidence& piece) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(piece.what); break;
      case 2: in.Signed(piece.weight); break;
      case 3: in.Whole(piece.begin); break;
      case 4: in.Whole(piece.end); break;
    }
}

Out Fields(const Assessment& assessment) {
  Out out;
  out.Whole(1, assessment.mention.mentions).Signed(2, assessment.mention.score);
  for (const auto& piece : assessment.mention.evidence) out.Struct(3, Fields(piece));
  out.Whole(4, assessment.flag).Whole(5, assessment.priority).Whole(6, assessment.severity);
  for (const auto category : assessment.categories) out.Named(7, category);
  for (const auto characteristic : assessment.characteristics) out.Named(8, characteristic);
  for (const auto& hit : assessment.hits) out.Struct(9, Fields(hit));
  out.Text(10, assessment.could_not_judge);
  for (const auto& rule : assessment.silent) out.AlwaysText(11, rule);
  return out;
}

void Read(In& in, Assessment& assessment) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Whole(assessment.mention.mentions); break;
      case 2: in.Signed(assessment.mention.score); break;
      case 3: in.Struct(assessment.mention.evidence.emplace_back(), &Read); break;
      case 4: in.Whole(assessment.flag); break;
      case 5: in.Whole(assessment.priority); break;
      case 6: in.Whole(assessment.severity); break;
      case 7: in.Named(assessment.categories.emplace_back(), kCategories); break;
      case 8: in.Named(assessment.characteristics.emplace_back(), kCharacteristics); break;
      case 9: in.Struct(assessment.hits.emplace_back(), &Read); break;
      case 10: in.Text(assessment.could_not_judge); break;
      case 11: in.Text(assessment.silent.emplace_back()); break;
    }
}

// --- post

Out Fields(const Media& media) {
  Out out;
  out.Text(1, media.kind).Text(2, media.url).Text(3, media.description);
  return out;
}

void Read(In& in, Media& media) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(media.kind); break;
      case 2: in.Text(media.url); break;
      case 3: in.Text(media.description); break;
    }
}

Out Fields(const HandedIn& handed) {
  Out out;
  out.Text(1, handed.by).Text(2, handed.from).Text(3, handed.note).Text(4, handed.kind).Text(5, handed.item).Text(6, handed.digest);
  out.Whole(7, handed.kept).Whole(8, handed.confidence);
  return out;
}

void Read(In& in, HandedIn& handed) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(handed.by); break;
      case 2: in.Text(handed.from); break;
      case 3: in.Text(handed.note); break;
      case 4: in.Text(handed.kind); break;
      case 5: in.Text(handed.item); break;
      case 6: in.Text(handed.digest); break;
      case 7: in.Whole(handed.kept); break;
      case 8: in.Whole(handed.confidence); break;
    }
}

Out Fields(const Post& post) {
  Out out;
  out.Text(1, post.platform).Text(2, post.instance).Text(3, post.native_id).Text(4, post.global_id).Text(5, post.version_id);
  out.Text(6, post.permalink).Text(7, post.author.id).Text(8, post.author.handle).Text(9, post.author.display_name);
  out.Text(10, post.title).Text(11, post.warning).Text(12, post.text).Text(13, post.raw).Named(14, post.raw_format);
  out.Text(15, post.language).Time(16, post.created_at).Time(17, post.edited_at).Time(18, post.first_seen_at);
  out.Text(19, post.in_reply_to).Text(20, post.thread_root);
  for (const auto& media : post.media) out.Struct(21, Fields(media));
  out.Whole(22, post.counts.replies).Whole(23, post.counts.reposts).Whole(24, post.counts.likes).Whole(25, post.counts.quotes);
  out.Whole(26, post.signed_in_only);
  if (post.handed_in) out.Struct(27, Fields(*post.handed_in));
  return out;
}

void Read(In& in, Post& post) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(post.platform); break;
      case 2: in.Text(post.instance); break;
      case 3: in.Text(post.native_id); break;
      case 4: in.Text(post.global_id); break;
      case 5: in.Text(post.version_id); break;
      case 6: in.Text(post.permalink); break;
      case 7: in.Text(post.author.id); break;
      case 8: in.Text(post.author.handle); break;
      case 9: in.Text(post.author.display_name); break;
      case 10: in.Text(post.title); break;
      case 11: in.Text(post.warning); break;
      case 12: in.Text(post.text); break;
      case 13: in.Text(post.raw); break;
      case 14: in.Named(post.raw_format, kFormats); break;
      case 15: in.Text(post.language); break;
      case 16: in.Time(post.created_at); break;
      case 17: in.Time(post.edited_at); break;
      case 18: in.Time(post.first_seen_at); break;
      case 19: in.Text(post.in_reply_to); break;
      case 20: in.Text(post.thread_root); break;
      case 21: in.Struct(post.media.emplace_back(), &Read); break;
      case 22: in.Whole(post.counts.replies); break;
      case 23: in.Whole(post.counts.reposts); break;
      case 24: in.Whole(post.counts.likes); break;
      case 25: in.Whole(post.counts.quotes); break;
      case 26: in.Whole(post.signed_in_only); break;
      case 27: in.Struct(post.handed_in.emplace(), &Read); break;
    }
}

void Read(In& in, StoredVersion& version) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Struct(version.post, &Read); break;
      case 2: in.Struct(version.assessment, &Read); break;
      case 3: in.Text(version.source); break;
      case 4: in.Time(version.seen_at); break;
    }
}

void Read(In& in, PostRow& row) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Whole(row.newest); break;
      case 2: in.Whole(row.case_id); break;
      case 3: in.Time(row.changed_at); break;
      case 4: in.Text(row.versions.emplace_back()); break;
    }
  if (row.newest < 1 || row.newest > row.versions.size()) in.OutOfRange();
}

// --- source

Out Fields(const Gap& gap) {
  Out out;
  out.Time(1, gap.from).Time(2, gap.until).Text(3, gap.why);
  return out;
}

void Read(In& in, Gap& gap) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Time(gap.from); break;
      case 2: in.Time(gap.until); break;
      case 3: in.Text(gap.why); break;
    }
}

void Read(In& in, SourceState& state) {
  std::string fault;
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(state.cursor.value); break;
      case 2: in.Time(state.last_attempt); break;
      case 3: in.Time(state.last_success); break;
      case 4: in.Time(state.not_before); break;
      case 5:
        in.Text(fault);
        state.fault = ParseFault(fault);
        if (!state.fault) in.OutOfRange();
        break;
      case 6: in.Text(state.message); break;
      case 7: in.Whole(state.failures); break;
      case 8: in.Whole(state.posts_read); break;
      case 9: in.Whole(state.posts_mentioning); break;
      case 10: in.Struct(state.gaps.emplace_back(), &Read); break;
      case 11: in.Time(state.sign_in_ends); break;
      case 12: in.Text(state.quota); break;
      case 13: in.Time(state.last_news); break;
      case 14: in.Whole(state.times_news); break;
      case 15: {
        std::uint32_t quiet = 0;
        in.Whole(quiet);
        state.longest_quiet = seconds{quiet};
        break;
      }
    }
}

Out Fields(const Told& told) {
  Out out;
  out.Text(1, told.key).Text(2, told.words).Text(3, told.todo).Time(4, told.since).Whole(5, told.over);
  for (const auto& channel : told.channels) out.AlwaysText(6, channel);
  for (const auto& channel : told.warned) out.AlwaysText(7, channel);
  return out;
}

void Read(In& in, Told& told) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(told.key); break;
      case 2: in.Text(told.words); break;
      case 3: in.Text(told.todo); break;
      case 4: in.Time(told.since); break;
      case 5: in.Whole(told.over); break;
      case 6: in.Text(told.channels.emplace_back()); break;
      case 7: in.Text(told.warned.emplace_back()); break;
    }
}

void Read(In& in, std::vector<Told>& all) {
  while (in.Next())
    if (in.number() == 1) in.Struct(all.emplace_back(), &Read);
}

// --- case and event

Out Fields(const Decision& decision) {
  Out out;
  out.Named(1, decision.finding);
  if (decision.category) out.Named(2, *decision.category);
  out.Whole(3, decision.severity).Text(4, decision.clause).Text(5, decision.why).Text(6, decision.by).Time(7, decision.at);
  return out;
}

void Read(In& in, Decision& decision) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Named(decision.finding, kFindings); break;
      case 2: in.Named(decision.category.emplace(), kCategories); break;
      case 3: in.Whole(decision.severity); break;
      case 4: in.Text(decision.clause); break;
      case 5: in.Text(decision.why); break;
      case 6: in.Text(decision.by); break;
      case 7: in.Time(decision.at); break;
    }
}

Out Fields(const Response& response) {
  Out out;
  out.Whole(1, response.number).Named(2, response.kind).Named(3, response.state).Text(4, response.to).Text(5, response.text).Text(6, response.options);
  out.Text(7, response.proposed_by).Time(8, response.proposed_at).Text(9, response.decided_by).Time(10, response.decided_at);
  out.Time(11, response.leaves_at).Time(12, response.done_at).Text(13, response.reference).Text(14, response.note);
  out.Time(15, response.appeal_by);
  return out;
}

void Read(In& in, Response& response) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Whole(response.number); break;
      case 2: in.Named(response.kind, kResponseKinds); break;
      case 3: in.Named(response.state, kResponseStates); break;
      case 4: in.Text(response.to); break;
      case 5: in.Text(response.text); break;
      case 6: in.Text(response.options); break;
      case 7: in.Text(response.proposed_by); break;
      case 8: in.Time(response.proposed_at); break;
      case 9: in.Text(response.decided_by); break;
      case 10: in.Time(response.decided_at); break;
      case 11: in.Time(response.leaves_at); break;
      case 12: in.Time(response.done_at); break;
      case 13: in.Text(response.reference); break;
      case 14: in.Text(response.note); break;
      case 15: in.Time(response.appeal_by); break;
    }
  // Before there was a 15, a refused one kept in 11 until when it can be appealed.
  if (response.state == ResponseState::kRefused && response.leaves_at && !response.appeal_by) std::swap(response.appeal_by, response.leaves_at);
}

Out Fields(const LegalHold& hold) {
  Out out;
  out.Text(1, hold.purpose).Text(2, hold.by).Time(3, hold.since).Time(4, hold.review_at);
  return out;
}

void Read(In& in, LegalHold& hold) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(hold.purpose); break;
      case 2: in.Text(hold.by); break;
      case 3: in.Time(hold.since); break;
      case 4: in.Time(hold.review_at); break;
    }
}

void Read(In& in, Case& c) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Whole(c.id); break;
      case 2: in.Text(c.school); break;
      case 3: in.Text(c.source); break;
      case 4: in.Text(c.global_id); break;
      case 5: in.Text(c.version); break;
      case 6: in.Text(c.worst); break;
      case 7: in.Named(c.state, kCaseStates); break;
      case 8: in.Struct(c.assessment, &Read); break;
      case 9: in.Time(c.posted_at); break;
      case 10: in.Time(c.opened_at); break;
      case 11: in.Time(c.closed_at); break;
      case 12: in.Whole(c.versions); break;
      case 13: in.Whole(c.events); break;
      case 14: in.Text(c.holder); break;
      case 15: in.Time(c.held_until); break;
      case 16: in.Text(c.assigned_to); break;
      case 17: in.Time(c.snoozed_until); break;
      case 18: in.Struct(c.decision.emplace(), &Read); break;
      case 19: in.Struct(c.responses.emplace_back(), &Read); break;
      case 20: in.Text(c.presence); break;
      case 21: in.Time(c.checked_at); break;
      case 22: in.Whole(c.presence_confirmed); break;
      case 23: in.Struct(c.hold.emplace(), &Read); break;
      case 24: in.Time(c.withdrawn_at); break;
    }
  if (c.id == 0 || !keys::IsId(c.school)) in.OutOfRange();
}

// --- rules

void Read(In& in, RuleRecord& record) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Whole(record.fired); break;
      case 2: in.Whole(record.silent); break;
      case 3: in.Whole(record.upheld); break;
      case 4: in.Whole(record.dismissed); break;
    }
}

struct FiredRule {
  std::string rule;
  std::uint64_t fired = 0;
};

void Read(In& in, FiredRule& one) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(one.rule); break;
      case 2: in.Whole(one.fired); break;
    }
}

void Read(In& in, RuleStretch& stretch) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Whole(stretch.posts); break;
      case 2: {
        FiredRule one;
        in.Struct(one, &Read);
        stretch.fired[one.rule] = one.fired;
        break;
      }
    }
}

void Read(In& in, PausedRule& paused) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(paused.rule); break;
      case 2: in.Time(paused.at); break;
      case 3: in.Whole(paused.fired); break;
      case 4: in.Whole(paused.posts); break;
    }
}

// --- what is alike, and desks

void Read(In& in, AlikeRow& row) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Whole(row.burst); break;
      case 2: in.Named(row.tie.emplace(), kTies); break;
      case 3: {
        std::string places;
        in.Text(places);
        if (places.size() != 4 * Likeness::kPlaces) {
          in.OutOfRange();
          break;
        }
        Likeness& words = row.words.emplace();
        for (std::size_t i = 0; i < Likeness::kPlaces; ++i) words.least[i] = keys::ReadU32(places, 4 * i);
        break;
      }
      case 4: in.Whole(row.links.emplace_back()); break;
    }
}

Out Fields(const SavedView& view) {
  Out out;
  out.Text(1, view.name).Text(2, view.query).Text(3, view.by);
  return out;
}

void Read(In& in, SavedView& view) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(view.name); break;
      case 2: in.Text(view.query); break;
      case 3: in.Text(view.by); break;
    }
}

void Read(In& in, std::vector<SavedView>& views) {
  while (in.Next())
    if (in.number() == 1) in.Struct(views.emplace_back(), &Read);
}

void Read(In& in, Preferences& preferences) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Struct(preferences.views.emplace_back(), &Read); break;
      case 2: in.Whole(preferences.peek); break;
    }
}

Out Fields(const Batch::Item& item) {
  Out out;
  out.Whole(1, item.id).Whole(2, item.events).Text(3, item.assigned_to).Time(4, item.snoozed_until);
  return out;
}

void Read(In& in, Batch::Item& item) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Whole(item.id); break;
      case 2: in.Whole(item.events); break;
      case 3: in.Text(item.assigned_to); break;
      case 4: in.Time(item.snoozed_until); break;
    }
}

Out Fields(const Batch::LeftOut& one) {
  Out out;
  out.Whole(1, one.id).Text(2, one.why);
  return out;
}

void Read(In& in, Batch::LeftOut& one) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Whole(one.id); break;
      case 2: in.Text(one.why); break;
    }
}

void Read(In& in, Batch& batch) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Text(batch.id); break;
      case 2: in.Named(batch.verb, kBulkVerbs); break;
      case 3: in.Text(batch.by); break;
      case 4: in.Time(batch.at); break;
      case 5: in.Text(batch.what); break;
      case 6: in.Struct(batch.items.emplace_back(), &Read); break;
      case 7: in.Struct(batch.left_out.emplace_back(), &Read); break;
      case 8: in.Text(batch.undoes); break;
      case 9: in.Text(batch.undone_by); break;
    }
}

void Read(In& in, Event& event) {
  while (in.Next()) switch (in.number()) {
      case 1: in.Whole(event.sequence); break;
      case 2: in.Whole(event.case_id); break;
      case 3: in.Named(event.kind, kEventKinds); break;
      case 4: in.Time(event.at); break;
      case 5: in.Text(event.actor); break;
      case 6: in.Text(event.details); break;
      case 7: in.Whole(event.erased); break;
      case 8: in.Text(event.salt); break;
      case 9: in.Bytes(event.details_digest); break;
      case 10: in.Bytes(event.previous); break;
      case 11: in.Bytes(event.hash); break;
    }
}

}  // namespace

std::string Encode(const SourceState& state) {
  Out out;
  out.Text(1, state.cursor.value).Time(2, state.last_attempt).Time(3, state.last_success).Time(4, state.not_before);
  if (state.fault) out.Text(5, ToString(*state.fault));
  out.Text(6, state.message).Whole(7, state.failures).Whole(8, state.posts_read).Whole(9, state.posts_mentioning);
  for (const auto& gap : state.gaps) out.Struct(10, Fields(gap));
  out.Time(11, state.sign_in_ends).Text(12, state.quota).Time(13, state.last_news).Whole(14, state.times_news);
  out.Whole(15, static_cast<std::uint64_t>(state.longest_quiet.count()));
  return out.Finish(Row::kSourceState);
}

std::string Encode(const std::vector<Told>& told) {
  Out out;
  for (const auto& one : told) out.Struct(1, Fields(one));
  return out.Finish(Row::kTold);
}

std::string Encode(const PostRow& row) {
  Out out;
  out.Whole(1, row.newest).Whole(2, row.case_id).Time(3, row.changed_at);
  for (const auto& version : row.versions) out.AlwaysText(4, version);
  return out.Finish(Row::kPost);
}

std::string Encode(const StoredVersion& version) {
  Out out;
  out.Struct(1, Fields(version.post)).Struct(2, Fields(version.assessment)).Text(3, version.source).Time(4, version.seen_at);
  return out.Finish(Row::kVersion);
}

std::string Encode(const Case& c) {
  Out out;
  out.Whole(1, c.id).Text(2, c.school).Text(3, c.source).Text(4, c.global_id).Text(5, c.version).Text(6, c.worst).Named(7, c.state);
  out.Struct(8, Fields(c.assessment)).Time(9, c.posted_at).Time(10, c.opened_at).Time(11, c.closed_at);
  out.AlwaysWhole(12, c.versions).Whole(13, c.events).Text(14, c.holder).Time(15, c.held_until).Text(16, c.assigned_to).Time(17, c.snoozed_until);
  if (c.decision) out.Struct(18, Fields(*c.decision));
  for (const auto& response : c.responses) out.Struct(19, Fields(response));
  out.Text(20, c.presence).Time(21, c.checked_at).Whole(22, c.presence_confirmed);
  if (c.hold) out.Struct(23, Fields(*c.hold));
  out.Time(24, c.withdrawn_at);
  return out.Finish(Row::kCase);
}

std::string Encode(const Event& event) {
  Out out;
  out.Whole(1, event.sequence).Whole(2, event.case_id).Named(3, event.kind).Time(4, event.at).Text(5, event.actor);
  out.Text(6, event.details).Whole(7, event.erased).Text(8, event.salt).Bytes(9, event.details_digest);
  out.Bytes(10, event.previous).Bytes(11, event.hash);
  return out.Finish(Row::kEvent);
}

std::string Encode(const RuleRecord& record) {
  Out out;
  out.Whole(1, record.fired).Whole(2, record.silent).Whole(3, record.upheld).Whole(4, record.dismissed);
  return out.Finish(Row::kRule);
}

std::string Encode(const RuleStretch& stretch) {
  Out out;
  out.Whole(1, stretch.posts);
  for (const auto& [rule, fired] : stretch.fired) {
    Out one;
    one.Text(1, rule).Whole(2, fired);
    out.Struct(2, one);
  }
  return out.Finish(Row::kStretch);
}

std::string Encode(const PausedRule& paused) {
  Out out;
  out.Text(1, paused.rule).Time(2, paused.at).Whole(3, paused.fired).Whole(4, paused.posts);
  return out.Finish(Row::kPaused);
}

std::string Encode(const AlikeRow& row) {
  Out out;
  out.Whole(1, row.burst);
  if (row.tie) out.Named(2, *row.tie);
  if (row.words) {
    std::string places;
    for (const auto place : row.words->least) keys::AppendU32(places, place);
    out.AlwaysText(3, places);
  }
  for (const auto link : row.links) out.AlwaysWhole(4, link);
  return out.Finish(Row::kAlike);
}

std::string Encode(const Preferences& preferences) {
  Out out;
  for (const auto& view : preferences.views) out.Struct(1, Fields(view));
  out.Whole(2, preferences.peek);
  return out.Finish(Row::kPreferences);
}

std::string Encode(const std::vector<SavedView>& views) {
  Out out;
  for (const auto& view : views) out.Struct(1, Fields(view));
  return out.Finish(Row::kViews);
}

std::string Encode(const Batch& batch) {
  Out out;
  out.Text(1, batch.id).Named(2, batch.verb).Text(3, batch.by).Time(4, batch.at).Text(5, batch.what);
  for (const auto& item : batch.items) out.Struct(6, Fields(item));
  for (const auto& one : batch.left_out) out.Struct(7, Fields(one));
  out.Text(8, batch.undoes).Text(9, batch.undone_by);
  return out.Finish(Row::kBatch);
}

std::string EncodeBytes(std::string_view bytes) {
  Out out;
  out.AlwaysText(1, bytes);
  return out.Finish(Row::kBytes);
}

Result<std::string> DecodeBytes(std::string_view row) {
  return Decode<std::string>(Row::kBytes, row, [](In& in, std::string& to) {
    while (in.Next())
      if (in.number() == 1) in.Text(to);
  });
}

std::string Encode(const Head& head) {
  std::string bytes;
  keys::AppendU64(bytes, head.sequence);
  bytes.append(reinterpret_cast<const char*>(head.hash.data()), head.hash.size());
  keys::AppendU64(bytes, head.case_id);
  return bytes;
}

std::string Encode(const Person& person) {
  Out out;
  out.Text(1, person.id).Text(2, person.name);
  for (const auto& grant : person.grants) out.Struct(3, Fields(grant));
  out.Whole(4, person.locked).Time(5, person.created_at).Time(6, person.signed_in_at).Text(7, person.password);
  out.Text(8, person.second_factor).Text(9, person.second_factor_draft).Whole(10, person.last_code);
  for (const auto& code : person.recovery) out.AlwaysText(11, {reinterpret_cast<const char*>(code.data()), code.size()});
  if (person.link) out.Struct(12, Fields(*person.link));
  out.Whole(13, !person.mask_words).Text(20, person.mail).Text(21, person.account);
  return out.Finish(Row::kPerson);
}

std::string Encode(const Session& session) {
  Out out;
  out.Text(1, session.person).Named(2, session.stage).Time(3, session.made_at).Time(4, session.seen_at);
  return out.Finish(Row::kSession);
}

std::string Encode(const AuditRow& row) {
  Out out;
  out.Whole(1, row.sequence).Time(2, row.at).Text(3, row.actor).Text(4, row.action).Text(5, row.school).Text(6, row.subject);
  out.Text(7, row.details).Bytes(8, row.previous).Bytes(9, row.hash);
  return out.Finish(Row::kAudit);
}

std::string Encode(const Paper& paper) {
  Out out;
  out.Text(1, paper.name).Whole(2, paper.number).Time(3, paper.at).Text(4, paper.by).Text(5, paper.text);
  return out.Finish(Row::kPaper);
}

std::string Encode(const AuditHead& head) {
  std::string bytes;
  keys::AppendU64(bytes, head.sequence);
  bytes.append(reinterpret_cast<const char*>(head.hash.data()), head.hash.size());
  return bytes;
}

Result<Person> DecodePerson(std::string_view bytes) { return Decode<Person>(Row::kPerson, bytes, &Read); }
Result<Paper> DecodePaper(std::string_view bytes) { return Decode<Paper>(Row::kPaper, bytes, &Read); }
Result<Session> DecodeSession(std::string_view bytes) { return Decode<Session>(Row::kSession, bytes, &Read); }
Result<AuditRow> DecodeAudit(std::string_view bytes) { return Decode<AuditRow>(Row::kAudit, bytes, &Read); }

Result<AlikeRow> DecodeAlike(std::string_view bytes) { return Decode<AlikeRow>(Row::kAlike, bytes, &Read); }
Result<Preferences> DecodePreferences(std::string_view bytes) { return Decode<Preferences>(Row::kPreferences, bytes, &Read); }
Result<std::vector<SavedView>> DecodeViews(std::string_view bytes) { return Decode<std::vector<SavedView>>(Row::kViews, bytes, &Read); }
Result<Batch> DecodeBatch(std::string_view bytes) { return Decode<Batch>(Row::kBatch, bytes, &Read); }

Result<AuditHead> DecodeAuditHead(std::string_view bytes) {
  AuditHead head;
  if (bytes.size() != 8 + head.hash.size()) return Fail(Fault::kMalformed, "damaged row: the head of the audit trail");
  head.sequence = keys::ReadU64(bytes);
  std::copy_n(bytes.begin() + 8, head.hash.size(), reinterpret_cast<char*>(head.hash.data()));
  return head;
}

Result<SourceState> DecodeSourceState(std::string_view bytes) { return Decode<SourceState>(Row::kSourceState, bytes, &Read); }
Result<std::vector<Told>> DecodeTold(std::string_view bytes) { return Decode<std::vector<Told>>(Row::kTold, bytes, &Read); }
Result<PostRow> DecodePostRow(std::string_view bytes) { return Decode<PostRow>(Row::kPost, bytes, &Read); }
Result<StoredVersion> DecodeVersion(std::string_view bytes) { return Decode<StoredVersion>(Row::kVersion, bytes, &Read); }
Result<Case> DecodeCase(std::string_view bytes) { return Decode<Case>(Row::kCase, bytes, &Read); }
Result<Event> DecodeEvent(std::string_view bytes) { return Decode<Event>(Row::kEvent, bytes, &Read); }
Result<RuleRecord> DecodeRuleRecord(std::string_view bytes) { return Decode<RuleRecord>(Row::kRule, bytes, &Read); }
Result<RuleStretch> DecodeRuleStretch(std::string_view bytes) { return Decode<RuleStretch>(Row::kStretch, bytes, &Read); }
Result<PausedRule> DecodePausedRule(std::string_view bytes) { return Decode<PausedRule>(Row::kPaused, bytes, &Read); }

Result<Head> DecodeHead(std::string_view bytes) {
  Head head;
  constexpr std::size_t kBytes = 8 + std::tuple_size_v<Digest> + 8;
  if (bytes.size() != kBytes) return Fail(Fault::kMalformed, "damaged row: head");
  head.sequence = keys::ReadU64(bytes);
  std::copy_n(bytes.begin() + 8, head.hash.size(), reinterpret_cast<char*>(head.hash.data()));
  head.case_id = keys::ReadU64(bytes, kBytes - 8);
  return head;
}

}  // namespace heed
