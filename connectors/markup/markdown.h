// Markdown as forums write it, turned into the text a reader would see.
#pragma once

#include <string>
#include <string_view>

namespace heed {

// Drops what Markdown would turn into looks: emphasis, code marks, headings, quote and list marks, link targets
// (the label stays, an image's description too), backslashes before punctuation; then reads HTML tags and
// entities as HtmlToText does.  Lines stay lines.  An asterisk between two letters stays ("f*ck" is a word
// somebody hid, not emphasis).  Any bytes are taken; the answer is UTF-8.  Linear in time.
std::string MarkdownToText(std::string_view markdown);

}  // namespace heed
