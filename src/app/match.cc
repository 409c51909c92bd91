#include "src/app/match.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "src/base/json.h"
#include "src/base/text.h"

namespace heed {
namespace {

constexpr std::size_t kRead = 1u << 20;
constexpr std::size_t kBatch = 1024;

Done WriteAll(int out, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(out, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Fail(Fault::kIo, std::string("writing the verdicts: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

void PutVerdict(JsonWriter& out, std::string_view id, const Assessment& assessment) {
  out.Object().Key("id").Raw(id);
  out.Field("flag", assessment.flag).Field("priority", assessment.priority);
  out.Key("categories").Array();
  for (const auto category : assessment.categories) out.String(ToString(category));
  out.EndArray().Key("protected").Array();
  for (const auto characteristic : assessment.characteristics) out.String(ToString(characteristic));
  out.EndArray().Key("hits").Array();
  for (const auto& hit : assessment.hits)
    out.Object().Field("rule", hit.rule).Field("start", hit.begin).Field("end", hit.end).Field("why", hit.why).EndObject();
  out.EndArray();
  if (!assessment.could_not_judge.empty()) out.Field("could_not_judge", assessment.could_not_judge);
  out.EndObject();
}

// Lines gathered until there are enough to judge together.  Texts and ids lie in one buffer each.
class Batch {
 public:
  Batch(Judge::Worker worker, MentionPolicy policy) : worker_(std::move(worker)), policy_(policy) {}

  void Add(std::string_view line) {
    ++number_;
    if (Trim(line).empty()) return;
    if (line.size() > kMaxLine) return Unreadable("longer than " + std::to_string(kMaxLine) + " bytes");
    auto root = parser_.Parse(line);
    if (!root) return Unreadable(root.error().message());
    if (!root->IsObject()) return Unreadable("not an object with \"id\" and \"text\"");
    const auto text = (*root)["text"].String();
    if (!text) return Unreadable("has no \"text\"");
    const std::size_t id_at = ids_.size(), text_at = texts_.size();
    if (const Json id = (*root)["id"]; id) {
      if (const auto plain = id.Int()) ids_ += std::to_string(*plain);
      else ids_ += id.Dump();
    } else {
      ids_ += "null";
    }
    texts_ += *text;
    items_.push_back({number_, id_at, ids_.size() - id_at, text_at, text->size(), {}});
  }

  void TooLong() {
    ++number_;
    Unreadable("longer than " + std::to_string(kMaxLine) + " bytes");
  }

  bool full() const { return items_.size() >= kBatch || texts_.size() >= kRead; }

  Done Flush(int out) {
    views_.clear();
    for (const auto& item : items_)
      if (item.error.empty()) views_.push_back(std::string_view(texts_).substr(item.text_at, item.text_size));
    worker_.Assess(kAnySchool, views_, policy_, assessments_);
    std::size_t judged = 0;
    for (const auto& item : items_) {
      ++report.lines;
      if (item.error.empty()) {
        PutVerdict(json_, std::string_view(ids_).substr(item.id_at, item.id_size), assessments_[judged++]);
      } else {
        ++report.unreadable;
        json_.Object().Field("line", item.number).Field("error", item.error).EndObject();
      }
      lines_ += json_.text();
      lines_ += '\n';
      json_.Clear();
    }
    items_.clear();
    ids_.clear();
    texts_.clear();
    if (texts_.capacity() > 8 * kRead) texts_.shrink_to_fit();  // one huge line must not be paid for ever after
    const auto written = WriteAll(out, lines_);
    lines_.clear();
    return written;
  }

  MatchReport report;

 private:
  struct Item {
    std::uint64_t number;
    std::size_t id_at, id_size, text_at, text_size;
    std::string error;  // empty: readable
  };
  void Unreadable(std::string error) { items_.push_back({number_, 0, 0, 0, 0, std::move(error)}); }

  Judge::Worker worker_;
  MentionPolicy policy_;
  JsonParser parser_;
  JsonWriter json_;
  std::uint64_t number_ = 0;
  std::vector<Item> items_;
  std::string ids_, texts_, lines_;
  std::vector<std::string_view> views_;
  std::vector<Assessment> assessments_;
};

}  // namespace

Result<MatchReport> Match(const Judge& judge, MentionPolicy policy, int in, int out) {
  Batch batch(HEED_TRY(judge.NewWorker()), policy);
  std::string pending;
  std::vector<char> buffer(kRead);
  bool skipping = false;  // inside a line too long to keep
  for (;;) {
    const ssize_t got = ::read(in, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(Fault::kIo, std::string("reading the posts: ") + std::strerror(errno));
    if (got == 0) break;
    std::string_view chunk(buffer.data(), static_cast<std::size_t>(got));
    while (!chunk.empty()) {
      const std::size_t end = chunk.find('\n');
      const std::string_view part = chunk.substr(0, end);
      if (!skipping && pending.size() + part.size() > kMaxLine) {
        batch.TooLong();
        skipping = true;
        std::string().swap(pending);
      }
      if (end == std::string_view::npos) {
        if (!skipping) pending += part;
        break;
      }
      if (skipping) {
        skipping = false;
      } else if (pending.empty()) {
        batch.Add(part);
      } else {
        pending += part;
        batch.Add(pending);
        pending.clear();
      }
      chunk.remove_prefix(end + 1);
      if (batch.full()) HEED_TRY(batch.Flush(out));
    }
    // What has been read is answered before more is waited for: a person may be typing, a program waiting.
    if (static_cast<std::size_t>(got) < buffer.size()) HEED_TRY(batch.Flush(out));
  }
  if (!skipping && !pending.empty()) batch.Add(pending);
  HEED_TRY(batch.Flush(out));
  return batch.report;
}

}  // namespace heed
