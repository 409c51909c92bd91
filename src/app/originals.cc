#include "src/app/originals.h"

#include <filesystem>
#include <set>
#include <vector>

#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/evidence/capture.h"
#include "src/evidence/item.h"

namespace heed {
namespace {

namespace fs = std::filesystem;

std::string Root(const std::string& data) { return data + "/originals"; }

}  // namespace

Done KeepOriginal(const std::string& data, std::string_view school, std::string_view bytes) {
  HEED_TRY(MakeFolder(Root(data)));
  const std::string folder = Root(data) + "/" + std::string(school);
  HEED_TRY(MakeFolder(folder));
  return WriteFile(folder + "/" + Sha256Hex(bytes), bytes, 0600);
}

Result<std::string> ReadOriginal(const std::string& data, std::string_view school, std::string_view digest) {
  const auto odd = [](std::string_view text, std::string_view allowed) { return text.empty() || text.find_first_not_of(allowed) != text.npos; };
  if (odd(digest, "0123456789abcdef") || digest.size() != 64 || odd(school, "abcdefghijklmnopqrstuvwxyz0123456789-")) return Fail(Fault::kNotFound, "no such original");
  std::string bytes = HEED_TRY(ReadFile(Root(data) + "/" + std::string(school) + "/" + std::string(digest), 256ull << 20));
  if (Sha256Hex(bytes) != digest) return Fail(Fault::kMalformed, "the original kept as " + std::string(digest) + " has changed since it was handed in");
  return bytes;
}

OriginalKind KindOfOriginal(std::string_view bytes) {
  constexpr std::string_view kPictures[][2] = {{"png", "image/png"}, {"jpg", "image/jpeg"}, {"gif", "image/gif"}, {"webp", "image/webp"}};
  const std::string extension = ExtensionOf(bytes);
  for (const auto& [name, type] : kPictures)
    if (extension == name) return {type, true};
  constexpr std::string_view kVideos[][2] = {{"mp4", "video/mp4"}, {"webm", "video/webm"}, {"ts", "video/mp2t"}};
  for (const auto& [name, type] : kVideos)
    if (extension == name) return {type, false, true};
  return {extension == "pdf" ? "application/pdf" : extension == "txt" ? "text/plain" : "application/octet-stream", false};
}

Result<std::uint64_t> ForgetOriginals(const std::string& data, const Store& store, Instant now) {
  std::uint64_t removed = 0;
  std::error_code error;
  std::vector<fs::path> schools;
  for (fs::directory_iterator at(Root(data), error), end; !error && at != end; at.increment(error)) schools.push_back(at->path());
  if (schools.empty()) return removed;
  std::set<std::string> pictures;
  HEED_TRY(store.EachEvent(0, ~std::uint64_t{0}, [&](const Event& event) {
    if (event.kind != EventKind::kCaptured || event.erased || event.details.find("\"whose\":\"media\"") == std::string::npos) return;
    if (const auto capture = ReadCapture(event.details)) pictures.insert(capture->sha256);
  }));
  for (const auto& school : schools) {
    std::set<std::string> pointed_to = pictures;
    HEED_TRY(store.EachPost(school.filename().string(), [&](const StoredPost& post) {
      for (const auto& version : post.versions)
        if (version.post.handed_in && version.post.handed_in->kept) pointed_to.insert(version.post.handed_in->digest);
    }));
    std::vector<fs::path> files;
    for (fs::directory_iterator at(school, error), end; !error && at != end; at.increment(error)) files.push_back(at->path());
    for (const auto& file : files) {
      if (pointed_to.count(file.filename().string())) continue;
      const auto written = WrittenAt(file.string());
      if (!written || *written + days{1} > now) continue;
      if (fs::remove(file, error)) ++removed;
      else if (error) return Fail(Fault::kIo, "removing " + file.string() + ": " + error.message());
    }
  }
  return removed;
}

}  // namespace heed
