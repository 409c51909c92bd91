// What every connector must do, whatever its platform: one suite, run against a small imitation of each.
//
// A connector takes part by writing an imitation of its platform (below) in tests/connectors/<name>_conformance.cc:
//
//   INSTANTIATE_TEST_SUITE_P(Bluesky, Conformance, testing::Values(ConformanceEntry{"bluesky", &MakeBlueskyImitation}));
//
// The suite gives the imitation posts, lets the connector read them through a real HttpClient and the tests'
// HTTP server, breaks the answers in every way it knows, and looks at what comes out.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/http_server.h"

namespace heed {

// A post as the suite invents it.
struct InventedPost {
  int number = 0;       // its identity on the platform, stable over edits; from 1 up, newer posts have larger ones
  std::string text;     // names the school; plain ASCII, no markup
  Instant at{};         // written; within the last day of the suite's clock
  int edits = 0;        // how often the author has changed it: `text` is the latest
  Instant edited_at{};  // of the last edit, when there was one
  bool is_public = true;
};

// One platform, played for one test.
class Imitation {
 public:
  virtual ~Imitation() = default;

  // The connector under test, every address of it on `server`, its defaults where nothing else is needed, and
  // at most `max_pages` pages a run where it has such a cap.  `school` is the only one that may be searched for.
  virtual Result<std::unique_ptr<Connector>> Make(const School& school, const HttpServer& server, int max_pages,
                                                  ConnectorTools tools) = 0;

  // What the platform holds from now on, oldest first.  Called before the first request and whenever it changes;
  // never while a request is being answered.
  virtual void Hold(std::vector<InventedPost> posts) = 0;

  // The platform, in good health: answers whatever the connector asks (sign-in, description of the server,
  // pages of posts: at most PageSize() on each, non-public posts included if the platform could send them).
  // Called on the server's thread, one request at a time.
  virtual Answer Serve(const SeenRequest& request) = 0;

  // Whether this request asks for posts: these are the ones the suite breaks.
  virtual bool AsksForPosts(const SeenRequest& request) const = 0;

  // Posts on a page, small so that a few posts need several; 0 = this platform has no pages.
  virtual int PageSize() const { return 0; }

  virtual bool SpeaksHttp() const { return true; }         // false: the tests that break HTTP answers do not apply
  virtual bool SendsNonPublicPosts() const { return true; }  // false: the platform's answers have no such thing
  virtual bool SearchesByTerm() const { return true; }     // false: requests hold no search terms (a feed's address)
  // Whether `request` holds a search term, and which: what is checked against the school's own.  Only asked
  // when SearchesByTerm() and AsksForPosts(request).
  virtual std::string TermOf(const SeenRequest& request) const {
    (void)request;
    return "";
  }

  virtual std::string ContentType() const { return "application/json"; }
  // A body that parses and tells of an error with status 200: {"error": "..."}.
  virtual std::string ErrorBody() const { return R"({"error":"internal","message":"something went wrong"})"; }
  // A body that nests `levels` deep and is otherwise well formed.
  virtual std::string DeepBody(int levels) const;
  // Whether posts may still be read from a body in which one byte of a text is not UTF-8 (repaired).  When
  // false such a body must be an error.
  virtual bool RepairsUtf8() const { return false; }
};

struct ConformanceEntry {
  const char* name;
  std::unique_ptr<Imitation> (*make)();
};
inline void PrintTo(const ConformanceEntry& entry, std::ostream* out) { *out << entry.name; }

// Reads until the connector says it is up to date, as the runner does.  Fails the test when it does not come
// to an end within `most` pages.
struct Reading {
  std::vector<Post> posts;  // of all pages, in order
  Cursor cursor;            // after the last good page
  std::vector<Gap> gaps;
  std::vector<std::string> notes;
  int pages = 0;
  std::optional<Error> error;  // what ended it, if not the end
};
Reading ReadAll(Connector& connector, Cursor cursor, int most = 200);

class Conformance : public testing::TestWithParam<ConformanceEntry> {
 public:
  static School TheSchool();

 protected:
  Conformance();

  // `count` invented posts, oldest first, numbered from `first`.
  std::vector<InventedPost> Invent(int count, int first = 1) const;
  // Lets the platform hold these.
  void Hold(std::vector<InventedPost> posts);
  // A connector as it is after a fresh start of heed.
  std::unique_ptr<Connector> Fresh(int max_pages = 50);
  // From now on the answer to every request for posts is made by `fault` from the healthy one, until Heal().
  void Break(std::function<Answer(Answer healthy)> fault);
  void Heal();
  int requests_for_posts() const;

  // Every public post held was read, each version once counted, and nothing else: `keys` over all readings.
  using Keys = std::set<std::pair<std::string, std::string>>;  // global_id, version
  static Keys KeysOf(const std::vector<Post>& posts);
  void ExpectAllRead(const std::vector<Post>& posts) const;
  std::size_t PublicPosts() const;

  FakeClock clock{"2031-03-02 08:00"};
  HttpServer server;
  milliseconds patience{20'000};     // of `http`, for one exchange; a test of silence lowers it
  std::unique_ptr<HttpClient> http;  // bodies up to 1 MiB
  std::unique_ptr<Imitation> platform;
  std::vector<InventedPost> held;

 private:
  mutable std::mutex mutex_;
  std::function<Answer(Answer)> fault_;
  int requests_for_posts_ = 0;
};

}  // namespace heed
