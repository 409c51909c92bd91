#include "src/evidence/report.h"

#include <cstdio>

#include "src/base/file.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

// Fonts by name only: those of Debian's fonts-noto packages, then whatever the reader has.  The emoji font is left to be
// found by itself: named here, it would draw digits too.
constexpr std::string_view kStyle = R"css(
@page { size: A4; margin: 22mm 18mm 20mm; @bottom-left { content: "heed pack PACKID"; font-size: 8pt; color: #444 } @bottom-right { content: "page " counter(page) " of " counter(pages); font-size: 8pt; color: #444 } }
html { font-family: "Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Gurmukhi", "Noto Sans Tamil", "Noto Sans Thai", "Noto Sans CJK SC", "Noto Sans Symbols", "Noto Sans Symbols2", Arial, sans-serif; font-size: 10pt; line-height: 1.4; color: #111 }
body { max-width: 52rem; margin: 0 auto; padding: 0 1rem }
h1 { font-size: 20pt; line-height: 1.2 } h2 { font-size: 14pt; margin-top: 0 } h3 { font-size: 11pt; margin-bottom: .3rem }
section { break-before: page; padding-top: 1rem }
table { border-collapse: collapse; table-layout: fixed; width: 100%; margin: .4rem 0 1rem } th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: .5pt solid #bbb; overflow-wrap: anywhere }
table.facts th { width: 11rem; font-weight: 600 } .w4 { width: 4% } .w8 { width: 8% } .w12 { width: 12% } .w20 { width: 20% } .w30 { width: 30% } .w40 { width: 40% }
blockquote { margin: .3rem 0 .8rem; padding: .5rem .8rem; border-left: 3pt solid #555; background: #f4f4f4; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start }
.note { color: #333; font-size: 9pt } .mark { color: #a00; font-size: 8pt } .hash { font-family: "Noto Sans Mono", monospace; font-size: 7.5pt }
ul { padding-left: 1.2rem } .proves { white-space: pre-wrap }
)css";

bool IsHash(std::string_view text) {
  if (text.size() != 64 && text.size() != 128) return false;
  for (const char c : text)
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  return true;
}

// A cell whose text is told apart from its neighbours whichever way it is written.
std::string Cell(std::string_view text) {
  if (IsHash(text)) return "<td class=\"hash\">" + std::string(text) + "</td>";
  return "<td><bdi>" + HtmlText(text) + "</bdi></td>";
}

std::string Table(const ReportTable& table) {
  std::string out = "<table class=\"facts\">";
  for (const auto& [name, value] : table.rows) out += "<tr><th scope=\"row\">" + HtmlText(name) + "</th>" + Cell(value) + "</tr>\n";
  return out + "</table>\n";
}

using Heads = std::vector<std::pair<std::string, std::string>>;  // class that says how wide, words

std::string HeadRow(const Heads& heads) {
  std::string out = "<table><thead><tr>";
  for (const auto& [width, head] : heads) out += "<th scope=\"col\" class=\"" + width + "\">" + HtmlText(head) + "</th>";
  return out + "</tr></thead><tbody>\n";
}

std::string Rows(const Heads& heads, const std::vector<std::vector<std::string>>& rows) {
  std::string out = HeadRow(heads);
  for (const auto& row : rows) {
    out += "<tr>";
    for (const auto& cell : row) out += Cell(cell);
    out += "</tr>\n";
  }
  return out + "</tbody></table>\n";
}

}  // namespace

std::string HtmlText(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = NextChar(text, at);
    switch (c) {
      case '&': out += "&amp;"; continue;
      case '<': out += "&lt;"; continue;
      case '>': out += "&gt;"; continue;
      case '"': out += "&quot;"; continue;
      case '\'': out += "&#39;"; continue;
      default: break;
    }
    const bool control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
    const bool turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c;
    if (control || turns) {
      char number[64];
      std::snprintf(number, sizeof number, "<span class=\"mark\">[U+%04X]</span>", static_cast<unsigned>(c));
      out += number;
    } else {
      AppendUtf8(out, c);
    }
  }
  return out;
}

Result<ReportWriter> ReportWriter::Open(const std::string& folder) {
  ReportWriter writer;
  writer.body_path_ = folder + "/body.html";
  writer.body_.open(writer.body_path_, std::ios::binary | std::ios::trunc);
  if (!writer.body_) return Fail(Fault::kIo, writer.body_path_ + ": cannot be written");
  return writer;
}

Done ReportWriter::Item(const ReportItem& item) {
  std::string out = "<section id=\"" + item.anchor + "\"><h2>" + HtmlText(item.title) + "</h2>\n<h3>The words as shown</h3>\n";
  for (const auto& words : item.words) {
    out += "<p class=\"note\">" + HtmlText(words.label) + "</p>\n";
    if (!words.note.empty()) out += "<p>" + HtmlText(words.note) + "</p>\n";
    else out += "<blockquote dir=\"auto\">" + HtmlText(words.words) + "</blockquote>\n";
  }
  out += "<h3>The item</h3>\n" + Table(item.facts);
  if (!item.reasons.empty()) {
    out += "<h3>Why it was put before a person</h3>\n<ul>\n";
    for (const auto& reason : item.reasons) out += "<li><bdi>" + HtmlText(reason) + "</bdi></li>\n";
    out += "</ul>\n";
  }
  out += "<h3>Its files in this pack</h3>\n" + Rows({{"w40", "file"}, {"w20", "what it is"}, {"w40", "SHA-256"}}, item.files);
  out += "<h3>What happened to it</h3>\n" + Rows({{"w8", "event"}, {"w40", "when"}, {"w30", "what"}, {"w20", "by"}}, item.history) + "</section>\n";
  body_ << out;
  if (!body_) return Fail(Fault::kIo, body_path_ + ": cannot be written (disk full?)");
  contents_.push_back({item.anchor, item.title, item.line});
  return {};
}

Done ReportWriter::Finish(const std::string& path, const ReportCover& cover, const std::vector<TimelineRow>& timeline, std::string_view proves,
                          const std::vector<std::pair<std::string, std::string>>& glossary) {
  body_.close();
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  std::string style(kStyle);
  style.replace(style.find("PACKID"), 6, cover.pack_id);
  out << "<!DOCTYPE html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\">"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
         "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><title>"
      << HtmlText(cover.title) << "</title><style>" << style << "</style></head><body>\n<header><h1>" << HtmlText(cover.title) << "</h1>\n<p>" << HtmlText(cover.kind_words)
      << "</p>\n"
      << Table(cover.facts);
  for (const auto& notice : cover.notices) out << "<p>" << HtmlText(notice) << "</p>\n";
  out << "</header>\n<section id=\"contents\"><h2>Contents</h2>\n" << HeadRow({{"w40", "item"}, {"w40", "from"}});
  for (const auto& line : contents_)
    out << "<tr><td><a href=\"#" << line[0] << "\">" << HtmlText(line[1]) << "</a></td>" << Cell(line[2]) << "</tr>\n";
  for (const auto& [anchor, title] : {std::pair("timeline", "Timeline"), std::pair("proves", "What this proves, and what it does not"), std::pair("glossary", "Glossary")})
    out << "<tr><td><a href=\"#" << anchor << "\">" << title << "</a></td><td></td></tr>\n";
  out << "</tbody></table></section>\n";
  {
    std::ifstream body(body_path_, std::ios::binary);
    if (!contents_.empty()) out << body.rdbuf();
  }
  out << "<section id=\"timeline\"><h2>Timeline</h2>\n" << HeadRow({{"w20", "UTC"}, {"w20", "local"}, {"w8", "case"}, {"w20", "what"}, {"w12", "by"}, {"w30", "details"}});
  for (const auto& row : timeline)
    out << "<tr>" << Cell(row.utc) << Cell(row.local) << Cell(row.item) << Cell(row.what) << Cell(row.by) << Cell(row.details) << "</tr>\n";
  out << "</tbody></table></section>\n<section id=\"proves\"><h2>What this proves, and what it does not</h2>\n<div class=\"proves\">" << HtmlText(proves)
      << "</div></section>\n<section id=\"glossary\"><h2>Glossary</h2>\n";
  ReportTable words{glossary};
  out << Table(words) << "</section>\n</body></html>\n";
  out.close();
  if (!out) return Fail(Fault::kIo, path + ": cannot be written (disk full?)");
  std::remove(body_path_.c_str());
  return {};
}

}  // namespace heed
