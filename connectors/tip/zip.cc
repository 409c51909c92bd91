// A zip archive, in memory; one of two hosts of outside libraries in this folder: libarchive.
//
// Nothing is ever written to disk, so no name in it can reach a file; names that try to are refused all the same, because
// such an archive was made to harm.  How much is unpacked is bounded in all, in each, and against what was packed.
// Where the archive is an export, its pictures, films and recordings are not opened: a class chat's may be of children,
// and nobody asked to look at them.
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>

#include "connectors/tip/readers.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed::tip {
namespace {

constexpr std::size_t kMostEntries = 100'000;
constexpr std::size_t kMostUnpacked = 256u << 20;  // of what is read, in all
constexpr std::size_t kMostInOne = 64u << 20;
constexpr std::size_t kMostOverPacked = 100;       // unpacked over packed, once past four megabytes: text packs 5 to 20 times
constexpr std::size_t kSniff = 4096;
constexpr std::size_t kMostWhole = 40;             // pictures, PDFs, pages: more are an album or a site, not a tip

struct Closer {
  void operator()(archive* a) const { archive_read_free(a); }
};

// Whether a name points anywhere but into the archive's own folder.
bool Escapes(std::string_view path) {
  if (path.starts_with('/') || path.find('\\') != path.npos || path.find('\0') != path.npos || (path.size() > 1 && path[1] == ':')) return true;
  for (const auto part : Split(path, '/'))
    if (part == "..") return true;
  return false;
}

struct Entry {
  std::string name, bytes;
  Look look;
};

}  // namespace

