// Tables and progress for people at a terminal; plain lines when the output is not one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace heed {

// Whether standard output / standard error is a terminal somebody looks at.
bool OutputIsTerminal();
bool ErrorIsTerminal();
// Columns of the terminal, 100 where there is none.
std::size_t TerminalWidth();

// Columns a text takes on a terminal: East Asian wide characters and emoji two, combining marks none.
std::size_t DisplayWidth(std::string_view text);
// At most `width` columns, with "…" where something was cut.
std::string FitWidth(std::string_view text, std::size_t width);

// Rows under headings, aligned; the last column takes what is left of the line and is cut to fit.  Strangers'
// text is made harmless (ForTerminal) on the way in.
class Table {
 public:
  explicit Table(std::vector<std::string> headings);
  void Row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  std::string Text(std::size_t width) const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// Long text under an indent, broken between words.
std::string Wrap(std::string_view text, std::size_t width, std::string_view indent);

// One line on standard error that says how far long work has come; silent when that is no terminal, or the
// work is short.
class ProgressLine {
 public:
  ~ProgressLine() { Clear(); }
  // `fraction` 0..1, or negative where it cannot be known.
  void Show(std::string_view what, double fraction);
  void Clear();

 private:
  bool shown_ = false;
  long long last_ = 0;  // milliseconds; redrawn ten times a second at most
};

}  // namespace heed
