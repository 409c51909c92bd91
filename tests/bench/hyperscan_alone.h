// Hyperscan bare, for the benchmarks that say what it alone would need: literals compiled, matches counted.
#pragma once

#include <benchmark/benchmark.h>
#include <hs/hs.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

class HyperscanAlone {
 public:
  // When Hyperscan refuses the literals, ok() is false and the benchmark says so.
  HyperscanAlone(benchmark::State& state, const std::vector<std::string>& literals) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    std::vector<unsigned> ids;
    for (const std::string& literal : literals) {
      ids.push_back(static_cast<unsigned>(ids.size()));
      texts.push_back(literal.data());
      sizes.push_back(literal.size());
    }
    const std::vector<unsigned> flags(literals.size(), 0);
    hs_compile_error_t* error = nullptr;
    if (hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), sizes.data(), static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr, &database_, &error) != HS_SUCCESS) {
      state.SkipWithError("Hyperscan refuses the literals");
      hs_free_compile_error(error);
      return;
    }
    hs_alloc_scratch(database_, &scratch_);
  }
  ~HyperscanAlone() {
    hs_free_scratch(scratch_);
    hs_free_database(database_);
  }
  HyperscanAlone(const HyperscanAlone&) = delete;
  HyperscanAlone& operator=(const HyperscanAlone&) = delete;

  bool ok() const { return scratch_ != nullptr; }

  // Adds the matches in a text to `found`.
  void Count(std::string_view text, std::uint64_t& found) const {
    hs_scan(database_, text.data(), static_cast<unsigned>(text.size()), 0, scratch_,
            [](unsigned, unsigned long long, unsigned long long, unsigned, void* count) { return ++*static_cast<std::uint64_t*>(count), 0; }, &found);
  }

 private:
  hs_database_t* database_ = nullptr;
  hs_scratch_t* scratch_ = nullptr;
};

}  // namespace heed
