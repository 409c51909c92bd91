// Reading lists that a platform gives page after page, newest first: which list is next, how far each was read,
// and when a reading of one ends.  A connector says which lists there are and asks for one page of one.
//
// Every round reads each list once, down to where its last finished reading began less `overlap`, because lists
// are sorted late and posts are edited.  A list may be found on the way (the comments below a video): it is kept in the
// cursor until its time is over.  Where the cap of pages stops a reading, that is a gap.
//
// The cursor, JSON.  DO NOT CHANGE what a version means: write a new one, and start again from an old one.
//   v         2
//   place     whose lists these are; positions mean nothing elsewhere
//   run       counts the rounds; running: this one has not ended; began: when it did begin
//   memo      name -> text: what the connector counts (quota, money)
//   lists     key -> run    the last round it was finished in
//                    done   when that reading began
//                    mark   the platform's word for the newest seen then
//                    found  of a list found on the way: about, until, once
//                    sweep  unfinished: from, started, next, mark, last_id, reached, pages, given
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "src/base/json.h"
#include "src/base/result.h"
#include "src/base/time.h"
#include "src/model/post.h"

namespace heed {

struct Listing {
  std::string key;               // in the cursor, and as people read it: "the search for Oakmoor School"
  std::string about;             // what the connector needs to ask for it
  std::optional<Instant> until;  // of one found on the way: forgotten from then on
  bool once = false;             // of one found on the way: forgotten when it has been read
  seconds every{0};              // not read again sooner
};

// One reading of one list, under way.
struct ListSweep {
  Instant from, started;           // down to which time; our clock when it began
  std::string next;                // the platform's word for the page to read, "" = the first
  std::string mark;                // as in ListAnswer, of its first page
  std::string last_id;             // as in ListAnswer, of the page before
  std::optional<Instant> reached;  // the latest date of the page before
  std::int64_t pages = 0;          // read so far
  std::int64_t given = 0;          // entries in them, those left out included
};

using ListMemo = std::map<std::string, std::string, std::less<>>;

// A page that is wanted.
struct ListQuestion {
  const Listing& list;
  const ListSweep& sweep;
  std::optional<Instant> done;  // when its last finished reading began; nullopt = none
  const std::string& mark;      // of that reading
  ListMemo& memo;               // stored with the page
};

// What a parser makes of one page.
struct ListEntry {
  Post post;                  // first_seen_at is left to whoever has a clock
  std::optional<Instant> at;  // written or edited, the later; nullopt = kept however old
};

struct ListAnswer {
  std::vector<ListEntry> entries;
  std::size_t given = 0;             // how many the platform sent, those left out included
  std::string next;                  // "" = this was the last page
  std::optional<Instant> newest;     // the latest date of the page, in the list's order; nullopt = it has none, or nothing
  std::string mark;                  // what the next reading may start from
  std::string last_id;               // what tells this page from another; the same twice = a circle; "" = not told
  bool counts = true;                // false: only fills in what the page before named, and no cap counts it
  std::string cut_short;             // why the list ends here though older entries may exist: a gap; "" = it does not
  bool about_school = false;         // as Page::about_school
  std::vector<Listing> found;        // other lists to read from now on
  std::vector<std::string> notes;
  std::optional<seconds> wait;
  std::string quota;        // as Page::quota
  std::optional<Gap> gap;
  bool forget = false;      // the list is gone: a deleted video
  bool start_over = false;  // the platform lost its place, or refuses the mark: again from the first page without it
};

class ListReader {
 public:
  struct Options {
    std::string place;
    seconds look_back, overlap;
    std::int64_t max_pages = 20;
    std::size_t max_found = 200;  // lists found on the way; the shortest-lived go first
  };
  using Ask = std::function<Result<ListAnswer>(const ListQuestion&)>;

  explicit ListReader(Options options) : options_(std::move(options)) {}
  const Options& options() const { return options_; }

  // One page of the list that is next.  What `ask` fails with is returned, and nothing has moved.
  Result<Page> Read(const Cursor& cursor, const std::vector<Listing>& roots, Instant now, const Ask& ask) const;

 private:
  Options options_;
};

// What the connector counts, in a cursor that Read() wrote; empty of any other.
ListMemo ReadListMemo(const Cursor& cursor);

// --- What such connectors share beside it ---

// "look_back", "overlap" and "max_pages" of a source; kInvalid says what would be right.
Result<ListReader::Options> ReadListOptions(const SourceSpec& spec, std::string place, seconds look_back, seconds overlap);

// A length of time that setting `key` names; kInvalid says what would be right.
Result<seconds> ReadLength(const SourceSpec& spec, std::string_view key, seconds otherwise);

// The origin that setting `key` names; https, or http to this machine for trying things out.
Result<std::string> ReadServer(const SourceSpec& spec, std::string_view key, std::string_view otherwise = "");

// `page_size` of the source, `otherwise` when left out; kInvalid outside 2..most: a page of one could not tell "the
// last one" from "the same one again".
Result<std::int64_t> ReadPageSize(const SourceSpec& spec, std::int64_t otherwise, std::int64_t most);

// `queries` of the source, each checked to name the school; left out, the school's terms but for hashtags and
// handles, which forums take for something else; an empty list means none.
Result<std::vector<std::string>> ReadQueries(const SourceSpec& spec, const School& school);

// "host:port" of an origin.
std::string HostOf(std::string_view origin);

// Whether `text` holds one of the school's names, abbreviations, hashtags or domains as whole words.
bool NamesSchool(std::string_view text, const School& school);

}  // namespace heed