TipReading ReadZip(std::string_view name, std::string_view bytes, const TipTools& tools, int depth) {
  TipReading reading;
  const auto refuse = [&](std::string why) {
    TipReading nothing;
    nothing.not_read.push_back({std::string(name), std::move(why)});
    return nothing;
  };
  // Word, Excel and their like are zips too; their first entry tells.
  if (bytes.substr(0, 400).find("[Content_Types].xml") != bytes.npos) return refuse("is an Office document, which heed does not read: save it as PDF and hand that in");
  if (bytes.substr(0, 100).find("mimetypeapplication/vnd.oasis") != bytes.npos) return refuse("is an OpenDocument file, which heed does not read: save it as PDF and hand that in");

  const std::unique_ptr<archive, Closer> in(archive_read_new());
  if (!in || archive_read_support_format_zip(in.get()) != ARCHIVE_OK) return refuse("could not be opened: libarchive did not start");
  if (archive_read_open_memory(in.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return refuse("is damaged: it cannot be opened as a zip archive");

  std::vector<Entry> entries;
  std::size_t unpacked = 0, left_alone = 0;
  for (std::size_t count = 0;; ++count) {
    archive_entry* entry = nullptr;
    const int rc = archive_read_next_header(in.get(), &entry);
    if (rc == ARCHIVE_EOF) break;
    if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN) {
      reading.not_read.push_back({std::string(name), "is damaged behind its first " + std::to_string(count) + " files: ask for it to be sent again"});
      break;
    }
    if (count >= kMostEntries) return refuse("holds more than " + std::to_string(kMostEntries) + " files: hand in only the ones that matter");
    const char* utf8 = archive_entry_pathname_utf8(entry);
    const char* plain = utf8 ? utf8 : archive_entry_pathname(entry);
    const std::string path = RepairUtf8(plain ? plain : "a file without a name");
    const std::string shown = std::string(name) + " > " + Short(path);
    if (archive_entry_filetype(entry) == AE_IFDIR) continue;
    if (Escapes(path)) {
      reading.not_read.push_back({shown, "was refused: its name points outside the archive, as only harmful ones do"});
      continue;
    }
    if (archive_entry_filetype(entry) != AE_IFREG) {
      reading.not_read.push_back({shown, "is a link and not a file"});
      continue;
    }
    if (archive_entry_is_encrypted(entry) == 1) {
      reading.not_read.push_back({shown, "is locked with a password: unpack it and hand in what is inside"});
      continue;
    }
    Entry one{path, {}, Look::kOther};
    bool broken = false, sniffed = false, skip = false;
    for (;;) {
      const void* block = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int got = archive_read_data_block(in.get(), &block, &size, &offset);
      if (got == ARCHIVE_EOF) break;
      if (got != ARCHIVE_OK && got != ARCHIVE_WARN) {
        broken = true;
        break;
      }
      unpacked += size;
      if (unpacked > kMostUnpacked) return refuse("unpacks to more than " + std::to_string(kMostUnpacked >> 20) + " MB: hand in only the files that matter, without the media");
      if (unpacked > (4u << 20) && unpacked / std::max<std::size_t>(bytes.size(), 1) > kMostOverPacked) return refuse("was refused: it unpacks to hundreds of times its size, as only harmful archives do");
      one.bytes.append(static_cast<const char*>(block), size);
      if (!sniffed && one.bytes.size() >= kSniff) {
        sniffed = true;
        one.look = LookAt(one.bytes);
        skip = one.look == Look::kOther;  // films and recordings: not worth unpacking
      }
      if (skip || one.bytes.size() > kMostInOne) break;
    }
    if (broken) {
      reading.not_read.push_back({shown, "is damaged: ask for it to be sent again"});
      continue;
    }
    if (one.bytes.size() > kMostInOne) {
      reading.not_read.push_back({shown, "is over " + std::to_string(kMostInOne >> 20) + " MB"});
      continue;
    }
    if (!sniffed) one.look = LookAt(one.bytes);
    if (one.look == Look::kOther || one.look == Look::kEmpty) {
      ++left_alone;
      continue;
    }
    entries.push_back(std::move(one));
  }

  // First what may be an export; only without one are the other files what somebody means.
  const auto shown = [&](const Entry& entry) { return std::string(name) + " > " + Short(entry.name); };
  const auto is_words = [](Look look) { return look == Look::kJson || look == Look::kHtml || look == Look::kText; };
  std::vector<TipItem> whole;
  bool is_export = false;
  for (auto& entry : entries) {
    if (!is_words(entry.look)) continue;
    TipReading one = ReadOne(shown(entry), entry.bytes, tools, depth + 1);
    entry.bytes.clear();
    for (auto& item : one.items) {
      is_export = is_export || item.collection;
      (item.collection ? reading.items : whole).push_back(std::move(item));
    }
    // JSON that is no message is the rest of a download: settings, logins, likes.
    if (one.items.empty() && entry.look == Look::kJson) ++left_alone;
    else
      for (auto& trouble : one.not_read) reading.not_read.push_back(std::move(trouble));
  }
  if (is_export) {
    for (const auto& entry : entries) left_alone += !is_words(entry.look);
    left_alone += whole.size();
    if (left_alone > 0)
      reading.items.front().notes.push_back(std::to_string(left_alone) + " other files in it (pictures, recordings, settings) were not opened; hand in by itself any that matters");
    return reading;
  }
  std::size_t count = whole.size(), over = 0;
  for (auto& item : whole) reading.items.push_back(std::move(item));
  for (const auto& entry : entries) {
    if (is_words(entry.look)) continue;
    if (entry.look == Look::kZip) {
      reading.not_read.push_back({shown(entry), "is an archive inside an archive: unpack it and hand in what is inside"});
      continue;
    }
    if (++count > kMostWhole) {
      ++over;
      continue;
    }
    TipReading one = ReadOne(shown(entry), entry.bytes, tools, depth + 1);
    for (auto& item : one.items) reading.items.push_back(std::move(item));
    for (auto& trouble : one.not_read) reading.not_read.push_back(std::move(trouble));
  }
  if (over > 0) reading.not_read.push_back({std::string(name), "holds " + std::to_string(over) + " more files than the " + std::to_string(kMostWhole) + " that are read from one archive: hand them in by themselves"});
  if (left_alone > 0) reading.not_read.push_back({std::string(name), "holds " + std::to_string(left_alone) + " files of a kind heed does not read (films, recordings, programs)"});
  if (reading.items.size() > kMostWhole)
    for (auto& item : reading.items) item.collection = true;  // a site, not a page: only what matters of it
  if (reading.items.empty() && reading.not_read.empty()) reading.not_read.push_back({std::string(name), "is an empty archive"});
  return reading;
}

}  // namespace heed::tip
