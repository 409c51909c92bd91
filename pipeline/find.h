// Find: many literals, and a few patterns, in many texts at once; the only host of Hyperscan.
//
// Texts are folded, so literals are plain bytes with a space at both ends and need no word boundaries.  Found by measuring:
// literals compile a hundred times faster than regular expressions, and one scan over many texts is several times faster than a
// scan each.  A scratch that was not sized for a database can crash, so a Scratch is made for all it will be used with.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/result.h"

struct hs_database;
struct hs_scratch;

namespace heed {

struct Match {
  std::uint32_t literal;  // index in what was compiled
  std::uint32_t end;      // bytes of what was scanned; where it starts follows from the literal's length
};

// Where a pattern was found.
struct PatternMatch {
  std::uint32_t pattern;     // index in what was compiled
  std::uint32_t begin, end;  // bytes of what was scanned, half open; they start and end at a space, which both count
};

// Whether a regular expression of a lexicon can be searched for: Hyperscan takes it, and it has an end.
Done CheckPattern(std::string_view pattern);

// Immutable, shared between threads.  Nothing to find is fine.
class Database {
 public:
  // kInvalid: Hyperscan refuses literal `*refused`; kUnsupported: not on this processor; kIo: out of memory.
  static Result<Database> Compile(std::span<const std::string_view> literals, std::size_t* refused);
  // Regular expressions, found where they are whole words of a folded text.  Each should have passed CheckPattern().
  static Result<Database> CompilePatterns(std::span<const std::string_view> patterns, std::size_t* refused);
  // The same for Scan(), which does not say where they start: several times faster, to learn whether there are any.
  static Result<Database> CompilePatternEnds(std::span<const std::string_view> patterns, std::size_t* refused);
  // What Serialise() wrote, by the same Hyperscan for the same processor.  kMalformed for anything else it can tell.
  static Result<Database> Deserialise(std::string_view bytes);
  Result<std::string> Serialise() const;  // "" for an empty one

  bool empty() const { return !database_; }

 private:
  friend class Scratch;
  static Result<Database> CompileExpressions(std::span<const std::string_view> patterns, unsigned flag, std::size_t* refused);
  struct Free {
    void operator()(hs_database* database) const;
  };
  std::unique_ptr<hs_database, Free> database_;
};

// One per thread.
class Scratch {
 public:
  // kIo when there is no memory.
  static Result<Scratch> Make(std::initializer_list<const Database*> databases);

  // Appends every match to `out`, ends ascending.  `text` must be shorter than 4 GiB.  A failed scan is an error, whatever
  // was found: never "no match".
  Done Scan(const Database& database, std::string_view text, std::vector<Match>& out);
  // The same for a database of patterns.
  Done ScanPatterns(const Database& database, std::string_view text, std::vector<PatternMatch>& out);

 private:
  template <typename Found>
  Done Search(const Database& database, std::string_view text, std::vector<Found>& out);
  struct Free {
    void operator()(hs_scratch* scratch) const;
  };
  std::unique_ptr<hs_scratch, Free> scratch_;
};

// Names the Hyperscan, and the processor as Hyperscan sees it: what a serialised database depends on.
std::string EngineIdentity();

}  // namespace heed
