// CSV as spreadsheets read it (RFC 4180), with nothing in it that one would run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed {

// One cell, quoted where needed; what a spreadsheet would take for a formula gets a ' in front.
std::string CsvCell(std::string_view text);
// Cells with commas between, ended by CR LF.
std::string CsvRow(const std::vector<std::string>& cells);

}  // namespace heed
