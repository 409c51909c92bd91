// The file connector: large reads, whole lines, and where it left off in each file.
#include "connectors/file/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/text.h"

namespace heed {
namespace {

constexpr std::size_t kReadBytes = 512 << 10;   // at a time
constexpr std::size_t kLongestLine = 1 << 20;   // bytes; longer ones are skipped
constexpr std::size_t kPageLines = 1'000;
constexpr std::size_t kCheckBytes = 4 << 10;    // of a file's beginning and of what is just before the offset
constexpr std::size_t kMostNotes = 10;

// How far one file was read.
struct Progress {
  std::uint64_t offset = 0;  // behind the last line read
  std::uint64_t line = 0;    // how many lines that were
  std::string identity;      // device and number of the file
  std::string check;         // digest of the bytes that must still be there: see Checked()
  bool operator==(const Progress&) const = default;
};

// What the cursor holds: JSON, written and read below.   Bump kVersion when its meaning changes.
//
//   v      1
//   at     path of the file to go on with while there is more, or absent
//   files  [{path, offset, line, id, check}], in name order
struct Position {
  static constexpr std::int64_t kVersion = 1;
  std::string at;
  std::map<std::string, Progress> files;
};

Cursor Write(const Position& position) {
  JsonWriter out;
  out.Object().Field("v", Position::kVersion);
  if (!position.at.empty()) out.Field("at", position.at);
  out.Key("files").Array();
  for (const auto& [path, progress] : position.files) {
    out.Object().Field("path", path).Field("offset", progress.offset).Field("line", progress.line);
    out.Field("id", progress.identity).Field("check", progress.check).EndObject();
  }
  out.EndArray().EndObject();
  return {out.Take()};
}

std::optional<Position> Read(const Cursor& cursor) {
  JsonParser parser;
  const auto json = parser.Parse(cursor.value);
  if (!json || (*json)["v"].Int() != Position::kVersion) return std::nullopt;
  Position position;
  position.at = (*json)["at"].StringOr("");
  (*json)["files"].Each([&](Json one) {
    Progress& progress = position.files[std::string(one["path"].StringOr(""))];
    progress.offset = static_cast<std::uint64_t>(std::max<std::int64_t>(0, one["offset"].Int().value_or(0)));
    progress.line = static_cast<std::uint64_t>(std::max<std::int64_t>(0, one["line"].Int().value_or(0)));
    progress.identity = one["id"].StringOr("");
    progress.check = one["check"].StringOr("");
  });
  return position;
}

// An open file.
class Input {
 public:
  static Result<Input> Open(const std::string& path) {
    Input input;
    input.fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (input.fd_ < 0) return Failed(path);
    struct stat status {};
    if (::fstat(input.fd_, &status) != 0) return Failed(path);
    if (!S_ISREG(status.st_mode)) return Fail(Fault::kInvalid, path + " is neither a file nor a folder");
    input.size_ = static_cast<std::uint64_t>(status.st_size);
    input.identity_ = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
    input.path_ = path;
    return input;
  }
  ~Input() {
    if (fd_ >= 0) ::close(fd_);
  }
  Input(Input&& other) noexcept : fd_(std::exchange(other.fd_, -1)), size_(other.size_), identity_(std::move(other.identity_)), path_(std::move(other.path_)) {}
  Input& operator=(Input&&) = delete;

  std::uint64_t size() const { return size_; }  // when it was opened
  const std::string& identity() const { return identity_; }

  // Up to `count` bytes from `offset` behind what `out` holds; fewer only at the end of the file.
  Done Append(std::uint64_t offset, std::size_t count, std::string& out) const {
    const std::size_t before = out.size();
    out.resize(before + count);
    std::size_t got = 0;
    while (got < count) {
      const ssize_t n = ::pread(fd_, out.data() + before + got, count - got, static_cast<off_t>(offset + got));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Failed(path_);
      if (n == 0) break;
      got += static_cast<std::size_t>(n);
    }
    out.resize(before + got);
    return {};
  }

 private:
  Input() = default;
  static tl::unexpected<Error> Failed(const std::string& path) {
    const int code = errno;
    return Fail(code == ENOENT ? Fault::kNotFound : code == EACCES ? Fault::kDenied : Fault::kIo, path + ": " + std::strerror(code));
  }

  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::string identity_, path_;
};

class FileConnector final : public Connector {
 public:
  FileConnector(std::string path, const Clock& clock) : path_(std::move(path)), clock_(clock) {}

