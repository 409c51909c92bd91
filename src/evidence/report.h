// The report of a pack as one HTML page, for a person: cover, contents, one page per item, timeline, what it proves,
// glossary.  The same page becomes the PDF.  Every word of a stranger is escaped, and set so that it cannot reorder or
// hide what stands around it.
#pragma once

#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/base/result.h"

namespace heed {

// `text` for HTML; control characters and those that turn the direction of writing are shown by their number.
std::string HtmlText(std::string_view text);

struct ReportTable {
  std::vector<std::pair<std::string, std::string>> rows;  // plain text, both
};

struct ReportWords {
  std::string label;  // "Version 1 of 2, seen ..."
  std::string words;  // as shown; a stranger's
  std::string note;   // "" or what a reader must know
};

struct ReportItem {
  std::string anchor;  // "item-12"
  std::string title;   // "Item 1: case 12"
  std::string line;    // for the contents: platform and date
  std::vector<ReportWords> words;
  ReportTable facts;
  std::vector<std::string> reasons;
  std::vector<std::vector<std::string>> files;    // name, what it is, SHA-256
  std::vector<std::vector<std::string>> history;  // event, when, what, by
};

struct ReportCover {
  std::string title, pack_id, kind_words;
  ReportTable facts;
  std::vector<std::string> notices;
};

struct TimelineRow {
  std::string utc, local, item, what, by, details;
};

// Items are written as they come, so that a pack of any length needs no more memory.
class ReportWriter {
 public:
  // Works in `folder`, which exists.
  static Result<ReportWriter> Open(const std::string& folder);
  Done Item(const ReportItem& item);
  // Writes the whole page to `path`.
  Done Finish(const std::string& path, const ReportCover& cover, const std::vector<TimelineRow>& timeline, std::string_view proves,
              const std::vector<std::pair<std::string, std::string>>& glossary);

 private:
  std::string body_path_;
  std::ofstream body_;
  std::vector<std::vector<std::string>> contents_;  // anchor, title, line
};

}  // namespace heed
