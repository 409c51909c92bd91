#include "src/app/tally.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "src/base/file.h"
#include "src/base/text.h"

namespace heed {
namespace {

constexpr std::uint64_t kMostBytes = 8 << 20, kLong = 256 << 10;

std::int64_t SecondsOf(Instant at) { return std::chrono::floor<seconds>(at).time_since_epoch().count(); }

// When and how much; nullopt for half a line, which a crash can leave.
std::optional<std::pair<std::int64_t, std::int64_t>> ReadLine(std::string_view line) {
  std::int64_t at = 0, amount = 0;
  const auto first = std::from_chars(line.data(), line.data() + line.size(), at);
  if (first.ec != std::errc{} || first.ptr == line.data() + line.size() || *first.ptr != ' ') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, line.data() + line.size(), amount);
  if (second.ec != std::errc{} || second.ptr != line.data() + line.size()) return std::nullopt;
  return std::pair(at, amount);
}

}  // namespace

FileTally::FileTally(std::string data, std::string source, const Clock* clock)
    : folder_(data.empty() ? "" : data + "/tally"), path_(data.empty() ? "" : folder_ + "/" + source), clock_(clock) {}

Done FileTally::Add(std::int64_t amount) {
  if (path_.empty()) return {};
  const std::lock_guard lock(mutex_);
  HEED_TRY(MakeFolder(folder_));
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return Fail(Fault::kIo, path_ + ": " + std::strerror(errno));
  const Instant now = Now();
  const std::string line = std::to_string(SecondsOf(now)) + " " + std::to_string(amount) + "\n";
  const bool kept = ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fdatasync(file) == 0;
  const std::string why = std::strerror(errno);
  const off_t length = ::lseek(file, 0, SEEK_END);
  ::close(file);
  if (!kept) return Fail(Fault::kIo, path_ + ": " + why);
  if (length > static_cast<off_t>(kLong)) HEED_TRY(Shorten(now));
  return {};
}

Done FileTally::Shorten(Instant now) const {
  const std::string text = HEED_TRY(ReadFile(path_, kMostBytes));
  std::string kept;
  for (const auto line : Split(text, '\n'))
    if (const auto read = ReadLine(line); read && read->first >= SecondsOf(now - kKept)) kept.append(line).append("\n");
  // Where all of it is young it stays as it is: a source that asks so often is read often, too.
  if (kept.size() * 2 > text.size()) return {};
  return WriteFile(path_, kept, 0600);
}

Result<std::int64_t> FileTally::Since(Instant since) const {
  if (path_.empty() || !Exists(path_)) return 0;
  const std::string text = HEED_TRY(ReadFile(path_, kMostBytes));
  std::int64_t sum = 0;
  for (const auto line : Split(text, '\n'))
    if (const auto read = ReadLine(line); read && read->first >= SecondsOf(since)) sum += read->second;
  return sum;
}

}  // namespace heed