  Result<Page> Fetch(const Cursor& cursor) override;

 private:
  // Lines of one page, and what was wrong with some.
  struct Harvest {
    Page& page;
    std::size_t lines = 0;
    std::size_t unreadable = 0, not_public = 0;
    std::string first_unreadable;
  };

  Result<std::vector<std::string>> Files() const;
  Result<std::string> Checked(const Input& input, std::uint64_t offset);
  Result<bool> ReadSome(const Input& input, const std::string& path, Progress& progress, Harvest& harvest);
  void TakeLine(std::string_view line, const std::string& path, std::uint64_t number, Harvest& harvest);
  static void Complain(const std::string& path, std::uint64_t number, const std::string& why, Harvest& harvest);

  std::string path_;
  const Clock& clock_;
  JsonParser parser_;
  std::string buffer_, check_buffer_;  // memory kept between pages, nothing else
  Instant now_{};
};

// The file itself, or every *.jsonl below the folder in name order.
Result<std::vector<std::string>> FileConnector::Files() const {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) {
    return Fail(errno == EACCES ? Fault::kDenied : Fault::kNotFound, path_ + ": " + std::strerror(errno));
  }
  if (!S_ISDIR(status.st_mode)) return std::vector<std::string>{path_};
  return ListFiles(path_, ".jsonl");
}

// A digest of the file's first bytes and of those before `offset`: what was read must still be there, or the
// file is another one, even under the same name and number.
Result<std::string> FileConnector::Checked(const Input& input, std::uint64_t offset) {
  const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(offset, kCheckBytes));
  check_buffer_.clear();
  HEED_TRY(input.Append(0, count, check_buffer_));
  HEED_TRY(input.Append(offset - count, count, check_buffer_));
  return std::to_string(Hash64(check_buffer_));
}

void FileConnector::Complain(const std::string& path, std::uint64_t number, const std::string& why, Harvest& harvest) {
  std::string note = path + ":" + std::to_string(number) + ": " + why;
  if (harvest.unreadable++ == 0) harvest.first_unreadable = note;
  if (harvest.unreadable <= kMostNotes) harvest.page.notes.push_back("skipped " + std::move(note));
}

void FileConnector::TakeLine(std::string_view line, const std::string& path, std::uint64_t number, Harvest& harvest) {
  if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.find_first_not_of(" \t") == std::string_view::npos) return;
  ++harvest.lines;
  auto post = ParsePostLine(line, parser_);
  if (!post) return Complain(path, number, post.error().message(), harvest);
  if (!*post) return void(++harvest.not_public);
  (*post)->first_seen_at = now_;
  harvest.page.posts.push_back(**std::move(post));
}

// Reads on in one file; true when it is at its end.
Result<bool> FileConnector::ReadSome(const Input& input, const std::string& path, Progress& progress, Harvest& harvest) {
  while (harvest.lines < kPageLines) {
    buffer_.clear();
    HEED_TRY(input.Append(progress.offset, kReadBytes, buffer_));
    bool at_end = buffer_.size() < kReadBytes;
    if (!at_end && buffer_.find('\n') == std::string::npos) {
      HEED_TRY(input.Append(progress.offset + buffer_.size(), kLongestLine + 1 - buffer_.size(), buffer_));
      at_end = buffer_.size() <= kLongestLine;
    }
    if (buffer_.empty()) return true;
    std::size_t at = 0;
    while (harvest.lines < kPageLines) {
      const std::size_t end = buffer_.find('\n', at);
      if (end == std::string::npos) break;
      TakeLine(std::string_view(buffer_).substr(at, end - at), path, ++progress.line, harvest);
      at = end + 1;
    }
    progress.offset += at;
    if (harvest.lines >= kPageLines) return at_end && at == buffer_.size();
    if (at > 0 && !at_end) return false;  // a page's worth of bytes
    const std::string_view rest = std::string_view(buffer_).substr(at);
    if (at_end) {
      // The last line has no end yet: whoever writes it may be half way.  It counts when it is whole.
      if (!rest.empty() && ParsePostLine(rest.substr(progress.line == 0 && rest.starts_with("\xEF\xBB\xBF") ? 3 : 0), parser_)) {
        TakeLine(rest, path, ++progress.line, harvest);
        progress.offset += rest.size();
      }
      return true;
    }
    // A line longer than any post: find its end without keeping it.
    std::uint64_t skip = progress.offset;
    for (std::size_t end = std::string::npos; end == std::string::npos;) {
      buffer_.clear();
      HEED_TRY(input.Append(skip, kReadBytes, buffer_));
      if (buffer_.empty()) return true;  // no end yet; looked for again next time
      end = buffer_.find('\n');
      skip += end == std::string::npos ? buffer_.size() : end + 1;
    }
    ++harvest.lines;
    Complain(path, ++progress.line, "longer than " + std::to_string(kLongestLine) + " bytes", harvest);
    progress.offset = skip;
  }
  return false;
}

