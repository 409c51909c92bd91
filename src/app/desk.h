// What staff read: the queue, one case, how the sources are doing.  Reads only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/app/config.h"
#include "src/base/result.h"
#include "src/model/case.h"
#include "src/model/post.h"
#include "src/model/source.h"
#include "src/store/store.h"

namespace heed {

struct QueueItem {
  Case c;
  std::string platform, permalink;
  std::string text;  // the judged text of the version the case shows; its hits' offsets fit
};

// Open cases, worst first, then oldest: those of first readings that wait to be skimmed, or all others.  `school` empty: all of them.
Result<std::vector<QueueItem>> ReadQueue(const Store& store, std::string_view school, std::size_t limit, bool backlog = false);

struct VersionView {
  Post post;
  Assessment assessment;
  std::string version, source, text;
  Instant seen_at{};
  bool shown = false;  // the version the case shows
};

struct CaseView {
  Case c;
  std::vector<VersionView> versions;  // oldest first
  std::vector<Event> history;
  std::map<std::string, RuleRecord> records;  // of the rules that flagged the post, at its school
};

Result<CaseView> ReadCase(const Store& store, CaseId id);

// What an event says, in plain words: "decided: a breach (threat, severity 3): says he will wait at the gate".
std::string Tell(const Event& event);

struct SourceView {
  const SourceEntry* entry = nullptr;
  SourceState state;            // a fresh one where nothing has been scanned
  std::optional<Instant> next;  // when it is due; absent when off or waiting for a person
};

// `store` may be nullptr: nothing scanned yet.
Result<std::vector<SourceView>> ReadSources(const Config& config, const Store* store, Instant now);

// The state in a word: "off", "never run", "ok", "waiting", or the fault's name.
std::string StateOf(const SourceView& view, Instant now);

// Every connector there is, for help.
const std::vector<const ConnectorCard*>& Connectors();
// The same as a page, Markdown.
std::string ConnectorCatalogue();

// When a source is due, given how it has been doing; nullopt when a person must act first.
std::optional<Instant> NextDue(const SourceEntry& entry, const SourceState& state, Instant now);

}  // namespace heed
