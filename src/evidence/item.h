// One case as a pack tells it: read from the store, and put into words and JSON.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "src/base/json.h"
#include "src/base/result.h"
#include "src/model/case.h"
#include "src/store/store.h"

namespace heed {

struct Item {
  Case c;
  StoredPost post;
  // Oldest first, never empty.  Without the exports at its end: packing a case twice then makes the same pack.
  std::vector<Event> history;
};

Result<Item> ReadItem(const Store& store, CaseId id);

// The words a reader saw, as they were judged.
std::string WordsOf(const Post& post);

// Members of the object that is open: of a post all but who wrote it and the words.  When, in what thread, with what media and counts.
void PutAround(JsonWriter& out, const Post& post);

// All that was received of a version.
//
// A case found to be about a sexual image of a child holds nothing that could lead to it: see IsOfChildImage.
std::string PostJson(const StoredVersion& version);

bool IsOfChildImage(const Case& c);

// The capture record.  `whole`: with what names people.  `masks`: how often what was masked.
std::string ItemJson(const Item& item, const StoredVersion& shown, bool whole, const std::map<std::string, int>& masks);

std::string HowCaptured(const Item& item, const StoredVersion& shown);
std::string NotCaptured(const Item& item, const StoredVersion& shown);

// A letter, a report, a notice: who wanted it and ruled on it, what became of it, then its exact text.  `whole`: with names of staff.
std::string ResponseInWords(const Response& response, bool whole);

// By a file's first bytes: "png", "pdf", "zip", "txt", ...; "bin" for what is not known.
std::string ExtensionOf(std::string_view bytes);

std::string_view KindInWords(EventKind kind);
// The plain values in an event's details: "why: criticism; severity: 3".
std::string DetailsInWords(std::string_view details);

}  // namespace heed
