#include "src/cli/table.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

// Near enough for laying out columns: the blocks that terminals draw two columns wide, and the marks they
// draw on the character before.
int CharWidth(char32_t c) {
  const bool mark = (c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x20D0 && c <= 0x20FF) ||
                    (c >= 0x1F3FB && c <= 0x1F3FF);
  if (mark) return 0;
  const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
                    (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                    (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

}  // namespace

bool OutputIsTerminal() { return ::isatty(STDOUT_FILENO) == 1; }
bool ErrorIsTerminal() { return ::isatty(STDERR_FILENO) == 1; }

std::size_t TerminalWidth() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) return size.ws_col;
  return 100;
}

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += static_cast<std::size_t>(CharWidth(NextChar(text, at)));
  return width;
}

std::string FitWidth(std::string_view text, std::size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  std::size_t used = 0, at = 0;
  while (at < text.size()) {
    std::size_t next = at;
    const auto step = static_cast<std::size_t>(CharWidth(NextChar(text, next)));
    if (used + step + 1 > width) break;
    used += step;
    at = next;
  }
  return std::string(text.substr(0, at)) + "…";
}

Table::Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

void Table::Row(std::vector<std::string> cells) {
  cells.resize(headings_.size());
  for (auto& cell : cells) cell = ForTerminal(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::Text(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (const auto& heading : headings_) widths.push_back(DisplayWidth(heading));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  std::size_t before = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) before += widths[i] + 2;
  widths.back() = std::min(widths.back(), std::max<std::size_t>(width > before ? width - before : 0, 20));

  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string row;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string cell = FitWidth(cells[i], widths[i]);
      row += cell;
      if (i + 1 < cells.size()) row.append(widths[i] - DisplayWidth(cell) + 2, ' ');
    }
    while (!row.empty() && row.back() == ' ') row.pop_back();
    out += row + "\n";
  };
  line(headings_);
  for (const auto& row : rows_) line(row);
  return out;
}

std::string Wrap(std::string_view text, std::size_t width, std::string_view indent) {
  const std::string clean = ForTerminal(text);
  const std::size_t room = std::max<std::size_t>(width > indent.size() ? width - indent.size() : 0, 20);
  std::string out, row;
  std::size_t used = 0;
  const auto flush = [&] {
    if (!row.empty()) out += std::string(indent) + row + "\n";
    row.clear();
    used = 0;
  };
  for (const auto word : Split(clean, ' ')) {
    if (word.empty()) continue;
    const std::size_t length = DisplayWidth(word);
    if (used > 0 && used + 1 + length > room) flush();
    if (used > 0) row += ' ', ++used;
    row += word;
    used += length;
  }
  flush();
  return out;
}

void ProgressLine::Show(std::string_view what, double fraction) {
  if (!ErrorIsTerminal()) return;
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  if (now - last_ < 100) return;
  last_ = now;
  shown_ = true;
  std::string line;
  if (fraction >= 0) {
    const int filled = std::clamp(static_cast<int>(fraction * 24), 0, 24);
    for (int i = 0; i < 24; ++i) line += i < filled ? "█" : "░";
    char percent[16];
    std::snprintf(percent, sizeof percent, " %3d %%  ", std::clamp(static_cast<int>(fraction * 100), 0, 100));
    line += percent;
  }
  line += FitWidth(ForTerminal(what), TerminalWidth() > 40 ? TerminalWidth() - 36 : 20);
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
}

void ProgressLine::Clear() {
  if (!shown_) return;
  std::fprintf(stderr, "\r\033[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace heed
