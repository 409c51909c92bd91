// X: public posts of the last seven days that name the school, through the paid recent search.  Off unless the school says in its
// configuration who asked X and got leave.
//
// Sources: docs.x.com: search/recent (OpenAPI 2.167), operators, pagination, pricing, rate limits, data dictionary.
//
// Every post returned is billed.  heed counts what it was sent, in the cursor, by calendar month (UTC), and never asks for more than
// what is left of the cap would pay for.  An answer that was lost on the way is counted as a full one, in memory until a page is stored; X
// itself bills a post once in a day, however often it is sent.  Looks at reported posts (`look_again`, off by itself), forms and hidings are counted in the
// source's tally before they are asked, against the same cap.  An edited post is a new one with a history: the
// first of that history names it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"

namespace heed {

extern const ConnectorCard kXCard;

struct XPage {
  std::vector<ListEntry> entries;  // in X's order; retweets left out
  std::size_t posts = 0, users = 0;  // as billed
  std::string next;    // meta.next_token
  std::string newest;  // meta.newest_id
  std::vector<std::string> notes;
};

// Pure.  What an answer to a look-up of one post by its id says of it; kUnknown of what does not say.
Presence ReadXLook(std::string_view body, std::string_view id);

// Pure.  kMalformed when `body` is not an answer of the search.
Result<XPage> ParseXPage(std::string_view body);

// The school's names, hashtags, domains and X handle as few queries as X's limit of 512 characters allows, retweets left out.
std::vector<std::string> XQueries(const School& school);

}  // namespace heed
