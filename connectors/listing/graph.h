// Meta's Graph API, which Facebook Pages and Instagram share: requests with a token, its errors in plain words, its
// paging, how much of the allowance is used, and when the token ends.
//
// Sources: developers.facebook.com/docs/graph-api guides on error handling, paging, rate limiting and debug_token.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"
#include "src/base/json.h"
#include "src/base/result.h"
#include "src/base/time.h"

namespace heed {

struct GraphError {
  std::int64_t code = 0, subcode = 0;
  std::string message;

  // The object is not there, or not for this token: of one that could be read before, the former.
  bool IsMissing() const { return (code == 100 && subcode == 33) || code == 803 || (code == 100 && message.find("does not exist") != std::string::npos); }
};

// Pure.  nullopt when the body is not an error of the Graph API's own.
std::optional<GraphError> ReadGraphError(std::string_view body);

// Pure.  Parameters that ask for the page after this one, ready to be put into an address ("after=QVFI"), or "" at the end.
std::string GraphNext(Json paging);

// Pure.  How long to leave the API alone when the headers say that nearly all of the allowance is used.
std::optional<seconds> GraphWait(const HttpResponse& response);
// Pure.  "37 % of Meta's allowance for now is used", or "" where the headers do not say.
std::string GraphQuota(const HttpResponse& response);

// Pure, of a debug_token answer.
struct GraphToken {
  bool valid = true;
  std::optional<Instant> ends;  // of the token or of its leave to read, the earlier; nullopt = never, or not told
  std::string why;              // of one that is not valid
};
std::optional<GraphToken> ReadGraphToken(std::string_view body);

// "12345": ids that go into a path are digits only.
bool IsGraphId(std::string_view text);

class Graph {
 public:
  struct Options {
    std::string server, version, token;
    std::string_view token_help;   // how to make a new one
    std::string_view permissions;  // what it needs
  };
  Graph(Options options, ConnectorTools tools) : options_(std::move(options)), tools_(tools) {}

  // `path` without the version: "123/feed?limit=100".
  HttpRequest Request(std::string_view method, const std::string& path) const;
  // Any status.
  Result<HttpResponse> Get(const std::string& path, const std::string& what);
  // What an answer that is not 200 means.
  Error Refused(const HttpResponse& response, const std::string& what) const;
  // Asks, twice a day at most, when the token ends; `ends` is as Page::sign_in_ends.  kSignIn when it has ended.
  Done LookAtToken(std::optional<Instant>& ends);

 private:
  Options options_;
  ConnectorTools tools_;
  std::optional<Instant> looked_;
};

// Reads one page of lists, and after the last of a round asks when the token ends.
Result<Page> ReadWithToken(const ListReader& reader, Graph& graph, const Cursor& cursor, const std::vector<Listing>& roots, Instant now, const ListReader::Ask& ask);

// The lists of a source of Meta's: ReadListOptions(), and "follow_posts".
Result<ListReader::Options> ReadGraphLists(const SourceSpec& spec, std::string place);

// "server", "version" and "token" of a source.
Result<Graph::Options> ReadGraphOptions(const SourceSpec& spec);

}  // namespace heed
