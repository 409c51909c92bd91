#include "src/console/pages.h"

#include <vector>

namespace heed {

std::span<const WebPage> AllPages() {
  static const std::vector<WebPage> all = [] {
    std::vector<WebPage> pages;
    for (const auto& table : {EntryPages(), SchoolAccountPages(), HomePages(), QueuePages(), BulkPages(), ViewPages(), CasePages(), WorkPages(), ReportPages(), NoticePages(), TipPages(), EvidencePages(),
                              TemplatePages(), LexiconPages(), EntryWordsPages(), ProposePages(), PeoplePages(), AccessRequestPages()})
      pages.insert(pages.end(), table.begin(), table.end());
    return pages;
  }();
  return all;
}

const WebPage* FindPage(std::string_view method, std::string_view path, http::Fields& parts, bool& path_found) {
  const WebPage* found = nullptr;
  path_found = false;
  for (const auto& page : AllPages()) {
    auto match = http::MatchPath(page.path, path);
    if (!match) continue;
    path_found = true;
    if (page.method != method) continue;
    // "/people/new" is itself before it is a person called "new".
    if (found && found->path.find('{') == std::string_view::npos) continue;
    found = &page;
    parts = *std::move(match);
  }
  return found;
}

}  // namespace heed
