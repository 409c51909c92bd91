// Hyperscan behind two small classes.
#include "pipeline/find.h"

#include <hs/hs.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "src/base/check.h"

namespace heed {
namespace {

// Without the instructions Hyperscan was built for, anything but this question may crash.
Done CheckProcessor() {
  if (hs_valid_platform() != HS_SUCCESS) return Fail(Fault::kUnsupported, "this processor cannot run Hyperscan (it needs SSSE3)");
  return {};
}

void Keep(std::vector<Match>& out, unsigned id, std::uint32_t, std::uint32_t to) { out.push_back({id, to}); }
void Keep(std::vector<PatternMatch>& out, unsigned id, std::uint32_t from, std::uint32_t to) { out.push_back({id, from, to}); }

template <typename Found>
int OnFound(unsigned id, unsigned long long from, unsigned long long to, unsigned, void* context) {
  Keep(*static_cast<std::vector<Found>*>(context), id, static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to));
  return 0;
}

// Frees `error`.
tl::unexpected<Error> Refusal(hs_compile_error_t* error, std::size_t* refused) {
  const std::string why = error && error->message ? error->message : "unknown reason";
  const bool one = error && error->expression >= 0;
  if (one && refused) *refused = static_cast<std::size_t>(error->expression);
  hs_free_compile_error(error);
  return Fail(one ? Fault::kInvalid : Fault::kIo, "Hyperscan refuses: " + why);
}

// As it is searched for: between spaces, so that it is whole words.
std::string Whole(std::string_view pattern) { return " (?:" + std::string(pattern) + ") "; }

// Starts are reported only where patterns are not anchored and have an end.
constexpr unsigned kPatternFlags = HS_FLAG_SOM_LEFTMOST;

}  // namespace

void Database::Free::operator()(hs_database* database) const { hs_free_database(database); }
void Scratch::Free::operator()(hs_scratch* scratch) const { hs_free_scratch(scratch); }

Result<Database> Database::Compile(std::span<const std::string_view> literals, std::size_t* refused) {
  HEED_TRY(CheckProcessor());
  Database out;
  if (literals.empty()) return out;
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  std::vector<unsigned> flags(literals.size(), 0), ids;
  for (const std::string_view literal : literals) {
    texts.push_back(literal.data());
    sizes.push_back(literal.size());
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t rc = hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), sizes.data(), static_cast<unsigned>(literals.size()), HS_MODE_BLOCK, nullptr,
                                             &database, &error);
  if (rc != HS_SUCCESS) return Refusal(error, refused);
  out.database_.reset(database);
  return out;
}

Done CheckPattern(std::string_view pattern) {
  HEED_TRY(CheckProcessor());
  constexpr unsigned kWidest = 200;  // bytes
  if (pattern.empty() || pattern.find('\0') != std::string_view::npos) return Fail(Fault::kInvalid, "it is empty or holds a NUL");
  if (pattern.front() == '^' || pattern.back() == '$') return Fail(Fault::kInvalid, "leave out ^ and $: whole words are found anyway");
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(Whole(pattern).c_str(), kPatternFlags, &info, &error) != HS_SUCCESS) {
    const std::string why = error && error->message ? error->message : "unknown reason";
    hs_free_compile_error(error);
    return Fail(Fault::kInvalid, "Hyperscan refuses it: " + why);
  }
  const unsigned widest = info->max_width, narrowest = info->min_width;
  std::free(info);
  if (widest > kWidest) return Fail(Fault::kInvalid, "it can match more than " + std::to_string(kWidest) + " bytes; say how many, as in [0-9]{1,12}");
  if (narrowest < 3) return Fail(Fault::kInvalid, "it can match nothing at all");
  // What the parser takes the compiler may still find too large.
  const std::string_view one[] = {pattern};
  std::size_t refused = 0;
  const auto compiled = Database::CompilePatterns(one, &refused);
  if (!compiled) return tl::unexpected(compiled.error());
  return {};
}

