// Google reviews: what people write about the school's own place on Google Maps, through the Business Profile API.
//
// Sources: developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews (list, Review) and
// developers.google.com/identity/protocols/oauth2 (refreshing an access token).
//
// Reviews come by their last change, newest first.  A review of stars alone has nothing to judge and is left out.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"

namespace heed {

extern const ConnectorCard kGoogleCard;

struct GoogleReviews {
  std::vector<ListEntry> entries;
  std::size_t given = 0;
  std::string next;               // nextPageToken
  std::optional<Instant> newest;  // changed
  std::vector<std::string> notes;
};

// Pure.  `location`: "accounts/1/locations/2".  kMalformed when `body` is not a list of reviews; an empty object is an empty list, as
// Google writes it.
Result<GoogleReviews> ParseGoogleReviews(std::string_view body, std::string_view location);

// Pure.  The words as they were written, where Google has put a translation before or after them.
std::string_view WithoutTranslation(std::string_view comment);

}  // namespace heed
