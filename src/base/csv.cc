#include "src/base/csv.h"

namespace heed {

std::string CsvCell(std::string_view text) {
  std::string cell;
  // =1+1, +1, -1, @SUM, and what hides one of them behind white space; the full-width forms are formulas to some too.
  const auto first = text.find_first_not_of(" \t\r\n\"'");
  if (first != std::string_view::npos) {
    const std::string_view rest = text.substr(first);
    if (rest[0] == '=' || rest[0] == '+' || rest[0] == '-' || rest[0] == '@' || rest[0] == '|' || rest[0] == '%' || rest.starts_with("\uFF1D") || rest.starts_with("\uFF0B") ||
        rest.starts_with("\uFF0D") || rest.starts_with("\uFF20"))
      cell = "'";
  }
  if (!text.empty() && (text[0] == '\t' || text[0] == '\r' || text[0] == '\n')) cell = "'";
  cell += text;
  if (cell.find_first_of(",\"\r\n;\t") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string CsvRow(const std::vector<std::string>& cells) {
  std::string out;
  for (const auto& cell : cells) out += (out.empty() ? "" : ",") + CsvCell(cell);
  return out + "\r\n";
}

}  // namespace heed