Result<Database> Database::CompilePatterns(std::span<const std::string_view> patterns, std::size_t* refused) {
  return CompileExpressions(patterns, kPatternFlags, refused);
}
Result<Database> Database::CompilePatternEnds(std::span<const std::string_view> patterns, std::size_t* refused) { return CompileExpressions(patterns, 0, refused); }

Result<Database> Database::CompileExpressions(std::span<const std::string_view> patterns, unsigned flag, std::size_t* refused) {
  HEED_TRY(CheckProcessor());
  Database out;
  if (patterns.empty()) return out;
  std::vector<std::string> whole;
  for (const std::string_view pattern : patterns) whole.push_back(Whole(pattern));
  std::vector<const char*> texts;
  std::vector<unsigned> flags(patterns.size(), flag), ids;
  for (const std::string& text : whole) {
    texts.push_back(text.c_str());
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t rc = hs_compile_multi(texts.data(), flags.data(), ids.data(), static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr, &database, &error);
  if (rc != HS_SUCCESS) return Refusal(error, refused);
  out.database_.reset(database);
  return out;
}

Result<Database> Database::Deserialise(std::string_view bytes) {
  HEED_TRY(CheckProcessor());
  Database out;
  if (bytes.empty()) return out;
  hs_database_t* database = nullptr;
  if (hs_deserialize_database(bytes.data(), bytes.size(), &database) != HS_SUCCESS) return Fail(Fault::kMalformed, "not a database of this Hyperscan");
  out.database_.reset(database);
  return out;
}

Result<std::string> Database::Serialise() const {
  if (!database_) return std::string();
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(database_.get(), &bytes, &size) != HS_SUCCESS) return Fail(Fault::kIo, "Hyperscan cannot write its database out");
  std::string out(bytes, size);
  std::free(bytes);
  return out;
}

Result<Scratch> Scratch::Make(std::initializer_list<const Database*> databases) {
  Scratch out;
  hs_scratch_t* scratch = nullptr;
  for (const Database* database : databases) {
    if (database->empty()) continue;
    const hs_error_t rc = hs_alloc_scratch(database->database_.get(), &scratch);
    if (rc != HS_SUCCESS) {
      hs_free_scratch(scratch);
      return Fail(Fault::kIo, "no memory for Hyperscan's scratch");
    }
  }
  out.scratch_.reset(scratch);
  return out;
}

template <typename Found>
Done Scratch::Search(const Database& database, std::string_view text, std::vector<Found>& out) {
  if (database.empty() || text.empty()) return {};
  HEED_CHECK(text.size() < std::numeric_limits<std::uint32_t>::max());
  const auto before = static_cast<std::ptrdiff_t>(out.size());
  const hs_error_t rc = hs_scan(database.database_.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch_.get(), &OnFound<Found>, &out);
  if (rc != HS_SUCCESS) return Fail(Fault::kIo, "scan failed (Hyperscan error " + std::to_string(rc) + ")");
  // They come in this order; nothing in Hyperscan's manual promises it.
  const auto earlier = [](const Found& a, const Found& b) { return a.end < b.end; };
  if (!std::is_sorted(out.begin() + before, out.end(), earlier)) std::stable_sort(out.begin() + before, out.end(), earlier);
  return {};
}

Done Scratch::Scan(const Database& database, std::string_view text, std::vector<Match>& out) { return Search(database, text, out); }
Done Scratch::ScanPatterns(const Database& database, std::string_view text, std::vector<PatternMatch>& out) { return Search(database, text, out); }

std::string EngineIdentity() {
  std::string out = hs_version();
  hs_platform_info_t platform{};
  if (hs_populate_platform(&platform) == HS_SUCCESS) {
    out += " tune " + std::to_string(platform.tune) + " features " + std::to_string(platform.cpu_features);
  }
  return out;
}

}  // namespace heed
