// HTML as strangers write it, turned into the text a reader would see.
//
// A scanner and not a parser: no tree is built, so unclosed tags and a hundred thousand levels of nesting cost
// one pass and no stack.  Made for matching, so the one rule above all is that words which a reader sees
// apart never join, and letters a reader sees together never part.
#pragma once

#include <string>
#include <string_view>

namespace heed {

// The text of an HTML fragment or page:
//   - paragraphs are set apart by an empty line, other blocks begin a line, <br> ends one, table cells are set
//     apart by a space; inline elements add nothing;
//   - entities are decoded; white space collapses as in a browser, <pre> and <textarea> excepted;
//   - script, style, noscript, template, iframe, title and comments are dropped; an image gives its alt text;
//   - Mastodon's span.invisible stays part of its link and span.ellipsis adds nothing, as in "https://a.example/b".
// Any bytes are taken: what is not UTF-8 becomes U+FFFD, control characters go.  The answer is UTF-8, has no
// white space at either end and is no longer than a small multiple of the input.  Linear in time.
std::string HtmlToText(std::string_view html);

// Text in which only entities are decoded: "Tom &amp; Jo" -> "Tom & Jo".
std::string DecodeEntities(std::string_view text);

}  // namespace heed
