#include "src/model/post.h"

#include "src/base/hash.h"

namespace heed {

std::string_view ToString(TextFormat format) {
  switch (format) {
    case TextFormat::kPlain: return "plain";
    case TextFormat::kHtml: return "html";
    case TextFormat::kMarkdown: return "markdown";
  }
  return "plain";
}

std::optional<TextFormat> ParseTextFormat(std::string_view name) {
  for (const auto format : {TextFormat::kPlain, TextFormat::kHtml, TextFormat::kMarkdown})
    if (ToString(format) == name) return format;
  return std::nullopt;
}

std::string_view JudgedText(const Post& post, std::string& scratch) {
  bool plain = post.warning.empty() && post.title.empty();
  for (const auto& media : post.media) plain = plain && media.description.empty();
  if (plain) return post.text;
  scratch.clear();
  const auto add = [&](std::string_view part) {
    if (part.empty()) return;
    if (!scratch.empty()) scratch += '\n';
    scratch += part;
  };
  add(post.warning);
  add(post.title);
  add(post.text);
  for (const auto& media : post.media) add(media.description);
  return scratch;
}

std::string ContentVersion(const Post& post) {
  if (!post.version_id.empty()) return post.version_id;
  std::string scratch;
  return "sha256:" + Sha256Hex(JudgedText(post, scratch)).substr(0, 32);
}

}  // namespace heed
