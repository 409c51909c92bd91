#include "src/app/match.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "src/base/check.h"
#include "src/base/json.h"
#include "src/base/json_fields.h"
#include "src/base/text.h"

namespace heed {
namespace {

constexpr std::size_t kBatch = 256u << 10;  // bytes of lines judged in one go, by one thread
constexpr std::size_t kTogether = 256;      // posts handed to the judge at once: they stay in the cache from reading to writing

Done WriteAll(int out, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(out, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Fail(Fault::kIo, std::string("writing the verdicts: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

void AppendNumber(std::string& out, std::uint64_t value) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

// By hand, because most of `heed match` would otherwise be writing JSON.
void AppendVerdict(std::string& out, std::string_view id, const Assessment& assessment) {
  out.append("{\"id\":").append(id).append(assessment.flag ? ",\"flag\":true,\"priority\":" : ",\"flag\":false,\"priority\":");
  AppendNumber(out, assessment.priority);
  const auto list = [&out](std::string_view key, const auto& items, const auto& put) {
    out.append(key);
    for (bool first = true; const auto& item : items) {
      if (!first) out += ',';
      first = false;
      put(item);
    }
    out += ']';
  };
  const auto name = [&out](const auto& item) { out.append("\"").append(ToString(item)).append("\""); };
  list(",\"categories\":[", assessment.categories, name);
  list(",\"protected\":[", assessment.characteristics, name);
  list(",\"hits\":[", assessment.hits, [&out](const Hit& hit) {
    out += "{\"rule\":";
    AppendJsonString(out, hit.rule);
    out += ",\"start\":";
    AppendNumber(out, hit.begin);
    out += ",\"end\":";
    AppendNumber(out, hit.end);
    out += ",\"why\":";
    AppendJsonString(out, hit.why);
    out += '}';
  });
  if (!assessment.could_not_judge.empty()) {
    out += ",\"could_not_judge\":";
    AppendJsonString(out, assessment.could_not_judge);
  }
  out += "}\n";
}

// Whole lines, and what was said of them.
struct Batch {
  std::string lines;             // each ends with '\n'
  std::uint64_t first_line = 1;  // number of the first one
  bool endless = false;          // no lines, but one too long to keep, which is `first_line`
  std::string verdicts;
  MatchReport report;
  bool done = false;
};

std::string TooLong() { return "longer than " + std::to_string(kMaxLine) + " bytes"; }

// Judges batches; one per thread.
class Teller {
 public:
  Teller(Judge::Worker worker, MentionPolicy policy) : worker_(std::move(worker)), policy_(policy) {}

  void Tell(Batch& batch) {
    out_ = &batch.verdicts;
    report_ = {};
    number_ = batch.first_line;
    if (batch.endless) Unreadable(TooLong());
    const std::size_t size = batch.lines.size();
    batch.lines.append(JsonFields::kSlack, '\0');
    char* const bytes = batch.lines.data();
    for (std::size_t at = 0; at < size; ++number_) {
      const char* end = static_cast<const char*>(std::memchr(bytes + at, '\n', size - at));
      HEED_CHECK(end);
      const auto length = static_cast<std::size_t>(end - (bytes + at));
      bytes[at + length] = '\0';
      Take(bytes + at, length);
      at += length + 1;
    }
    Flush();
    batch.report = report_;
    batch.lines.clear();
  }

 private:
  struct Item {
    std::uint64_t number;
    std::size_t id_at, id_size, text_at, text_size;
    std::string error;  // empty: readable
  };

  void Take(const char* bytes, std::size_t size) {
    const std::string_view line(bytes, size);
    if (Trim(line).empty()) return;
    if (size > kMaxLine) return Unreadable(TooLong());
    if (fields_.Read(bytes, size)) return Add(fields_.id(), fields_.text());
    auto root = parser_.Parse(line);
    if (!root) return Unreadable(root.error().message());
    if (!root->IsObject()) return Unreadable("not an object with \"id\" and \"text\"");
    const auto text = (*root)["text"].String();
    if (!text) return Unreadable("has no \"text\"");
    std::string id = "null";
    if (const Json given = (*root)["id"]; given) {
      const auto whole = given.Int();
      id = whole ? std::to_string(*whole) : given.Dump();
    }
    Add(id, *text);
  }

  void Add(std::string_view id, std::string_view text) {
    items_.push_back({number_, ids_.size(), id.size(), texts_.size(), text.size(), {}});
    ids_ += id;
    texts_ += text;
    if (items_.size() >= kTogether || texts_.size() >= kBatch) Flush();
  }
  void Unreadable(std::string error) { items_.push_back({number_, 0, 0, 0, 0, std::move(error)}); }

  void Flush() {
    views_.clear();
    for (const Item& item : items_)
      if (item.error.empty()) views_.push_back(std::string_view(texts_).substr(item.text_at, item.text_size));
    worker_.Assess(kAnySchool, views_, policy_, assessments_);
    std::size_t judged = 0;
    for (const Item& item : items_) {
      ++report_.lines;
      if (item.error.empty()) {
        AppendVerdict(*out_, std::string_view(ids_).substr(item.id_at, item.id_size), assessments_[judged++]);
        continue;
      }
      ++report_.unreadable;
      *out_ += "{\"line\":";
      AppendNumber(*out_, item.number);
      *out_ += ",\"error\":";
      AppendJsonString(*out_, item.error);
      *out_ += "}\n";
    }
    items_.clear();
    ids_.clear();
    texts_.clear();
    if (texts_.capacity() > 8 * kBatch) texts_.shrink_to_fit();  // one huge line must not be paid for ever after
  }

  Judge::Worker worker_;
  MentionPolicy policy_;
  JsonFields fields_;
  JsonParser parser_;
  std::string* out_ = nullptr;
  MatchReport report_;
  std::uint64_t number_ = 0;
  std::vector<Item> items_;
  std::string ids_, texts_;
  std::vector<std::string_view> views_;
  std::vector<Assessment> assessments_;
};

// Batches on their way through the threads, oldest first.  With one thread the batches are judged by whoever gives them.
class Conveyor {
 public:
  Conveyor(std::vector<Teller> tellers, int out) : tellers_(std::move(tellers)), out_(out), most_(tellers_.size() + 2) {
    if (tellers_.size() > 1)
      for (Teller& teller : tellers_) threads_.emplace_back([this, &teller] { Work(teller); });
  }
  ~Conveyor() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    given_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  Conveyor(const Conveyor&) = delete;
  Conveyor& operator=(const Conveyor&) = delete;

  // An empty batch, its memory used before.
  std::unique_ptr<Batch> Fresh() {
    if (spare_.empty()) return std::make_unique<Batch>();
    auto batch = std::move(spare_.back());
    spare_.pop_back();
    return batch;
  }

  // Takes a batch to be judged; waits for and writes the oldest where there are many already.
  Done Give(std::unique_ptr<Batch> batch) {
    if (threads_.empty()) {
      tellers_.front().Tell(*batch);
      return Write(std::move(batch));
    }
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(batch.get());
      batches_.push_back(std::move(batch));
    }
    given_.notify_one();
    return WriteUntil(most_);
  }

  // Writes what is to be written until so many batches are left.
  Done WriteUntil(std::size_t left) {
    while (batches_.size() > left) {
      {
        std::unique_lock lock(mutex_);
        told_.wait(lock, [this] { return batches_.front()->done; });
      }
      auto batch = std::move(batches_.front());
      batches_.pop_front();
      HEED_TRY(Write(std::move(batch)));
    }
    return {};
  }

  MatchReport report;

 private:
  void Work(Teller& teller) {
    for (;;) {
      Batch* batch = nullptr;
      {
        std::unique_lock lock(mutex_);
        given_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        batch = waiting_.front();
        waiting_.pop_front();
      }
      teller.Tell(*batch);
      {
        const std::lock_guard lock(mutex_);
        batch->done = true;
      }
      told_.notify_one();
    }
  }

  Done Write(std::unique_ptr<Batch> batch) {
    report.lines += batch->report.lines;
    report.unreadable += batch->report.unreadable;
    const auto written = WriteAll(out_, batch->verdicts);
    for (std::string* bytes : {&batch->lines, &batch->verdicts}) {
      bytes->clear();
      if (bytes->capacity() > 8 * kBatch) bytes->shrink_to_fit();
    }
    batch->report = {};
    batch->endless = batch->done = false;
    spare_.push_back(std::move(batch));
    return written;
  }

  std::vector<Teller> tellers_;
  int out_;
  std::size_t most_;
  std::vector<std::unique_ptr<Batch>> spare_;
  std::deque<std::unique_ptr<Batch>> batches_;  // whoever gives them only

  std::mutex mutex_;  // guards the rest, and Batch::done
  std::condition_variable given_, told_;
  std::deque<Batch*> waiting_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

// Whether a read would not wait.
bool MoreIsThere(int in) {
  pollfd one{in, POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

}  // namespace

Result<MatchReport> Match(const Judge& judge, MentionPolicy policy, int in, int out, std::size_t threads) {
  std::vector<Teller> tellers;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, threads); ++i) tellers.emplace_back(HEED_TRY(judge.NewWorker()), policy);
  Conveyor conveyor(std::move(tellers), out);
  std::uint64_t next_line = 1;
  auto batch = conveyor.Fresh();
  std::size_t whole = 0;  // bytes of the batch that are whole lines; behind them is the beginning of one
  bool skipping = false;  // inside a line too long to keep
  // Sends off the whole lines; the beginning of a line stays.
  const auto give = [&]() -> Done {
    if (whole == 0 && !batch->endless) return {};
    auto next = conveyor.Fresh();
    next->lines.assign(batch->lines, whole);
    batch->lines.resize(whole);
    batch->first_line = next_line;
    next_line += batch->endless ? 1 : static_cast<std::uint64_t>(std::count(batch->lines.begin(), batch->lines.end(), '\n'));
    HEED_TRY(conveyor.Give(std::move(batch)));
    batch = std::move(next);
    whole = 0;
    return {};
  };
  for (bool ended = false; !ended;) {
    std::string& lines = batch->lines;
    const std::size_t before = lines.size();
    lines.resize(before + kBatch);
    const ssize_t got = ::read(in, lines.data() + before, kBatch);
    lines.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(Fault::kIo, std::string("reading the posts: ") + std::strerror(errno));
    ended = got == 0;
    if (skipping) {
      const std::size_t end = lines.find('\n');
      lines.erase(0, end == std::string::npos ? end : end + 1);
      skipping = end == std::string::npos;
    }
    if (ended && !lines.empty() && lines.back() != '\n') lines += '\n';  // the last line needs no end
    // Only what was read just now is looked through, so that a long line is not looked through again and again.
    const std::size_t looked = std::min(before, lines.size());
    if (const std::size_t last = std::string_view(lines).substr(looked).rfind('\n'); last != std::string::npos) whole = looked + last + 1;
    const bool endless = lines.size() - whole > kMaxLine;
    // What has been read is answered before more is waited for: a person may be typing, a program waiting.
    const bool waits = ended || !MoreIsThere(in);
    if (endless || whole >= kBatch || waits) HEED_TRY(give());
    if (endless) {
      skipping = true;
      std::string().swap(batch->lines);
      batch->endless = true;
      HEED_TRY(give());
    }
    if (waits) HEED_TRY(conveyor.WriteUntil(0));
  }
  return conveyor.report;
}

}  // namespace heed
