// Reading lists that are newest first, page by page and round by round: what the cursors of forums are made of.
//
// A stream is one such list: a search, a community's comments, a channel.  A round reads every stream once, one page
// a call, from its newest entry down to where its last finished reading began less `overlap`; the first time
// down to `look_back` ago.  What lies between is asked for again on purpose: lists lag, and posts are edited
// where they stand.
//
// The cursor, JSON.  DO NOT CHANGE what a version means: write a new one, and start again from an old one.
//   v         1
//   place     where it was read; positions mean nothing elsewhere
//   run       counts the rounds over all streams; running: this one has not ended; began: when it did begin
//   streams   name ->
//               run    the last round it was finished in
//               done   when that reading began
//               sweep  unfinished: from, started, next (position), mark, reached, pages, given
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

// Where the reading of a stream stands when a page is to be read.
struct StreamStep {
  std::string position;     // what the page before named as `next`; "" = the newest page
  Instant from;             // what is older is not wanted
  std::int64_t pages = 0;   // read before this one, this time
  std::int64_t given = 0;   // entries in them, unreadable ones included
};

// One page of one stream.
struct StreamPage {
  struct Entry {
    Post post;                  // first_seen_at is set by ReadRound
    std::optional<Instant> at;  // written or edited, the later; nullopt = kept whatever its age
  };
  std::vector<Entry> entries;      // public ones
  std::size_t given = 0;           // how many the server sent, unreadable ones included
  std::optional<Instant> newest;   // the latest date in it, whatever was left out; nullopt = says nothing of the end
  std::string next;                // position of the next page; "" = this was the last
  std::string mark;                // what tells it from another page (its last id); the same twice = a circle; "" = not told
  bool counts = true;              // false: only fills in what the page before named, and no cap counts it
  std::string cut_short;           // why the list ends here though older entries may exist: a Gap; "" = it does not
  std::vector<std::string> notes;
  std::optional<seconds> wait;
  std::string quota;               // as Page::quota
};

struct RoundOptions {
  std::string place;  // "https://forum.example"
  seconds look_back{}, overlap{};
  std::int64_t max_pages = 1;  // of one stream in one round; more is a Gap
};

using ReadStreamPage = std::function<Result<StreamPage>(const std::string& stream, const StreamStep& step)>;

// Reads the next page of the first stream that is not finished in this round.  `streams` are unique names, as
// people read them; at least one.  An error of `read` is returned as it is, with nothing consumed.
Result<Page> ReadRound(const Cursor& cursor, const std::vector<std::string>& streams, const RoundOptions& options, Instant now,
                       const ReadStreamPage& read);

// --- Settings that such connectors share ---

// look_back, overlap and max_pages of a source, whose card names their defaults; kInvalid names the wrong one.
Result<RoundOptions> ReadRoundOptions(const SourceSpec& spec, std::string place);

// `page_size` of the source, `otherwise` when left out; kInvalid outside 2..most: a page of one could not tell "the
// last one" from "the same one again".
Result<std::int64_t> ReadPageSize(const SourceSpec& spec, std::int64_t otherwise, std::int64_t most);

// The origin that setting `key` names; https, or http to this machine for trying things out.
Result<std::string> ReadServer(const SourceSpec& spec, std::string_view key, std::string_view otherwise = "");

// `queries` of the source, each checked to name the school; left out, the school's terms but for hashtags and
// handles, which forums take for something else; an empty list means none.
Result<std::vector<std::string>> ReadQueries(const SourceSpec& spec, const School& school);

// "host:port" of an origin.
std::string HostOf(std::string_view origin);

}  // namespace heed
