// The little of CommonMark that changes which words a reader sees.
#include "connectors/markup/markdown.h"

#include <cstddef>

#include "connectors/markup/html.h"
#include "src/base/text.h"

namespace heed {
namespace {

bool IsPunctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}
bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

// The line behind its marks: "> ", "## ", "- ", "12. "; a rule or an underlined heading's line is empty.
std::string_view WithoutBlockMarks(std::string_view line) {
  for (bool again = true; again;) {
    again = false;
    line = Trim(line);
    if (line.starts_with('>')) {
      line.remove_prefix(1);
      again = true;
    }
  }
  if (!line.empty() && line.find_first_not_of(line.substr(0, 1)) == std::string_view::npos && line.size() >= 3 &&
      std::string_view("-=*_~`").find(line[0]) != std::string_view::npos) {
    return "";
  }
  if (line.starts_with("```") || line.starts_with("~~~")) return "";
  const std::size_t hashes = std::min(line.find_first_not_of('#'), line.size());
  if (hashes >= 1 && hashes <= 6 && hashes < line.size() && line[hashes] == ' ') return Trim(line.substr(hashes));
  if (line.size() > 1 && (line[0] == '-' || line[0] == '*' || line[0] == '+') && line[1] == ' ') return Trim(line.substr(1));
  std::size_t digits = 0;
  while (digits < line.size() && digits < 9 && line[digits] >= '0' && line[digits] <= '9') ++digits;
  if (digits > 0 && digits + 1 < line.size() && (line[digits] == '.' || line[digits] == ')') && line[digits + 1] == ' ') {
    return Trim(line.substr(digits + 1));
  }
  return line;
}

// Emphasis, links, code marks and escapes of one line; appended as HTML, so that tags and entities keep theirs.
void AppendInline(std::string_view line, std::string& html) {
  for (std::size_t i = 0; i < line.size();) {
    const char c = line[i];
    if (c == '\\' && i + 1 < line.size() && IsPunctuation(line[i + 1])) {
      if (line[i + 1] == '<') html += "&lt;";
      else if (line[i + 1] == '&') html += "&amp;";
      else html += line[i + 1];
      i += 2;
    } else if (c == '*' || c == '_') {
      std::size_t end = i;
      while (end < line.size() && line[end] == c) ++end;
      const bool word_before = i > 0 && IsWord(line[i - 1]), word_after = end < line.size() && IsWord(line[end]);
      const bool space_before = i == 0 || line[i - 1] == ' ', space_after = end == line.size() || line[end] == ' ';
      // "_" inside a word is no emphasis; one "*" inside a word hides a letter; between spaces it is itself.
      const bool stays = (word_before && word_after && (c == '_' || end - i == 1)) || (space_before && space_after);
      if (stays) html += line.substr(i, end - i);
      i = end;
    } else if (c == '`' || (c == '~' && i + 1 < line.size() && line[i + 1] == '~')) {
      while (i < line.size() && line[i] == c) ++i;
    } else if (c == '!' && i + 1 < line.size() && line[i + 1] == '[') {
      ++i;
    } else if (c == '[') {
      ++i;
    } else if (c == ']') {
      ++i;
      // The target of "[label](target)" and "[label][name]" is not shown.
      const char open = i < line.size() ? line[i] : '\0';
      if (open == '(' || open == '[') {
        const std::size_t close = line.find(open == '(' ? ')' : ']', i);
        if (close == std::string_view::npos) {
          html += line.substr(i);  // no target after all; and no second search to the end of the line
          return;
        }
        i = close + 1;
      }
    } else {
      html += c;
      ++i;
    }
  }
}

}  // namespace

std::string MarkdownToText(std::string_view markdown) {
  std::string html;
  html.reserve(markdown.size() + 64);
  for (const std::string_view line : Split(markdown, '\n')) {
    AppendInline(WithoutBlockMarks(line), html);
    html += "<br>";
  }
  return HtmlToText(html);
}

}  // namespace heed
