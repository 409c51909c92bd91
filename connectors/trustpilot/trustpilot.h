// Trustpilot: public reviews of the school's own entry there.
//
// Sources: developers.trustpilot.com business-units/find and business-units/{id}/reviews, as far as they could be read; names of fields
// are checked when they arrive, and a review without an id or a date of its own is told of rather than guessed at.
//
// Reviews come by the date they were written: one changed long after that is seen only within `overlap`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/listing/listing.h"

namespace heed {

extern const ConnectorCard kTrustpilotCard;

struct TrustpilotReviews {
  std::vector<ListEntry> entries;
  std::size_t given = 0;
  std::optional<Instant> newest;  // written
  std::vector<std::string> notes;
};

// Pure.  kMalformed when `body` is not a list of reviews.  Reviews that are not shown to everybody ("status" other than "active") and those without
// words are left out.
Result<TrustpilotReviews> ParseTrustpilotReviews(std::string_view body);

}  // namespace heed