Result<Page> FileConnector::Fetch(const Cursor& cursor) {
  now_ = clock_.Now();
  Page page;
  Position before;
  if (auto known = Read(cursor)) before = *std::move(known);
  else if (!cursor.empty()) page.notes.push_back("the stored position cannot be read, so everything is read from the start");

  const auto paths = HEED_TRY(Files());
  if (paths.empty()) page.notes.push_back(path_ + " holds no *.jsonl file");
  Position after;
  Harvest harvest{page};
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string& path = paths[i];
    const auto known = before.files.find(path);
    Progress progress = known == before.files.end() ? Progress{} : known->second;
    // Read in this run already, or to be read by the next page.
    if (path < before.at || page.more) {
      if (known != before.files.end()) after.files.emplace(path, std::move(progress));
      continue;
    }
    const auto input = Input::Open(path);
    if (!input && input.error().fault() == Fault::kNotFound && paths.size() > 1) continue;  // gone since the list was made
    if (!input) return Fail(input.error());
    if (progress.offset > 0) {
      const bool same = input->identity() == progress.identity && input->size() >= progress.offset && HEED_TRY(Checked(*input, progress.offset)) == progress.check;
      if (!same) {
        page.notes.push_back(path + " is not the file it was, so it is read from its start");
        progress = {};
      }
    }
    const bool ended = HEED_TRY(ReadSome(*input, path, progress, harvest));
    progress.identity = input->identity();
    progress.check = HEED_TRY(Checked(*input, progress.offset));
    const double share = input->size() == 0 ? 1 : std::min(1.0, static_cast<double>(progress.offset) / static_cast<double>(input->size()));
    page.progress = (static_cast<double>(i) + (ended ? 1 : share)) / static_cast<double>(paths.size());
    after.files.emplace(path, std::move(progress));
    if (!ended || (harvest.lines >= kPageLines && i + 1 < paths.size())) {
      page.more = true;
      after.at = ended ? paths[i + 1] : path;
    }
  }
  if (harvest.unreadable > 0) {
    const bool one = harvest.unreadable == 1;
    const std::string count = std::to_string(harvest.unreadable) + (one ? " line was" : " lines were");
    page.gap = Gap{std::nullopt, std::nullopt, count + " unreadable, the first at " + harvest.first_unreadable};
    if (harvest.unreadable > kMostNotes) page.notes.push_back(std::to_string(harvest.unreadable - kMostNotes) + " more unreadable lines skipped");
  }
  if (harvest.not_public > 0) page.notes.push_back(std::to_string(harvest.not_public) + " posts left out: not public");
  page.next = Write(after);
  return page;
}

Result<std::unique_ptr<Connector>> Make(const SourceSpec& spec, const School&, ConnectorTools tools) {
  std::string path = spec.String("path");
  if (path.empty()) return Fail(Fault::kInvalid, "path: name a file of JSON Lines, or a folder of *.jsonl files");
  return std::make_unique<FileConnector>(std::move(path), tools.clock);
}

}  // namespace

const ConnectorCard kFileCard = {
    .name = "file",
    .summary = "posts from JSON Lines files: imports, replays, demonstrations",
    .terms = "Whoever collected the posts must have been allowed to. Only public posts belong in the file.",
    .terms_must_be_accepted = false,
    .settings =
        {
            {"path", SettingKind::kPath, true, "", "a file with one post a line, or a folder of *.jsonl files, read in name order"},
        },
    .collects = true,
    .reports = false,
    .rechecks = false,
    .make = &Make,
};

}  // namespace heed
