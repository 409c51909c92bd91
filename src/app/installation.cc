#include "src/app/installation.h"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <ctime>

#include "src/app/clock_watch.h"
#include "src/base/file.h"
#include "src/base/hash.h"
#include "src/base/log.h"

namespace heed {
namespace {

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string BinaryFolder() {
  char path[PATH_MAX];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  return length > 0 ? FolderOf(std::string(path, static_cast<std::size_t>(length))) : ".";
}

// Which heed this is, as told by its file: another build may lay things out in memory another way.
std::string RunningProgram() {
  struct stat info {};
  if (::stat("/proc/self/exe", &info) != 0) return "unknown";
  return std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec);
}

constexpr std::uint64_t kMaxLexiconFile = 32ull << 20, kMaxCache = 512ull << 20;

std::string CacheFile(const std::string& folder, const std::string& lexicons, const std::vector<School>& schools, bool drafts) {
  std::string home = folder;
  if (home.empty()) {
    home = FromEnvironment("XDG_CACHE_HOME");
    if (home.empty() && !FromEnvironment("HOME").empty()) home = FromEnvironment("HOME") + "/.cache";
    if (home.empty()) return {};
    home += "/heed";
  }
  std::string key = lexicons + (drafts ? "\ndrafts" : "");
  for (const auto& school : schools) key += "\n" + school.id;
  return home + "/matcher-" + Sha256Hex(key).substr(0, 12) + ".cache";
}

}  // namespace

Result<std::string> FindConfig(const Locations& where) {
  if (!where.config.empty()) return where.config;
  if (const auto named = FromEnvironment("HEED_CONFIG"); !named.empty()) return named;
  for (const char* usual : {"heed.toml", "/etc/heed/heed.toml"})
    if (Exists(usual)) return std::string(usual);
  return Fail(Fault::kNotFound, "no configuration: there is no heed.toml here and no /etc/heed/heed.toml; name one with --config FILE");
}

Result<Config> OpenConfig(const Locations& where) {
  const std::string file = HEED_TRY(FindConfig(where));
  ConfigReading reading = HEED_TRY(LoadConfig(file));
  if (!reading.config) return Fail(Fault::kInvalid, ToString(reading.mistakes));
  ::setenv("TZ", reading.config->timezone.c_str(), 1);
  ::tzset();
  return *std::move(reading.config);
}

std::string DataFolder(const Locations& where, const Config& config) {
  if (!where.data.empty()) return where.data;
  if (!config.data.empty()) return config.data;
  if (const auto named = FromEnvironment("HEED_DATA"); !named.empty()) return named;
  return Resolve(config.folder, "data");
}

Result<std::string> LexiconFolder(const Locations& where, const Config* config) {
  if (!where.lexicons.empty()) return where.lexicons;
  if (config && !config->lexicons.empty()) return config->lexicons;
  if (const auto named = FromEnvironment("HEED_LEXICONS"); !named.empty()) return named;
  const std::string binary = BinaryFolder();
  for (const std::string& usual : {binary + "/../../lexicons", binary + "/../share/heed/lexicons", std::string("/usr/share/heed/lexicons")})
    if (Exists(usual)) return Resolve("/", usual);
  return Fail(Fault::kNotFound, "no lexicons: name their folder with --lexicons DIR");
}

Result<std::vector<LexiconFile>> ReadLexiconFiles(const std::string& folder) {
  const auto paths = HEED_TRY(ListFiles(folder, ".toml"));
  if (paths.empty()) return Fail(Fault::kNotFound, folder + ": holds no lexicon (*.toml)");
  std::vector<LexiconFile> files;
  for (const auto& path : paths) files.push_back({path, HEED_TRY(ReadFile(path, kMaxLexiconFile))});
  return files;
}

std::string ReadDictionary() {
  for (const char* path : {"/usr/share/dict/british-english", "/usr/share/dict/words"})
    if (auto words = ReadFile(path, 32 << 20)) return *std::move(words);
  return {};
}

Result<Judge> OpenJudge(const std::string& lexicons, std::vector<School> schools, const std::string& cache_folder, bool drafts) {
  auto files = HEED_TRY(ReadLexiconFiles(lexicons));
  JudgeOptions options;
  options.dictionary = ReadDictionary();
  options.program = RunningProgram();
  options.drafts = drafts;
  const std::string digest = LexiconDigest(files);
  const std::string cache = CacheFile(cache_folder, lexicons, schools, drafts);
  if (!cache.empty()) {
    if (const auto image = MappedFile::Open(cache, kMaxCache)) {
      options.cached = image->bytes();
      // The files were right when the cache was made of them.
      auto kept = std::make_shared<const std::vector<LexiconFile>>(files);
      const auto read = [kept] { return std::make_shared<const Lexicon>(LoadLexicon(*kept).value()); };
      if (auto judge = Judge::FromCache(digest, read, schools, options)) return *std::move(judge);
      options.cached = {};
    }
  }
  auto lexicon = LoadLexicon(files);
  if (!lexicon) return Fail(Fault::kInvalid, ToString(lexicon.error()));
  auto judge = HEED_TRY(Judge::Make(std::make_shared<const Lexicon>(*std::move(lexicon)), std::move(schools), std::move(options)));
  if (!cache.empty()) {
    const auto kept = MakeFolder(FolderOf(cache)).and_then([&] { return WriteFile(cache, judge.CacheImage(), 0600); });
    if (!kept) LogDebug("the compiled lexicon is not kept for the next start: " + kept.error().message());
  }
  return judge;
}

Result<std::unique_ptr<Store>> OpenStore(const std::string& data, Access access) {
  if (access == Access::kWrite) HEED_TRY(MakeFolder(data));
  auto store = Store::Open(data, Store::Options{.read_only = access == Access::kRead});
  if (!store && store.error().fault() == Fault::kNotFound)
    return Fail(Fault::kNotFound, "nothing has been scanned into " + data + " yet; run `heed scan` first");
  if (!store) return Fail(std::move(store).error().While("opening " + data));
  if (access == Access::kWrite) {
    ClockWatch watch(**store, data);
    LookAtTheClock(watch);
  }
  return store;
}

}  // namespace heed
