#include "src/model/likeness.h"

#include <algorithm>

#include "src/base/text.h"

namespace heed {
namespace {

constexpr std::size_t kMostLinks = 8, kLongestLink = 2000;

// Names of parameters that tell where a link was clicked and nothing about where it leads.
bool OnlyTracks(std::string_view parameter) {
  const std::string name = LowerAscii(parameter.substr(0, std::min(parameter.find('='), parameter.size())));
  if (name.starts_with("utm_")) return true;
  for (const char* one : {"fbclid", "gclid", "igsh", "igshid", "si", "ref", "ref_src", "s", "t"})
    if (name == one) return true;
  return false;
}

// "" for what is no address worth comparing.
std::string Normal(std::string_view link) {
  const auto scheme = link.find("://");
  std::string_view rest = link.substr(scheme + 3);
  rest = rest.substr(0, std::min(rest.find('#'), rest.size()));
  const auto host_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string host = LowerAscii(rest.substr(0, host_end));
  for (const char* front : {"www.", "m.", "mobile."})
    if (host.starts_with(front)) host.erase(0, std::string_view(front).size());
  std::string_view tail = rest.substr(host_end);
  const auto question = std::min(tail.find('?'), tail.size());
  std::string path(tail.substr(0, question));
  while (path.ends_with('/')) path.pop_back();
  std::string query;
  if (question < tail.size())
    for (const auto parameter : Split(tail.substr(question + 1), '&'))
      if (!parameter.empty() && !OnlyTracks(parameter)) query += (query.empty() ? "?" : "&") + std::string(parameter);
  if (host.empty() || (path.empty() && query.empty())) return {};
  return host + path + query;
}

void AddLinks(std::string_view text, std::vector<std::string>& links) {
  for (std::size_t at = text.find("://"); at != text.npos && links.size() < kMostLinks; at = text.find("://", at + 3)) {
    std::size_t begin = at;
    while (begin > 0 && ((text[begin - 1] | 32) >= 'a' && (text[begin - 1] | 32) <= 'z')) --begin;
    const std::string scheme = LowerAscii(text.substr(begin, at - begin));
    if (scheme != "http" && scheme != "https") continue;
    std::size_t end = at + 3;
    while (end < text.size() && static_cast<unsigned char>(text[end]) > ' ' && std::string_view("<>\"'`(){}[]|\\^").find(text[end]) == std::string_view::npos) ++end;
    while (end > at + 3 && std::string_view(".,;:!?").find(text[end - 1]) != std::string_view::npos) --end;
    if (end - begin > kLongestLink) continue;
    std::string link = Normal(text.substr(begin, end - begin));
    if (!link.empty() && std::ranges::find(links, link) == links.end()) links.push_back(std::move(link));
  }
}

}  // namespace

double Overlap(const Likeness& a, const Likeness& b) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < Likeness::kPlaces; ++i) same += a.least[i] == b.least[i];
  return static_cast<double>(same) / Likeness::kPlaces;
}

std::string_view ToString(Tie tie) {
  switch (tie) {
    case Tie::kWords: return "nearly the same words";
    case Tie::kLink: return "the same link";
    case Tie::kThread: return "the same thread";
  }
  return "unknown";
}

std::vector<std::string> LinksOf(const Post& post) {
  std::vector<std::string> links;
  AddLinks(post.text, links);
  for (const auto& media : post.media)
    if (media.kind == "link") AddLinks(media.url, links);
  return links;
}

std::vector<std::string> AnswersOf(const Post& post) {
  std::vector<std::string> ids;
  for (const auto& id : {post.thread_root, post.in_reply_to})
    if (!id.empty() && id != post.global_id && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  return ids;
}

}  // namespace heed
